"""The options that commands share. Other options are defined in the module of their command."""

from __future__ import annotations

from iamcli.parsing.options import LIST, SECRET, Limit, Option, entity_path, tag, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Options of every command.

CREDENTIAL_FILE = Option(
    "--aws-credential-file",
    "CREDENTIALFILE",
    "credential_file",
    "read the access key from this file",
    default="AWS_CREDENTIAL_FILE, else the AWS SDKs' credential provider chain",
    complete="file",
)
CLIENT_CONFIG_FILE = Option(
    "--client-config-file",
    "CLIENTCONFIGFILE",
    "client_config_file",
    "read proxy settings from this file",
    default="CLIENT_CONFIG_FILE, else the proxy environment variables",
    complete="file",
)
URL = Option(
    "--url",
    "SERVICEENDPOINT",
    "url",
    "send requests to this address",
    limits="`https://` is added if the address has no scheme",
    brief="",
    default="AWS_IAM_URL, else the AWS SDKs' settings, else the AWS endpoint",
)
DEBUG = Option(
    "-d",
    None,
    "debug",
    "log requests and responses to standard error, without secrets",
    alias="--debug",
)
HELP = Option("-h", None, "help", "show this help and exit", alias="--help")
VERSION = Option("--version", None, "version", "show the version and exit")

COMMON = (CREDENTIAL_FILE, CLIENT_CONFIG_FILE, URL, DEBUG, HELP, VERSION)

# Options of more than one command.

NAME_CHARACTERS = "letters, digits and any of `+=,.@-_`"


def name_limit(what: str, high: int) -> Limit:
    """Return the limit of a name of at most ``high`` characters."""
    return Limit(what, 1, high, r"[\w+=,.@-]+", f"characters: {NAME_CHARACTERS}")


def _named(name: str, metavar: str, dest: str, what: str, high: int = 128, **more: Any) -> Option:
    """Return the option for the name of ``what`` ("a user"), of at most ``high`` characters."""
    more = {"complete": dest, **more}
    limit = name_limit(f"{what} name", high)
    noun = what.partition(" ")[2]
    return Option(name, metavar, dest, f"the {noun}'s name", required=True, limit=limit, **more)


def new_name(option: Option, what: str) -> Option:
    """Return the option for a new name of ``what`` ("the user"), which ``option`` names."""
    return option.replace(
        name="-n",
        metavar=f"NEW{option.metavar}",
        dest="new_name",
        help=f"rename {what} to this name",
        required=False,
        complete="",
    )


USER = _named("-u", "USERNAME", "user", "a user", 64)
OWN_USER = USER.replace(
    required=False,
    limits=f"{USER.limits}; required with the credentials of a role",
    brief="",
    default="the owner of the access key",
)
USERS = USER.replace(dest="users", help="a user's name", repeatable=True)
GROUP = _named("-g", "GROUPNAME", "group", "a group")
ROLE = _named("-r", "ROLENAME", "role", "a role", 64)
PROFILE = _named("-s", "INSTANCEPROFILENAME", "profile", "an instance profile", brief="")
POLICY = _named("-p", "POLICYNAME", "policy", "a policy")
SERVER_CERT = _named(
    "-s", "SERVERCERTNAME", "certificate", "a server certificate", brief="", complete="servercert"
)
_SERIAL_CHARACTERS = "characters: letters, digits and any of `+=/:,.@-_`"
SERIAL = Option(
    "-s",
    "SERIAL",
    "serial",
    "the MFA device's serial number, or its ARN if virtual",
    required=True,
    limit=Limit("a serial number", 9, 256, r"[\w+=/:,.@-]+", _SERIAL_CHARACTERS),
    brief="",
    complete="mfa",
)
KEY = Option(
    "-k",
    "ACCESSKEYID",
    "key",
    "the access key ID",
    required=True,
    limit=Limit("an access key ID", 16, 128, r"\w+", "letters and digits"),
    complete="key",
)
CERTIFICATE_ID = Option(
    "-c",
    "CERTIFICATEID",
    "certificate",
    "the signing certificate's ID",
    required=True,
    limit=Limit("a certificate ID", 24, 128, r"\w+", "letters and digits"),
    brief="",
    complete="signingcert",
)
STATUS = Option(
    "-s", "STATUS", "status", "the new status", required=True, choices=("Active", "Inactive")
)
_PATH = Limit("a path", 1, 512, r"/|/[!-~]+/", "ASCII characters, no spaces")
PATH = Option(
    "-p",
    "PATH",
    "path",
    "create the entity under this path",
    limits=f"{_PATH.length} {_PATH.characters}; leading and trailing slashes are added if missing",
    limit=_PATH,
    brief="",
    default="`/`",
    convert=entity_path,
    complete="path",
)
NEW_PATH = PATH.replace(metavar="NEWPATH", help="move the entity to this path", default="")
PATH_PREFIX = Option(
    "-p",
    "PATHPREFIX",
    "prefix",
    "list only what is under this path prefix",
    limits="must begin with `/`; sent as typed",
    limit=Limit("a path prefix", 1, 512, r"/[!-~]*"),
    brief="",
    default="`/`",
    complete="path",
)
# Each command says what it does.
VERBOSE = Option("-v", None, "verbose", "")
MAX_ITEMS = Option(
    "-i",
    "MAXITEMS",
    "max_items",
    "read at most this many entries",
    limits="a whole number from 1 to 1000",
    brief="1 to 1000",
    default="all",
    strict_default="100",
    convert=whole_number(1, 1000),
)
MARKER = Option(
    "-m",
    "MARKER",
    "marker",
    "read the page after this marker",
    limits="the value after `Marker:`; without -i, the page has up to 100 entries",
    free=True,
)
PAGING = (MAX_ITEMS, MARKER)
# Each command says what it writes.
OUTPUT_FILE = Option(
    "-o",
    "OUTPUTFILE",
    "file",
    "",
    limits="the file must not exist yet; it is created with mode 0600",
    limit=Limit("the name of a new file", 1, 4096, r"(?s)(?!-\Z).+"),
    brief="",
    complete="file",
    withholds=SECRET,
)
# Each command says what belongs to its entity.
RECURSIVE = Option("-r", None, "recursive", "")
PRETEND = Option(
    "-p", None, "pretend", "with -r: list what would be removed; remove nothing", prints=LIST
)
ACTIONS = Option(
    "-a",
    "ACTION",
    "actions",
    "an action such as `s3:GetObject`",
    required=True,
    repeatable=True,
    free=True,
)
RESOURCES = ACTIONS.replace(
    name="-r",
    metavar="AMAZON RESOURCE NAME",
    dest="resources",
    help="the ARN of a resource, or `*`",
)
EFFECT = Option(
    "-e",
    "EFFECT",
    "effect",
    "whether the policy allows or denies the actions",
    required=True,
    choices=("Allow", "Deny"),
)
SHOW_POLICY = Option("-o", None, "show", "print the policy after the service accepts it")
POLICY_FILE = Option(
    "-f",
    "POLICYDOCUMENTFILE",
    "file",
    "read the policy from this file",
    limits="JSON in UTF-8, at most 1 MiB",
    brief="JSON",
    alternative="-o",
    complete="file",
)
TRUSTED_SERVICE = Option(
    "-s",
    "SERVICE",
    "service",
    "let this service assume the role",
    limits="the service's DNS name, for example `ec2.amazonaws.com`",
    brief="",
    alternative="-f",
    free=True,
)
PASSWORD = Option(
    "-p",
    "PASSWORD",
    "password",
    "the new password; `-` prompts or reads standard input",
    required=True,
    limits="1 to 128 characters; must meet the account's password policy",
    brief="",
    secret=True,
    reads=True,
)
CODE1 = Option(
    "-c1",
    "CODE1",
    "code1",
    "a code that the device shows",
    required=True,
    limit=Limit("a code of an MFA device", 6, 6, "[0-9]+", "digits"),
    secret=True,
)
CODE2 = CODE1.replace(
    name="-c2", metavar="CODE2", dest="code2", help="the next code that the device shows"
)
_ALIAS_PATTERN = r"(?![0-9]{12}\Z)[a-z0-9](-(?!-)|[a-z0-9])*(?<!-)"
_ALIAS_CHARACTERS = (
    "lower-case letters, digits and single hyphens; no hyphen at either end; not 12 digits"
)
ALIAS = Option(
    "-a",
    "ACCOUNTALIAS",
    "alias",
    "the account alias",
    required=True,
    limit=Limit("an account alias", 3, 63, _ALIAS_PATTERN, _ALIAS_CHARACTERS),
    brief="3 to 63 of a-z, 0-9 and -",
)
BOUNDARY = Option(
    "-b",
    "BOUNDARYARN",
    "boundary",
    "set this managed policy as the permissions boundary",
    limits="the ARN of a managed policy",
    brief="",
)
TAGS = Option(
    "-t",
    "KEY=VALUE",
    "tags",
    "add a tag",
    repeatable=True,
    limits="at most 50 tags; split at the first `=`; the value may be empty",
    convert=tag,
    free=True,
)
