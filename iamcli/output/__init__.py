"""What is printed: the streams, the lines, and what must not be shown."""
