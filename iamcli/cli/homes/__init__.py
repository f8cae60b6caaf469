"""Directories that scripts use as AWS_IAM_HOME, which ``iamcli home`` sets up."""
