"""The configuration of the client piece by piece, for ``iamcli doctor``.

Each piece is found as ``Client`` finds it. But one that is invalid does not hide the others.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from botocore import exceptions
from botocore.credentials import RefreshableCredentials
from botocore.httpsession import get_cert_path

from iamcli.cli.doctor import probe
from iamcli.cli.doctor.identity import sts_target
from iamcli.client.messages import ErrorTranslator, reason
from iamcli.client.retries import mode_and_limit
from iamcli.connection.confinement import confine, refuse_outside
from iamcli.connection.credentials import (
    CREDENTIAL_METHODS,
    InvalidNumber,
    NoLogin,
    find_keys,
    frozen,
)
from iamcli.connection.endpoints import check_service_endpoints, endpoint
from iamcli.connection.settings import Settings
from iamcli.connection.sources import login, origin
from iamcli.connection.transport import ca_bundle, environment_proxies, proxy, timeout, transport
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from iamcli.cli.doctor.probe import Outcome, Question
    from iamcli.config.connection import Connection
    from iamcli.connection.endpoints import Destination
    from iamcli.connection.sources import Origin

#: The credential methods of botocore that may send requests, or run a program.
_ASKING_METHODS = (*CREDENTIAL_METHODS, "custom-process", "container-role", "iam-role")

#: The settings of a profile with which these methods are used although it has an access key too,
#: and those for which this is so only if the key is not in the shared credentials file.
_ASKING_SETTINGS = frozenset({"role_arn", "sso_session", "sso_start_url"})
_LATER_ASKING_SETTINGS = frozenset({"credential_process", "login_session"})

_NO_METADATA = "AWS_EC2_METADATA_DISABLED"

#: Seconds to wait for a connection, and for a complete response; less than commands wait.
_LONGEST_WAIT = 10.0

#: The error codes of credentials that have expired.
EXPIRED_CODES = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})

#: The credential method, by the exceptions for a token that is missing or has expired.
_LOGINS = {
    "UnauthorizedSSOTokenError": "sso",
    "SSOTokenLoadError": "sso",
    "TokenRetrievalError": "sso",
    "LoginRefreshRequired": "login",
    "LoginTokenLoadError": "login",
}


class Expired(Failure):
    """The credentials have expired.

    ``login``: the command that gets the token for new ones, or "" if there is none.
    """

    login = ""


class Unobtainable(Failure):
    """The request for the credentials failed.

    ``problem``: one of ``iamcli.cli.doctor.probe``, and ``url``: where the request was sent;
    ``code`` and ``text``: the error of the service, if there is no problem.
    """

    problem = ""
    url = ""
    code = ""
    text = ""


class Unreadable(Failure):
    """A file of the AWS configuration cannot be parsed."""


class NoProfile(Failure):
    """The files of the AWS configuration have no profile of the configured name."""


class Profile(NamedTuple):
    """The profile of the AWS configuration: its ``name``, and the names of its ``settings``.

    ``exists``: whether a file has it.
    """

    name: str
    settings: frozenset[str]
    exists: bool


class Inspection:
    """The configuration of the client for ``connection``.

    ``offline``: neither send a request nor run a program to find it. Raises Unreadable or NoProfile
    if the AWS configuration cannot be read, and Failure if its defaults mode is invalid.
    """

    def __init__(self, connection: Connection, *, offline: bool) -> None:
        self._offline = offline
        before = os.environ.get(_NO_METADATA)
        if offline:
            # One of the defaults modes asks the instance for its region.
            os.environ[_NO_METADATA] = "true"
        try:
            refuse_outside(connection)
            self._settings = Settings.for_connection(connection)
            self._connection = confine(connection, self._settings).connection
        except exceptions.ProfileNotFound as error:
            raise NoProfile(str(error)) from None
        except (exceptions.BotoCoreError, ValueError) as error:
            raise Unreadable(reason(error)) from None
        finally:
            if before is not None:
                os.environ[_NO_METADATA] = before
            elif offline:
                del os.environ[_NO_METADATA]

    def require_valid_limits(self) -> None:
        """Raise Failure if the time-out, the retry mode or the number of attempts is invalid."""
        timeout()
        mode_and_limit(self._settings)

    # The credentials.

    def keys(self) -> Any:
        """Return the credentials, or None if there are none.

        Raises NoLogin, InvalidNumber, Expired or Unobtainable.
        """
        if self._connection.keys:
            return self._connection.keys
        try:
            with ErrorTranslator():
                keys = find_keys(self._settings, without=_ASKING_METHODS if self._offline else ())
        except (NoLogin, InvalidNumber):
            raise
        except Failure as failure:
            raise self._explained(failure) from None
        hidden = self._offline and keys and self._would_ask_before(keys.method)
        return None if hidden else keys

    def _would_ask_before(self, method: str) -> bool:
        """Return whether commands would ask for credentials before they use those of ``method``."""
        if method == "env":
            return False
        before = _ASKING_SETTINGS
        if method != "shared-credentials-file":
            before |= _LATER_ASKING_SETTINGS
        token = os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE")
        return bool(token or (self.profile and self.profile.settings & before))

    def key(self, keys: Any) -> Any:
        """Return the current values of the credentials.

        Raises Expired or Unobtainable.
        """
        try:
            return frozen(keys)
        except Failure as failure:
            raise self._explained(failure) from None

    def _explained(self, failure: Failure) -> Expired | Unobtainable:
        """Return the failure with what its cause, an exception of botocore, tells."""
        cause = failure.__context__
        method = _LOGINS.get(type(cause).__name__, "")
        # RuntimeError: the credentials were renewed, and the new ones have expired too.
        if method or isinstance(cause, RuntimeError):
            # The next sentence of botocore says what to do.
            expired = Expired(str(failure).partition(". ")[0].removesuffix("."))
            expired.login = login(self._settings.session, method)
            return expired
        unobtainable = Unobtainable(str(failure).removesuffix("."))
        if isinstance(cause, exceptions.ClientError):
            error = cause.response.get("Error", {})
            unobtainable.code = str(error.get("Code", ""))
            unobtainable.text = str(error.get("Message", ""))
        elif isinstance(cause, (exceptions.HTTPClientError, exceptions.ConnectionError)):
            unobtainable.problem = probe.problem(cause)
            unobtainable.url = str(cause.kwargs.get("endpoint_url", ""))
        return unobtainable

    def origin(self, keys: Any) -> Origin:
        """Return where ``keys`` are from."""
        return origin(self._connection.key_source, self._settings.session, keys)

    @staticmethod
    def require_valid(keys: Any) -> None:
        """Raise Failure if static credentials have a part that no access key has."""
        key = frozen(keys)
        if not (key.access_key and key.secret_key):
            raise Failure("the access key is empty")

    @staticmethod
    def is_static(keys: Any) -> bool:
        """Return whether the credentials are known without a request."""
        return not isinstance(keys, RefreshableCredentials)

    @staticmethod
    def expiry(keys: Any) -> datetime | None:
        """Return when the credentials expire, if that is known."""
        if not isinstance(keys, RefreshableCredentials):
            return None
        expiry: datetime | None = keys._expiry_time  # noqa: SLF001 - there is no other way
        return expiry

    @property
    def profile(self) -> Profile | None:
        """The profile, or None if no file of the AWS configuration is used."""
        session = self._settings.session
        if session is None:
            return None
        name = session.profile or "default"
        profiles = session.full_config.get("profiles", {})
        return Profile(name, frozenset(profiles.get(name, ())), name in profiles)

    # The endpoint and the way to it.

    def endpoint(self) -> Destination:
        """Return where requests go; raise Failure if the configured endpoint is invalid."""
        with ErrorTranslator():
            return endpoint(self._connection, self._settings)

    def require_valid_services(self, keys: Any) -> None:
        """Raise as ``check_service_endpoints`` does."""
        check_service_endpoints(self._settings, keys)

    def sts(self, iam: Destination) -> Destination | None:
        """Return where STS is asked, or None if that is not known; ``iam``: the endpoint of IAM.

        Raises Failure if the configured endpoint is invalid.
        """
        with ErrorTranslator():
            return sts_target(self._settings, iam)

    @property
    def region(self) -> str:
        """The configured region, or ""."""
        return str(self._settings.get("region") or "")

    def proxy(self, url: str, keys: Any) -> tuple[str, str]:
        """Return the address of the proxy for ``url``, without a login, and its source; else "".

        ``keys``: the credentials, which may be requested through a proxy too. Raises Failure if a
        proxy variable that applies is not the address of a proxy.
        """
        address, source = proxy(self._connection, self._settings, url)
        if getattr(keys, "method", None) in CREDENTIAL_METHODS:
            environment_proxies("https://sts.amazonaws.com")
        return address, source

    def ca_bundle(self) -> tuple[str, str]:
        """Return the file of certificate authorities to trust, and what sets it."""
        file, source = ca_bundle(self._settings)
        return file or get_cert_path(verify=True), source or "the installation"

    def ask(self, question: Question, target: Destination, key: Any) -> Outcome:
        """Send ``question`` to ``target``, signed with ``key``, and return the outcome."""
        try:
            session, _ = transport(self._connection, self._settings, target.url)
        except Failure as failure:
            return probe.Outcome(probe.PROXY, str(failure))
        return probe.ask(question, target, key, session, min(timeout(), _LONGEST_WAIT))


def files() -> list[str]:
    """Return the names of the two shared files of the AWS configuration, credentials first.

    If the variable is empty, there is no such file.
    """
    names = (
        os.environ.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
        os.environ.get("AWS_CONFIG_FILE", "~/.aws/config"),
    )
    return [os.path.expanduser(name) for name in names if name]
