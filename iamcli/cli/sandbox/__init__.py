"""The sandbox: a private IAM on this machine."""
