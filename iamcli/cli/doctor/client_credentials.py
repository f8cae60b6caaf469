"""The credentials that commands would use, or why there are none."""

from __future__ import annotations

import os
from typing import NamedTuple

from botocore import exceptions

from iamcli.cli.doctor import request
from iamcli.client.messages import ErrorTranslator
from iamcli.connection.credentials import (
    CREDENTIAL_METHODS,
    InvalidSetting,
    NoLogin,
    find_keys,
    frozen,
)
from iamcli.connection.sources import login
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from botocore.session import Session

    from iamcli.cli.doctor.configuration import Configuration

#: The credential methods of botocore that may send requests, or run a program.
_ASKING_METHODS = (*CREDENTIAL_METHODS, "custom-process", "container-role", "iam-role")

#: The settings of a profile with which these methods are used although it has an access key too,
#: and those for which this is so only if the key is not in the shared credentials file.
_ASKING_SETTINGS = frozenset({"role_arn", "sso_session", "sso_start_url"})
_LATER_ASKING_SETTINGS = frozenset({"credential_process", "login_session"})

#: The error codes of credentials that have expired.
EXPIRED_CODES = ("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired")

#: The credential method, by the exceptions for a token that is missing or has expired.
_LOGINS = {
    "UnauthorizedSSOTokenError": "sso",
    "SSOTokenLoadError": "sso",
    "TokenRetrievalError": "sso",
    "LoginRefreshRequired": "login",
    "LoginTokenLoadError": "login",
}


class Expired(Failure):
    """The credentials have expired; ``login`` is the command that signs in again, or ""."""

    def __init__(self, text: str, login: str = "") -> None:
        super().__init__(text)
        self.login = login


class Unobtainable(Failure):
    """The request for the credentials failed.

    ``problem``: one of ``iamcli.cli.doctor.request``, and ``url``: where the request was sent;
    ``code`` and ``message``: the error of the service, if there is no problem.
    """

    def __init__(
        self, text: str, *, problem: str = "", url: str = "", code: str = "", message: str = ""
    ) -> None:
        super().__init__(text)
        self.problem, self.url, self.code, self.message = problem, url, code, message


class Profile(NamedTuple):
    """A profile: its ``name``, the names of its ``settings``, and whether it ``exists``."""

    name: str
    settings: frozenset[str]
    exists: bool


def find(configuration: Configuration) -> Any:
    """Return the credentials, or None if there are none, or none are known without a request.

    Raises NoLogin, InvalidSetting, Expired or Unobtainable.
    """
    if configuration.connection.keys:
        return configuration.connection.keys
    offline, session = configuration.offline, configuration.settings.session
    try:
        with ErrorTranslator():
            keys = find_keys(configuration.settings, without=_ASKING_METHODS if offline else ())
    except (NoLogin, InvalidSetting):
        raise
    except Failure as failure:
        raise _explained(failure, session) from None
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


def current(configuration: Configuration, keys: Any) -> Any:
    """Return the current values of ``keys``; raise Expired or Unobtainable if there are none."""
    try:
        return frozen(keys)
    except Failure as failure:
        raise _explained(failure, configuration.settings.session) from None


def _explained(failure: Failure, session: Session | None) -> Expired | Unobtainable:
    """Return the failure with what its cause, an exception of botocore, tells."""
    cause = failure.__context__
    method = _LOGINS.get(type(cause).__name__, "")
    # RuntimeError: the credentials were renewed, and the new ones have expired too.
    if method or isinstance(cause, RuntimeError):
        # The next sentence of botocore says what to do.
        text = str(failure).partition(". ")[0].removesuffix(".")
        return Expired(text, login(session, method))
    text = str(failure).removesuffix(".")
    if isinstance(cause, exceptions.ClientError):
        error = cause.response.get("Error", {})
        code, message = (str(error.get(name, "")) for name in ("Code", "Message"))
        return Unobtainable(text, code=code, message=message)
    if isinstance(cause, (exceptions.HTTPClientError, exceptions.ConnectionError)):
        url = str(cause.kwargs.get("endpoint_url", ""))
        return Unobtainable(text, problem=request.problem(cause), url=url)
    return Unobtainable(text)


def profile(session: Session | None) -> Profile | None:
    """Return the profile, or None if no file of the AWS configuration is used."""
    if session is None:
        return None
    name = session.profile or "default"
    profiles = session.full_config.get("profiles", {})
    return Profile(name, frozenset(profiles.get(name, ())), name in profiles)
