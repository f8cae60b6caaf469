"""Checks shell scripts that run the iam-* commands, without running them."""
