"""The command line: what an option is, how a line is read, and what was probably meant."""
