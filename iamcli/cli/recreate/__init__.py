"""Writes a shell script that creates entities of a snapshot again."""
