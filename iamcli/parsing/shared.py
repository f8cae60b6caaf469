"""The options that commands share; those of a single command stand in its room."""

from __future__ import annotations

from iamcli.parsing.options import Option
from iamcli.parsing.types import entity_path, whole_number

# The options that every command has.

CREDENTIAL_FILE = Option(
    "--aws-credential-file",
    "CREDENTIALFILE",
    "credential_file",
    "read the access key from this file",
    default="AWS_CREDENTIAL_FILE, else the AWS SDK's own chain",
    complete="file",
)
CLIENT_CONFIG_FILE = Option(
    "--client-config-file",
    "CLIENTCONFIGFILE",
    "client_config_file",
    "read from this file which proxy to go through",
    default="CLIENT_CONFIG_FILE, else the proxy variables",
    complete="file",
)
URL = Option(
    "--url",
    "SERVICEENDPOINT",
    "url",
    "send requests to this address",
    limits="an address without http or https in front is taken for https",
    default="AWS_IAM_URL, else the AWS configuration's, else AWS's own",
)
DEBUG = Option(
    "-d",
    None,
    "debug",
    "log requests and answers on standard error, without their secrets",
    alias="--debug",
)
HELP = Option("-h", None, "help", "show this help and exit", alias="--help")
VERSION = Option("--version", None, "version", "show the version and exit")

COMMON = (CREDENTIAL_FILE, CLIENT_CONFIG_FILE, URL, DEBUG, HELP, VERSION)

# The options that more than one command has.

NAME_LIMITS = "letters, digits and any of `+=,.@-_`"

USER = Option(
    "-u",
    "USERNAME",
    "user",
    "the user's name",
    required=True,
    limits=f"1 to 64 characters: {NAME_LIMITS}",
    complete="user",
)
OWN_USER = USER.replace(required=False, default="the user whose access key signs the request")
USERS = USER.replace(dest="users", help="a user's name", repeatable=True)
GROUP = Option(
    "-g",
    "GROUPNAME",
    "group",
    "the group's name",
    required=True,
    limits=f"1 to 128 characters: {NAME_LIMITS}",
    complete="group",
)
ROLE = Option(
    "-r",
    "ROLENAME",
    "role",
    "the role's name",
    required=True,
    limits=f"1 to 64 characters: {NAME_LIMITS}",
    complete="role",
)
PROFILE = Option(
    "-s",
    "INSTANCEPROFILENAME",
    "profile",
    "the instance profile's name",
    required=True,
    limits=f"1 to 128 characters: {NAME_LIMITS}",
    complete="profile",
)
POLICY = Option(
    "-p",
    "POLICYNAME",
    "policy",
    "the policy's name",
    required=True,
    limits=f"1 to 128 characters: {NAME_LIMITS}",
    complete="policy",
)
SERVER_CERT = Option(
    "-s",
    "SERVERCERTNAME",
    "certificate",
    "the server certificate's name",
    required=True,
    limits=f"1 to 128 characters: {NAME_LIMITS}",
    complete="servercert",
)
SERIAL = Option(
    "-s",
    "SERIAL",
    "serial",
    "the MFA device's serial number; for a virtual device its ARN",
    required=True,
    limits="9 to 256 characters: letters, digits and any of `+=/:,.@-_`",
    complete="mfa",
)
KEY = Option(
    "-k",
    "ACCESSKEYID",
    "key",
    "the access key's id",
    required=True,
    limits="16 to 128 letters and digits",
    complete="key",
)
CERTIFICATE_ID = Option(
    "-c",
    "CERTIFICATEID",
    "certificate",
    "the signing certificate's id",
    required=True,
    limits="24 to 128 letters and digits",
    complete="signingcert",
)
STATUS = Option(
    "-s",
    "STATUS",
    "status",
    "the status that it is to have",
    required=True,
    choices=("Active", "Inactive"),
)
PATH = Option(
    "-p",
    "PATH",
    "path",
    "the path to put it under",
    limits="1 to 512 characters of ASCII, no blanks; a slash is added at an end that lacks it",
    default="`/`",
    convert=entity_path,
    complete="path",
)
NEW_PATH = PATH.replace(
    metavar="NEWPATH", help="move it to this path", default="it stays where it is"
)
PATH_PREFIX = Option(
    "-p",
    "PATHPREFIX",
    "prefix",
    "list only what is under this path",
    limits="sent as typed; the service wants a `/` in front",
    default="`/`",
    complete="path",
)
VERBOSE = Option("-v", None, "verbose", "show more")
MAX_ITEMS = Option(
    "-i",
    "MAXITEMS",
    "max_items",
    "read one page of at most this many entries",
    limits="a whole number from 1 to 1000",
    default="the whole list",
    convert=whole_number(1, 1000),
)
MARKER = Option(
    "-m",
    "MARKER",
    "marker",
    "read one page, from the place where an earlier page ended",
    limits="what stood behind `Marker:` at the end of that page; pages of 100 entries without -i",
    default="the beginning",
)
PAGING = (MAX_ITEMS, MARKER)
RECURSIVE = Option("-r", None, "recursive", "first remove everything that it holds")
PRETEND = Option("-p", None, "pretend", "list what would be removed, and remove nothing")
ACTIONS = Option(
    "-a",
    "ACTION",
    "actions",
    "an action that the policy names, such as `s3:ListBucket` or `s3:*`",
    required=True,
    repeatable=True,
)
RESOURCES = Option(
    "-r",
    "AMAZON RESOURCE NAME",
    "resources",
    "the ARN of a resource that the policy names, or `*`",
    required=True,
    repeatable=True,
)
EFFECT = Option(
    "-e",
    "EFFECT",
    "effect",
    "whether the policy allows or denies",
    required=True,
    choices=("Allow", "Deny"),
)
SHOW_POLICY = Option("-o", None, "show", "print the policy once the service has taken it")
POLICY_FILE = Option(
    "-f",
    "POLICYDOCUMENTFILE",
    "file",
    "read the policy from this file",
    limits="JSON in UTF-8, at most 1 MiB",
    instead="-o",
    complete="file",
)
POLICY_TEXT = Option(
    "-o",
    "POLICYDOCUMENT",
    "document",
    "the policy itself, in single quotes",
    limits="JSON",
    instead="-f",
)
TRUSTED_SERVICE = Option(
    "-s",
    "SERVICE",
    "service",
    "let this service assume the role, such as `ec2.amazonaws.com`",
    limits="the service's DNS name",
    instead="-f",
)
PASSWORD = Option(
    "-p",
    "PASSWORD",
    "password",
    "the password; `-` reads a line of standard input, or asks on a terminal",
    required=True,
    limits="1 to 128 characters, as the account's password policy demands",
    secret=True,
)
CODE1 = Option(
    "-c1",
    "CODE1",
    "code1",
    "a code that the device shows",
    required=True,
    limits="6 digits",
    secret=True,
)
CODE2 = CODE1.replace(name="-c2", metavar="CODE2", dest="code2", help="the code that it shows next")
ALIAS = Option(
    "-a",
    "ACCOUNTALIAS",
    "alias",
    "the account's alias, part of its sign-in address",
    required=True,
    limits="3 to 63 characters: lower-case letters, digits, and single hyphens between them",
)
