"""What entities of accounts consist of: documents, policies and codes."""

from __future__ import annotations

#: White space, escapes and letters outside ASCII in documents must stay as they are.
DOCUMENT = (
    '{{ "Version": "2012-10-17",\r\n\t"Statement": [{{"Effect":"Allow","Action":"s3:Get{}",'
    '"Resource":"arn:aws:s3:::a/\\u00e9/caf\u00e9"}}] }}\n'
)
TRUST = (
    '{"Version":"2008-10-17","Statement":[{"Effect":"Allow",'
    '"Principal":{"Service":["ec2.amazonaws.com"]},"Action":["sts:AssumeRole"]}]}'
)
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
BOUNDARY = "arn:aws:iam::aws:policy/PowerUserAccess"
CODES = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
