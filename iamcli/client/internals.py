"""The private attributes of botocore and urllib3 that this package uses, and why.

A release of botocore may rename them without notice; ``tests/test_internals.py`` finds which one is
gone. They are not imported: this is the list for whoever adapts the package then.
"""

from __future__ import annotations

#: The reason for each attribute, by the class that has it.
INTERNALS = {
    "botocore.credentials.RefreshableCredentials": {
        "_expiry_time": "iamcli doctor shows when the credentials expire, and no method tells it",
    },
    "botocore.httpsession.URLLib3Session": {
        "_get_ssl_context": "iamcli run makes one TLS context for all commands, as it takes 20 ms",
        "_manager": "iamcli run opens connections as the session does, but sends nothing over them",
        "_pool_classes_by_scheme": "the connections report a response that was lost, and a TLS "
        "handshake that takes too long, also those to a proxy",
    },
    "botocore.awsrequest.AWSHTTPConnectionPool": {
        "_new_conn": "iamcli run needs a connection as the pool makes it, before a request",
    },
    "botocore.parsers.QueryParser": {
        "_handle_structure": "long lists are parsed five times as fast, and repeated elements are "
        "refused",
        "_parse_shape": "the members of a structure that are not text are parsed as before",
    },
}
