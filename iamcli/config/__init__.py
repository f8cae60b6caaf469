"""The old files, options and variables, and the files that options name."""
