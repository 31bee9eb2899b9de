"""What may be done: effects as data, Cedar rules, one fail-closed gate. No I/O, no clock."""
