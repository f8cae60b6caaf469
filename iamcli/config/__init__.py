"""The configuration of a command: its connection settings and its input files."""
