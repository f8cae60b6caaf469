"""The credentials that commands would use, and the profile that they use."""

from __future__ import annotations

import os
from typing import NamedTuple

from iamcli.client.messages import ErrorTranslator
from iamcli.connection.credentials import CREDENTIAL_METHODS, find_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from botocore.session import Session

    from iamcli.cli.doctor.configuration import Configuration

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


def find(configuration: Configuration) -> Any:
    """Return the credentials, or None if there are none, or none are known without a request.

    Raises Failure if what the configuration names cannot be used.
    """
    if configuration.connection.keys:
        return configuration.connection.keys
    offline, session = configuration.offline, configuration.settings.session
    without = _ASKING_METHODS if offline else ()
    with ErrorTranslator():
        keys = find_keys(configuration.settings, without=without, longest=LONGEST_WAIT)
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
