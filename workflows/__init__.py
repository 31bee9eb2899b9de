"""What is done about an event: the engine, the proof, the agents and the workflows themselves."""
