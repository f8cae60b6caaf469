"""The connection settings from the options, the variables and the files of the legacy toolkit.

All are checked here, before anything is sent. What they do not set is found by botocore later.
"""

from __future__ import annotations

import contextlib
import os
import re

from iamcli.config import properties
from iamcli.errors import SECRET_DIGITS, Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any
    from urllib.parse import SplitResult

_TWO_LINES = "it needs the two lines AWSAccessKeyId=YOUR-KEY-ID and AWSSecretKey=YOUR-SECRET-KEY"

#: The forms of parts of an access key. Source: the API reference of IAM (AccessKey).
_ID, _SECRET = "[A-Z0-9]{16,32}", "[A-Za-z0-9/+]{40}"
_ALONE = f"(?<![A-Za-z0-9/+=]){_SECRET}(?![A-Za-z0-9/+=])"
#: What a part begins with if a whole line was pasted: the name of a setting, in any case, and "=".
_SETTING = (
    r"(\W?\w+[\s:])?(aws_?)?((secret_?)?access|secret|session|security)_?(key|token)(_?id)?\s*="
)

_KEY_VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
#: The first that is not empty counts; the second is an older name.
_TOKEN_VARIABLES = ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")

_CREDENTIAL_FILE = "AWS_CREDENTIAL_FILE"
#: The variables of the files with keys. They differ in an S, which is easily mistaken.
_KEY_FILES = (_CREDENTIAL_FILE, "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE")
#: The variables of another key, the first that would count without the credential file first.
_OTHER_KEYS = (_KEY_VARIABLES[0], "AWS_DEFAULT_PROFILE", "AWS_PROFILE")

#: The variable with which ``iamcli sandbox`` sets the address of the private IAM.
SANDBOX = "IAMCLI_SANDBOX"
#: Keeps what a command of the sandbox needs; another user cannot read the credential file.
KEPT = (SANDBOX, "AWS_IAM_URL", *_KEY_VARIABLES)

#: The access key of the sandbox, which is valid nowhere.
ACCESS_KEY = "AKIASANDBOXSANDBOX00"
SECRET_KEY = "nothing-here-is-secret"  # noqa: S105

#: What sets a proxy in options of Java, as in AWS_IAM_JVM_OPTS (a regular expression).
JAVA_PROXY = r"-Dhttps?\.proxyHost="

_UNREADABLE = (FileNotFoundError, NotADirectoryError, PermissionError)


class Keys:
    """An access key: ``access_key`` (its ID), ``secret_key``, and ``token`` or None.

    botocore, too, makes one of each key with which it signs. ``source``: how an error begins, for
    example "AWS_ACCESS_KEY_ID: ". Raises Failure if a secret would be sent with each request, as
    the ID or the token, or in one. Keys of other services than AWS have other forms, and are
    used. Source: docs/decisions.md (misplaced secrets).
    """

    def __init__(
        self, access_key: str, secret_key: str, token: str | None = None, *_: Any, source: str = ""
    ) -> None:
        # Those of a program or a service can be of any type.
        if problem := _misplaced(*map(str, (access_key, secret_key, token or ""))):
            raise Failure(f"{source}{problem}")
        self.access_key = access_key
        self.secret_key = secret_key
        self.token = token

    def get_frozen_credentials(self) -> Keys:
        """Return the key itself; botocore's signers call this."""
        return self


class Settings:
    """The connection settings that are known before the client is made.

    ``keys``: the access key, or None if botocore's chain is to find one; ``credential_file``: the
    file that it is from, or None; ``url``: the endpoint, or None if the AWS configuration names it;
    ``proxy``: its URL, or None if the proxy variables apply; ``key_source``, ``url_source``,
    ``proxy_source``: the option, variable or file that these are from, or ""; ``secrets``: values
    that must not be printed; ``warnings``: lines for the user, for a terminal only; ``unused``: the
    variable of another key, which is not used because of AWS_CREDENTIAL_FILE, or ""; ``sandbox``:
    the address of the private IAM, with its secret path, or ""; ``prompts``: whether the user may
    be asked for the code of an MFA device. In the sandbox, ``diversion``: the line that reports
    which address is not used there, or "", ``url_warning``: one about the endpoint that is
    configured, or "", and ``unread``: the files that the sandbox does without, each with the
    reason. Raises Failure if a setting is invalid or a file cannot be read. ``values``: those of
    the options, by their ``dest``, None if not specified.
    """

    def __init__(
        self, values: Mapping[str, Any], environ: Mapping[str, str], *, prompts: bool = True
    ) -> None:
        self.secrets: list[str] = []
        self.warnings: list[str] = []
        self.prompts = prompts
        self.diversion = self.url_warning = self.unused = ""
        self.key_source = self.proxy_source = self.url_source = ""
        self.unread: dict[str, str] = {}
        sandbox = environ.get(SANDBOX)
        self.sandbox = checked_url(sandbox, SANDBOX)[0] if sandbox else ""
        self.secrets += (part for part in self.sandbox.split("/") if len(part) == SECRET_DIGITS)
        self.credential_file = _specified(values, "credential_file", environ, _CREDENTIAL_FILE)
        self.keys: Keys | None = self.read("credentials", lambda: self._keys(environ))
        # Whoever types the name of the file knows which key is used.
        if self.credential_file is not None and values.get("credential_file") is None:
            self.unused = self._unused_variable(environ)
        self.proxy: str | None = self.read("proxy", lambda: self._proxy(values, environ))
        self.secrets += proxy_logins(environ, self.proxy or "")
        self.url: str | None = self.read("endpoint", lambda: self._url(values, environ))

    def read(self, _check: str, part: Callable[[], Any]) -> Any:
        """Return a ``part`` of the settings; ``_check``: the check of doctor that reports it."""
        return part()

    def _unused_variable(self, environ: Mapping[str, str]) -> str:
        """Return the variable of a key other than that of the file; warn of it (LEGACY.md)."""
        own = self.keys and self.keys.access_key
        variable = next((n for n in _OTHER_KEYS if environ.get(n) not in (None, "", own)), "")
        if variable:
            self.warnings.append(
                f"{variable} is not used for the access key, which is from {self.credential_file} "
                f"({_CREDENTIAL_FILE})"
            )
        return variable

    def _keys(self, environ: Mapping[str, str]) -> Keys | None:
        """Return the keys from the credential file, if one is named, else the key variables."""
        name = self.credential_file
        if name is None:
            if _CREDENTIAL_FILE in environ:
                # A script that sets it from an empty variable must not use other credentials.
                raise Failure(f"{_CREDENTIAL_FILE} is empty; name a file or unset it")
            found = _environment_keys(environ)
            self.key_source = _KEY_VARIABLES[0] if found else ""
            return found
        self.key_source = f"credential file {name}"
        entries = self._properties("credential file", name, _TWO_LINES)
        if self.unread:
            self.key_source = "the sandbox"
            return Keys(ACCESS_KEY, SECRET_KEY)
        parts = (_credential(name, entries, part) for part in ("AWSAccessKeyId", "AWSSecretKey"))
        keys = Keys(*parts, source=f"{self.key_source}: ")
        # The file, which has been read, may be gone.
        with contextlib.suppress(OSError):
            if os.stat(name).st_mode & 0o077:
                self.warnings.append(f"{name} is readable by other users; {restrict(name)}")
        return keys

    def _properties(self, what: str, name: str, needed: str) -> dict[str, properties.Property]:
        """Return the properties in the file ``name``; none if the sandbox does without it."""
        try:
            return properties.read(name)
        except Failure as failure:
            problem, advice = str(failure), needed
            unreadable = isinstance(failure.__context__, _UNREADABLE)
            if unreadable and (name.startswith("~") or "$" in name):
                problem = "cannot be read: no shell has expanded this"
                advice = "write the whole path"
            elif isinstance(failure.__context__, PermissionError):
                advice = "make it a file that you can read"
            if unreadable and name and self.sandbox:
                self.unread[what] = f"{name} ({problem.partition(': ')[2]})"
                return {}
            raise Failure(f"{what} {name} {problem}; {advice}") from None

    def _proxy(self, values: Mapping[str, Any], environ: Mapping[str, str]) -> str | None:
        """Return the URL of the proxy in the client configuration, or None if there is none."""
        name = _specified(values, "client_config_file", environ, "CLIENT_CONFIG_FILE")
        if name is None:
            return None
        what = f"client configuration {name}"
        needed = "it needs lines such as ClientProxyHost=proxy.example.com"
        entries = self._properties("client configuration", name, needed)
        port = entries.get("ClientProxyPort")
        if port and not (port.isascii() and port.isdigit() and int(port[:6]) in range(1, 1 << 16)):
            raise Failure(f"{what}, line {port.line}: ClientProxyPort is not a port number: {port}")
        host = entries.get("ClientProxyHost")
        if not host:
            return None
        from urllib.parse import quote

        address = f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host
        address = f"{address}:{port}" if port else address
        if any(sign in host for sign in "/@ ") or not is_proxy(address):
            place = f"{what}, line {host.line}"
            without_login = host.rpartition("@")[2]
            raise Failure(f"{place}: ClientProxyHost is not a host name: {without_login}")
        login = ""
        if user := entries.get("ClientProxyUsername"):
            password = entries.get("ClientProxyPassword", "")
            login = f"{quote(user, safe='')}:{quote(password, safe='')}@"
        self.proxy_source = f"the {what}"
        return f"http://{login}{address}"

    def _url(self, values: Mapping[str, Any], environ: Mapping[str, str]) -> str | None:
        """Return the endpoint of ``--url`` or AWS_IAM_URL with a scheme, or None."""
        address = _specified(values, "url", environ, "AWS_IAM_URL")
        if address is None:
            return None
        source = "AWS_IAM_URL" if values.get("url") is None else "--url"
        url, warning = checked_url(address, source)
        if warning:
            self.warnings.append(warning)
        self.url_source = source
        return url


def _specified(
    values: Mapping[str, Any], dest: str, environ: Mapping[str, str], variable: str
) -> str | None:
    value: str | None = values.get(dest)
    return environ.get(variable) or None if value is None else value


def _credential(name: str, entries: Mapping[str, properties.Property], key: str) -> str:
    value = entries.get(key)
    if not value:
        _refuse_other_form(f"credential file {name}", entries)
        for other, written in () if key in entries else entries.items():
            where = f"credential file {name}, line {written.line}"
            if other.lower() == key.lower():
                raise Failure(f"{where}: {other} must be {key}; {_TWO_LINES}")
            if other == "export":
                raise Failure(f"{where} begins with export; {_TWO_LINES}")
        raise Failure(f"credential file {name} has no {key}; {_TWO_LINES}")
    where = f"credential file {name}, line {value.line}: {key}"
    if value.startswith("<") or value.endswith(">"):
        raise Failure(f"{where} is still the placeholder in angle brackets; {_TWO_LINES}")
    if part := invalid_part(value):
        raise Failure(f"{where} contains {part}; {_TWO_LINES}")
    return str(value)


def _refuse_other_form(file: str, entries: Mapping[str, properties.Property]) -> None:
    """Raise Failure if a credential file is a file of profiles, or a CSV file of the console."""
    if any(section.startswith("[") for section in entries):
        variable = "AWS_CONFIG_FILE" if "[profile" in entries else "AWS_SHARED_CREDENTIALS_FILE"
        named = "" if "[default]" in entries else ", and AWS_PROFILE to one of its profiles"
        advice = f"unset {_CREDENTIAL_FILE} and set {variable} to this file{named}"
        raise Failure(f"{file} is a file of profiles; {advice}")
    csv = f"access key id,|{_ID},{_SECRET}"
    if any(re.search(csv, f"{key} {value}", re.IGNORECASE) for key, value in entries.items()):
        raise Failure(f"{file} is a CSV file of the console; {_TWO_LINES}")


def _environment_keys(environ: Mapping[str, str]) -> Keys | None:
    """Return the key from the environment, or None; botocore handles keys that expire."""
    access_key, secret_key = map(environ.get, _KEY_VARIABLES)
    if not access_key:
        return None
    for variable in (*_KEY_VARIABLES, *_TOKEN_VARIABLES):
        if part := invalid_part(environ.get(variable, "")):
            raise Failure(f"{variable} contains {part}; set it again without this character")
    if environ.get("AWS_CREDENTIAL_EXPIRATION"):
        return None
    if not secret_key:
        raise Failure("AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY; set both or neither")
    token = next(filter(None, map(environ.get, _TOKEN_VARIABLES)), None)
    return Keys(access_key, secret_key, token, source=f"{_KEY_VARIABLES[0]}: ")


def _misplaced(access_key: str, secret_key: str, token: str) -> str:
    """Return why a key is not sent, and what to do, without its values; "" if it can be sent."""
    an_id, secret, session = "the access key ID", "the secret access key", "the session token"
    known = len(secret_key) >= 16 and secret_key  # noqa: PLR2004 - "test" can be in any text
    in_token = known and known in token and known != token
    in_id = (known and known in access_key) or re.search(_ALONE, access_key)
    if re.fullmatch(_ID, secret_key) and not looks_like_id(access_key):
        return f"{an_id} and {secret} are exchanged; exchange them"
    for part, value in ((an_id, access_key), (secret, secret_key), (session, token)):
        if "=" in value and re.match(_SETTING, value, re.IGNORECASE):
            return f"{part} is a whole line, with the name of a setting; specify only {part}"
        twice = part == session and value == secret_key and len(value) in range(16, 100)
        if twice or (part != secret and re.fullmatch(_SECRET, value)):
            return f"{secret} is in the place of {part}; correct that"
    if "," in access_key:
        return f"{an_id} contains a comma, as in a row of accessKeys.csv; specify only {an_id}"
    if (in_id and not looks_like_id(access_key)) or in_token:
        part = session if in_token else an_id
        return f"{part} contains {secret}, as if both were pasted together; specify only {part}"
    return ""


def looks_like_id(access_key: str) -> bool:
    """Return whether ``access_key`` has the form of an ID, so that it is no secret access key."""
    return bool(re.fullmatch("[A-Z0-9]{1,32}", access_key))


def invalid_part(value: str) -> str:
    """Return what ``value`` contains, but a key or a token does not; "" if there is nothing."""
    if value.strip("\"'") != value:
        return "a quotation mark"
    valid = value.isascii() and value.isprintable() and " " not in value
    return "" if valid else "an invalid character, such as a space or a carriage return"


def misspelled(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what to say of each variable whose name is that of a file but for "S" and "_"."""
    ignored = str.maketrans("", "", "S_")
    return {
        wrong: f"{wrong} is set, but the name is {name}"
        for wrong in sorted(environ.keys() - _KEY_FILES)
        for name in _KEY_FILES
        if environ[wrong] and wrong.translate(ignored) == name.translate(ignored)
    }


def restrict(*names: str) -> str:
    """Return how to keep other users from files, which only their owner can change."""
    from iamcli import quoting

    try:
        owners = {os.stat(name).st_uid for name in names}
    except FileNotFoundError:  # gone in between
        owners = set()
    if os.geteuid() == 0 or owners <= {os.geteuid()}:
        return f"run: chmod 600 {' '.join(map(quoting.file, names))}"
    return "use a copy that belongs to you and that only you can read"


def is_proxy(address: str) -> bool:
    """Return whether ``address`` is that of an HTTP proxy, with or without a scheme and a login."""
    before, _, after = address.rpartition("//")
    parts = _parts(f"http://{after}")
    # An "@" after the host ends a password that is not percent-encoded.
    whole = parts and "@" not in f"{parts.path}{parts.query}{parts.fragment}"
    return bool(whole) and before in ("", "http:", "https:")


def proxy_logins(environ: Mapping[str, str], *others: str) -> Iterator[str]:
    """Yield the passwords of all proxies, as written and decoded, and what is sent (base64)."""
    from base64 import b64encode
    from urllib.parse import unquote

    named = (environ[name] for name in environ if name.lower() in ("http_proxy", "https_proxy"))
    for each in (*others, *named):
        user, _, password = each.rpartition("@")[0].split("://", 1)[-1].lstrip("/").partition(":")
        if password:
            sent = f"{unquote(user)}:{unquote(password)}".encode("utf-8", "surrogateescape")
            yield from (password, unquote(password), b64encode(sent).decode())


def checked_url(address: str, source: str) -> tuple[str, str]:
    """Return the endpoint ``address`` with a scheme, and a warning if it is not encrypted, else "".

    ``source``: the option or variable that set it. Raises Failure if it is not an http or https
    address; the message contains no password or token.
    """
    address = address.strip()
    url = address if "://" in address else f"https://{address}"
    parts = _parts(url)
    whole = parts and not ("@" in url or parts.query or parts.fragment)
    if not (parts and whole) or parts.scheme not in ("http", "https"):
        printable = _without_secrets(address)
        what = f"address: {printable}" if printable else "address"
        raise Failure(f"{source} is not an http or https {what}; use https://HOST[:PORT]")
    # A colon without a port means the usual port.
    url = f"{parts.scheme}://{parts.netloc.removesuffix(':')}{parts.path}"
    if parts.scheme == "https" or is_this_machine(parts.hostname or ""):
        return url, ""
    return url, f"{url} is not encrypted; use https, because responses can contain secrets"


def _without_secrets(url: str) -> str:
    """Return the part of an invalid address that cannot contain a user, password or query."""
    before, _, rest = url.rpartition("@")
    if "?" in before or "#" in before:
        # This "@" may end a password or be part of a query.
        return ""
    return rest.partition("?")[0].partition("#")[0]


def _parts(url: str) -> SplitResult | None:
    """Return the parts of ``url``, or None if its host or its port is invalid."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 and _is_host(parts.hostname or "") else None
    except ValueError:
        return None


def _is_host(host: str) -> bool:
    if ":" in host:
        return all(sign in "0123456789abcdef:.%" or sign.isalnum() for sign in host)
    labels = host.removesuffix(".").split(".")
    return all(label.replace("-", "").replace("_", "").isalnum() for label in labels)


def is_this_machine(host: str) -> bool:
    """Return whether the host name or address ``host`` is of the loopback interface."""
    loopback = host.startswith("127.") and host.replace(".", "").isdigit()
    return loopback or host in ("localhost", "::1")
