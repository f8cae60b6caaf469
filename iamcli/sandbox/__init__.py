"""A private IAM on this machine."""
