"""Starts the private IAM, and the command or the shell that uses it."""
