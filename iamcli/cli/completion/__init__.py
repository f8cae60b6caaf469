"""Names from the account for completion in the shell."""
