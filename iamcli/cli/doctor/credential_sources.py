"""The credentials that commands would use, where they look for them, and the files with secrets."""

from __future__ import annotations

import os
import stat
from typing import Any, NamedTuple

from iamcli.client.messages import ErrorTranslator
from iamcli.config.files import content
from iamcli.connection.credentials import CREDENTIAL_METHODS, find_keys
from iamcli.connection.sources import PLACES, WEB_IDENTITY, shared_files
from iamcli.protection import unprotected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from botocore.session import Session

    from iamcli.cli.doctor.configuration import Configuration

CREDENTIAL_FILE = "AWS_CREDENTIAL_FILE"
ACCESS_KEY = "AWS_ACCESS_KEY_ID"

#: The settings of a profile with which it has credentials, and what they are.
_PROFILE_SETTINGS = {
    "role_arn": "a role",
    "sso_session": "single sign-on",
    "sso_start_url": "single sign-on",
    "aws_access_key_id": "an access key",
    "login_session": "a login session",
    "credential_process": "credential_process",
}

#: The files in which botocore looks for credentials after those of a profile.
_BOTO_FILES = ("~/.boto", "/etc/boto.cfg")

#: The state of a source that can have credentials, which is known only by a request.
NOT_ASKED = "not asked with --offline"

#: Seconds to wait for a connection, a complete response, or a program; less than commands wait.
LONGEST_WAIT = 10.0
#: The credential methods of botocore that may send requests, or run a program.
_ASKING_METHODS = (*CREDENTIAL_METHODS, "custom-process", "container-role", "iam-role")

#: The settings of a profile with which these methods are used although it has an access key too,
#: and those for which this is so only if the key is not in the shared credentials file.
_ASKING_SETTINGS = frozenset({"role_arn", "sso_session", "sso_start_url"})
_LATER_ASKING_SETTINGS = frozenset({"credential_process", "login_session"})


class Profile(NamedTuple):
    """A profile: its ``name``, the names of its ``settings``, and whether it ``exists``."""

    name: str
    settings: frozenset[str]
    exists: bool


class CredentialSource(NamedTuple):
    """A source of credentials: its ``name``, its ``state``, and whether it is ``filled``."""

    name: str
    state: str
    filled: bool

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


def find(configuration: Configuration) -> Any:
    """Return the credentials, or None if there are none, or none are known without a request.

    Raises Failure if what the configuration names cannot be used.
    """
    if configuration.settings.keys:
        return configuration.settings.keys
    offline, session = configuration.offline, configuration.aws_config.session
    without = _ASKING_METHODS if offline else ()
    with ErrorTranslator():
        keys = find_keys(configuration.aws_config, without=without, longest=LONGEST_WAIT)
    hidden = offline and keys and _would_ask_before(keys.method, profile(session))
    return None if hidden else keys


def _would_ask_before(method: str, profile: Profile | None) -> bool:
    """Return whether commands would ask for credentials before they use those of ``method``."""
    if method == "env":
        return False
    before = _ASKING_SETTINGS
    if method != "shared-credentials-file":
        before |= _LATER_ASKING_SETTINGS
    token = os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE")
    return bool(token or (profile and profile.settings & before))


def profile(session: Session | None) -> Profile | None:
    """Return the profile, or None if no file of the AWS configuration is used."""
    if session is None:
        return None
    name = session.profile or "default"
    profiles = session.full_config.get("profiles", {})
    return Profile(name, frozenset(profiles.get(name, ())), name in profiles)


def sources(configuration: Configuration) -> list[CredentialSource]:
    """Return the sources, in the order in which commands look at them."""
    environ = os.environ
    # botocore asks also if the variable is empty.
    container = any(
        f"AWS_CONTAINER_CREDENTIALS_{kind}_URI" in environ for kind in ("RELATIVE", "FULL")
    )
    asked = NOT_ASKED if configuration.offline else "gives no credentials"
    if environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        asked = "disabled by AWS_EC2_METADATA_DISABLED"
    boto = [name for name in _BOTO_FILES if os.path.exists(os.path.expanduser(name))]
    return [
        _variable(CREDENTIAL_FILE),
        _variable(ACCESS_KEY),
        _variable(WEB_IDENTITY),
        _shared_files(profile(configuration.aws_config.session)),
        *(CredentialSource(PLACES["boto-config"], name, filled=False) for name in boto[:1]),
        CredentialSource(PLACES["container-role"], "set" if container else "not set", container),
        CredentialSource(PLACES["iam-role"], asked, filled=False),
    ]


def source_of(keys: Any, configuration: Configuration) -> str:
    """Return the source that ``keys`` are from, in words that contain its name."""
    settings = configuration.settings
    if unread := settings.unread.get("credential file"):
        return f"the sandbox, not {CREDENTIAL_FILE} {unread}"
    if settings.credential_file:
        return f"{CREDENTIAL_FILE} {settings.credential_file}"
    place = configuration.origin(keys).place
    return f"{place} in {' and '.join(shared_files())}" if place.startswith("profile ") else place


def passed_over(known: Sequence[CredentialSource], used: str) -> str:
    """Return what was looked at before the source ``used``, and what is not used because of it."""
    at = next((n for n, source in enumerate(known) if source.name in used), len(known))
    before = ", ".join(map(str, known[:at]))
    after = ", ".join(str(source) for source in known[at + 1 :] if source.filled)
    text = f"; looked at before: {before}" if before else ""
    return f"{text}; not used: {after}" if after else text


def _variable(name: str) -> CredentialSource:
    value = os.environ.get(name)
    state = "set" if value else "not set" if value is None else "empty"
    return CredentialSource(name, state, bool(value))


def _shared_files(profile: Profile | None) -> CredentialSource:
    files = shared_files()
    names = " and ".join(files) or "the shared files"
    if not any(map(os.path.exists, files)):
        return CredentialSource(names, "no such files", filled=False)
    if profile is None:
        return CredentialSource(names, "not used", filled=False)
    if not profile.exists:
        return CredentialSource(names, f"no profile {profile.name}", filled=False)
    kinds = [kind for setting, kind in _PROFILE_SETTINGS.items() if setting in profile.settings]
    state = f"profile {profile.name} has {kinds[0] if kinds else 'no credentials'}"
    return CredentialSource(names, state, bool(kinds))


def changeable_files(configuration: Configuration) -> dict[str, str]:
    """Return the files with settings, and directories, that any user can change: their owners.

    The settings can name a program, which commands run.
    """
    named = [configuration.settings.credential_file, os.environ.get("CLIENT_CONFIG_FILE")]
    files = [name for name in (*named, *shared_files()) if name and os.path.isfile(name)]
    return unprotected(*files, others=stat.S_IWOTH)


def exposed_files(configuration: Configuration) -> list[str]:
    """Return the files with secrets whose mode lets other users use them, as commands check it."""
    settings = configuration.settings
    named = [None if "credential file" in settings.unread else settings.credential_file]
    named += [name for name in shared_files() if b"aws_secret_access_key" in (content(name) or b"")]
    client = os.environ.get("CLIENT_CONFIG_FILE", "")
    named += [client] if b"ClientProxyPassword" in (content(client) or b"") else []
    return [name for name in named if name and os.stat(name).st_mode & 0o077]
