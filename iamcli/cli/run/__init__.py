"""The server of ``iamcli run``, which starts commands in a few milliseconds."""
