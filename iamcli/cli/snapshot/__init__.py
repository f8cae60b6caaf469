"""Snapshots: the IAM entities of an account in a JSON file."""
