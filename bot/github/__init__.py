"""The GitHub forge: reading deliveries, reading repositories, writing what the gate allowed."""
