"""``iamcli home``: sets up a directory that scripts can use as AWS_IAM_HOME."""
