"""Hints: a second line, on a terminal only, about common refusals."""
