"""Where requests go and with which key, as botocore's configuration and ours say."""
