"""Where the commands are: folders for old scripts, and running from a checkout."""
