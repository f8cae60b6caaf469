"""Directories that scripts use as AWS_IAM_HOME, and commands that run from a checkout."""
