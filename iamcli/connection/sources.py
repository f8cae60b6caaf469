"""Where an access key is from, and how that place gets new temporary credentials."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from iamcli import quoting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from botocore.session import Session

#: The places by the credential method of botocore; other methods are those of a profile.
PLACES = {
    "boto-config": "the configuration of boto",
    "container-role": "the role of the container",
    "env": "AWS_ACCESS_KEY_ID",
    "iam-role": "the role of the instance",
}
#: The variable of the time at which the key in the variables expires.
EXPIRATION = "AWS_CREDENTIAL_EXPIRATION"
WEB_IDENTITY = "AWS_WEB_IDENTITY_TOKEN_FILE"

#: The variable of the file that has the access key, by method; and what the file is by default.
_FILES = {
    "shared-credentials-file": ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    "config-file": ("AWS_CONFIG_FILE", "~/.aws/config"),
}
#: The methods that sign in, with the command that does so again, and the settings of the profile.
_LOGINS = {
    "login": ("aws login", ("login_session",)),
    "sso": ("aws sso login", ("sso_session", "sso_start_url")),
}
#: The method of a login, by the exceptions of botocore for a token that is missing or has expired.
EXPIRED_LOGINS = {
    "UnauthorizedSSOTokenError": "sso",
    "SSOTokenLoadError": "sso",
    "TokenRetrievalError": "sso",
    "LoginRefreshRequired": "login",
    "LoginTokenLoadError": "login",
}
#: The methods whose keys can be those of GetSessionToken or GetFederationToken.
_OF_ANYBODY = ("boto-config", "custom-process", "env", "unknown", *_FILES)

#: What to do if there are no credentials.
SET_A_FILE = (
    "set AWS_CREDENTIAL_FILE to a file with the two lines AWSAccessKeyId=YOUR-KEY-ID and "
    "AWSSecretKey=YOUR-SECRET-KEY"
)
#: What to do if temporary credentials have expired, by default.
_RENEW = "get new temporary credentials"


class Origin(NamedTuple):
    """The ``place`` that a key is from: a file, a variable, a profile or a role.

    ``renewal``: what to do if its temporary credentials have expired; ``of_anybody``: whether the
    key can be one of GetSessionToken or GetFederationToken.
    """

    place: str
    renewal: str
    of_anybody: bool


def shared_files() -> list[str]:
    """Return the shared files, credentials first; one whose variable is empty does not exist."""
    names = (os.environ.get(variable, name) for variable, name in _FILES.values())
    return [os.path.expanduser(name) for name in names if name]


def has_brackets(*values: Any) -> bool:
    """Return whether one of ``values`` is a placeholder; those of a program can be of any type."""
    texts = [value for value in values if isinstance(value, str)]
    return any(text.startswith("<") or text.endswith(">") for text in texts)


def key_problem(keys: Any) -> tuple[str, str]:
    """Return why ``keys`` cannot be an access key, to be written after its source, and what to do.

    Both are "" if nothing is wrong.
    """
    if has_brackets(keys.access_key, keys.secret_key):
        problem = " has the placeholder in angle brackets instead of an access key"
        return problem, "fill in your access key"
    if keys.access_key and keys.secret_key:
        return "", ""
    return ": the access key is empty", "correct the access key there"


def origin(key_source: str, session: Session | None, keys: Any) -> Origin:
    """Return where ``keys`` are from: ``key_source``, or "" for the chain of the ``session``."""
    method = str(getattr(keys, "method", "env" if key_source == PLACES["env"] else "unknown"))
    place = key_source or PLACES.get(method) or f"profile {_profile(session)}"
    if method == "assume-role-with-web-identity" and os.environ.get(WEB_IDENTITY):
        place = key_source or WEB_IDENTITY
    return Origin(place, _renewal(session, method, place), method in _OF_ANYBODY)


def login(session: Session | None, method: str) -> str:
    """Return the command with which the profile signs in again, "" if ``method`` has none."""
    if method not in _LOGINS:
        return ""
    command, settings = _LOGINS[method]
    name = profile_with(session, *settings)
    option = "" if name in ("", "default") else f" {quoting.option('--profile', name)}"
    return command + option


def remedy(session: Session | None, error: BaseException, renewal: str = _RENEW) -> str:
    """Return what to do after ``error``, with which botocore got no credentials.

    ``renewal``: what to do if they have expired, and no command signs in again.
    """
    if command := login(session, EXPIRED_LOGINS.get(type(error).__name__, "")):
        return f"run: {command}"
    # RuntimeError: the credentials were renewed, and the new ones have expired too.
    if type(error).__name__ in EXPIRED_LOGINS or isinstance(error, RuntimeError):
        return renewal
    return "check the settings of the profile and the access key that it uses"


def other_profiles(session: Session | None, wrong: str = "") -> str:
    """Return which profile to use, and how, in place of that of ``session``; "" if there is none.

    ``wrong``: the name of a profile that does not exist, or "".
    """
    from iamcli.parsing import habits, suggestions

    known = session.full_config.get("profiles", {}) if session else {}
    names = [str(name) for name in known if name != _profile(session)]
    if not names:
        return wrong and "correct AWS_PROFILE or AWS_DEFAULT_PROFILE, or add the profile"
    near = suggestions.nearest(wrong, names)
    chosen = quoting.quoted(near or (names[0] if len(names) == 1 else "PROFILE"))
    said = f"the nearest profile is {near}" if near else f"the profiles are: {', '.join(names)}"
    return f"{said}; begin the command with: env {habits.without_others()}AWS_PROFILE={chosen}"


def missing(session: Session | None) -> tuple[str, str]:
    """Return the cause that doctor gives if there are no credentials, and what to do, or ""."""
    if os.environ.get(PLACES["env"]) == "":
        return "empty-variable", f"{PLACES['env']} is set but empty"
    unreadable = [name for name in shared_files() if file_cause(name) == "unreadable"]
    if unreadable:
        return "unreadable", f"make {unreadable[0]} a file that you can read"
    return "no-credentials", other_profiles(session)


def file_cause(name: str) -> str | None:
    """Return the cause if the named file is missing or cannot be read, else None."""
    try:
        with os.fdopen(os.open(name, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            file.read(1)
    except (FileNotFoundError, NotADirectoryError):
        return "no-file"
    except (OSError, ValueError):
        return "unreadable"
    return None


def profile_with(session: Session | None, *settings: str) -> str:
    """Return the profile, or the first of its source profiles, with one of ``settings``, or ""."""
    profiles = session.full_config.get("profiles", {}) if session else {}
    name = _profile(session)
    seen = set()
    while name not in seen:
        seen.add(name)
        profile = profiles.get(name, {})
        if any(setting in profile for setting in settings):
            return name
        name = str(profile.get("source_profile", name))
    return ""


def _profile(session: Session | None) -> str:
    return str(session.profile or "default") if session else "default"


def _renewal(session: Session | None, method: str, place: str) -> str:
    if command := login(session, method):
        return f"run: {command}"
    if method in _FILES:
        variable, usual = _FILES[method]
        return f"put a new key and session token into {os.environ.get(variable) or usual}"
    if place == PLACES["env"]:
        names = ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
        token = next(filter(os.environ.get, names), names[0])
        keys = f"set new values of {place}, AWS_SECRET_ACCESS_KEY"
        if not os.environ.get(EXPIRATION):
            return f"{keys} and {token}"
        unless = f"or unset {EXPIRATION} if the key does not expire"
        return f"{keys}, {token} and {EXPIRATION}, {unless}"
    if method == "custom-process":
        return "the credential_process of the profile must get new ones; renew its login"
    return _RENEW
