"""The help text, made from the docstrings of the commands."""
