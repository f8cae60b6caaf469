"""Command-line options: their data, the parser, and suggestions for mistakes."""
