"""Hints: a second line, on a terminal only, for refusals that every user meets."""
