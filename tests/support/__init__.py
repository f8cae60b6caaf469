"""Shared test code: servers, processes, terminals, and readers of generated files."""
