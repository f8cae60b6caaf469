"""Runs programs: the command of the user, and servers that do its work."""
