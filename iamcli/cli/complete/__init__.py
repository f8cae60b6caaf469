"""``iamcli complete``: the names that can follow an unfinished command line."""
