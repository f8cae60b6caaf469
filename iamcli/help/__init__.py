"""The help text and the docstrings it is made from."""
