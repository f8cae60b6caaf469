"""The file with the entities of an account, which ``iamcli snapshot`` writes and others read."""
