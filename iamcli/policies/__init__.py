"""Policy documents, and unquoted policies that the shell has changed."""
