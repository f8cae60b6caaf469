"""``iamcli doctor``: finds out why the commands do not work on this machine."""
