"""The credentials that botocore finds, and why they cannot be used."""

from __future__ import annotations

import contextlib
import math
import os

import botocore
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - of botocore
    HTTPClientError,
    InvalidConfigError,
    MissingDependencyException,
    ParamValidationError,
)

from iamcli.config.settings import invalid_part, misspelled, proxy_logins
from iamcli.connection.botocore_patches import patch_credentials
from iamcli.connection.responses import Retrieval, pause, secrets, send
from iamcli.connection.sources import EXPIRATION, PLACES, SET_A_FILE, missing, origin, remedy
from iamcli.connection.transport import timeout
from iamcli.errors import Failure
from iamcli.output.redaction import CREDENTIAL_SECRETS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from botocore.session import Session

    from iamcli.connection.aws_config import AWSConfig

#: The credential methods of botocore that send requests to a service, and these services.
CREDENTIAL_METHODS = ("assume-role", "assume-role-with-web-identity", "login", "sso")
CREDENTIAL_SERVICES = ("sts", "sso", "sso-oidc", "signin")

#: The exceptions of botocore that say that the network is why it got no credentials.
NETWORK = (HTTPClientError, ConnectionError)

#: The settings that botocore converts to a number, also if it asks no instance for its role.
_NUMBERS = ("metadata_service_timeout", "metadata_service_num_attempts")


class InvalidSetting(Failure):
    """A setting that the chain of credentials reads is invalid."""


class PassedExpiration(InvalidSetting):
    """The time in AWS_CREDENTIAL_EXPIRATION has passed."""


class NoLogin(Failure):
    """The profile has a session of ``aws login``, which this installation cannot use."""


def find_keys(
    aws_config: AWSConfig, *, without: Iterable[str] = (), prompts: bool = True, longest: float = 0
) -> Any:
    """Return the credentials from botocore's chain, or None; ``without``: methods not to use.

    ``prompts``: as for Connection; ``longest``: the maximum time of a program (seconds), 0 for
    IAMCLI_TIMEOUT, which counts without a terminal. Raises Failure if what the configuration names
    cannot be used, and the exceptions of botocore if it cannot be read.
    """
    if aws_config.session is None:
        return None
    limits = (longest or timeout(), longest or math.inf)
    patch_credentials(send, pause, prompts=prompts, limits=limits)
    profiles = aws_config.session.full_config.get("profiles", {}).values()
    for named in (os.environ, *profiles):
        CREDENTIAL_SECRETS.add(*secrets(named.items()))
    CREDENTIAL_SECRETS.add(*proxy_logins(os.environ))
    _require_numbers(aws_config.session)
    _require_expiration()
    chain = aws_config.session.get_component("credential_provider")
    # botocore would read AWS_CREDENTIAL_FILE, also if it is empty.
    for method in ("ec2-credentials-file", *without):
        chain.remove(method)
    try:
        with Retrieval():
            keys = aws_config.session.get_credentials()
    except Exception as error:  # noqa: BLE001 - any, for a file of another form
        raise _no_login(aws_config.session, error) or _unusable(error, aws_config.session) from None
    if keys is None and not without and (failure := _no_login(aws_config.session, None)):
        raise failure
    return keys


def _require_numbers(session: Session) -> None:
    """Raise InvalidSetting if a setting is not a number for botocore, which would not name it."""
    for name in _NUMBERS:
        with contextlib.suppress(TypeError, ValueError):
            session.get_config_variable(name)
            continue
        in_file = session.get_scoped_config().get(name)
        value = os.environ.get(f"AWS_{name.upper()}", in_file)
        raise InvalidSetting(f"invalid AWS setting {name}: {value}; use a whole number")


def _require_expiration() -> None:
    """Raise InvalidSetting if AWS_CREDENTIAL_EXPIRATION is wrong; botocore would not name it."""
    from datetime import datetime, timezone

    from botocore.utils import parse_timestamp

    value = os.environ.get(EXPIRATION)
    if not (value and os.environ.get(PLACES["env"])):
        return
    try:
        passed = parse_timestamp(value) <= datetime.now(timezone.utc)
    except (RuntimeError, TypeError, ValueError):
        advice = "set it to a time such as 2030-12-31T23:59:59Z, or unset it"
        text = f"{EXPIRATION} is not a time with a time zone: {value}; {advice}"
        raise InvalidSetting(text) from None
    if passed:
        renewal = origin(PLACES["env"], None, None).renewal
        raise PassedExpiration(f"{EXPIRATION} is {value}, which is in the past; {renewal}")


def _no_login(session: Session, error: Exception | None) -> NoLogin | None:
    """Return the failure if botocore got no credentials because it cannot use a login session.

    ``error``: what it raised, or None if it found no credentials. An old release ignores the
    setting, and reports a role as invalid whose source profile has nothing else.
    """
    from botocore import credentials

    from iamcli import quoting
    from iamcli.connection.sources import profile_with
    from iamcli.installation import extras

    is_old = not hasattr(credentials, "LoginProvider")
    kinds = (InvalidConfigError, type(None)) if is_old else MissingDependencyException
    name = profile_with(session, "login_session") if isinstance(error, kinds) else ""
    if not name:
        return None
    why = "which needs the extra login"
    if is_old:
        why = f"for which botocore {botocore.__version__} is too old"
    profile = quoting.option("--profile", name)
    export = f"aws configure export-credentials {profile} --format process"
    advice = other = f"use another profile with credential_process = {export}"
    if extras.can_add_login():
        advice = f"{extras.advice('login')}, or {other}" if is_old else extras.advice("login")
    return NoLogin(f"profile {name} has a login session, {why}; {advice}")


def chain_keys(aws_config: AWSConfig, *, prompts: bool) -> Any:
    """Return the credentials as ``find_keys`` does; raise Failure if it finds none."""
    keys = find_keys(aws_config, prompts=prompts)
    if keys is None:
        for cause in misspelled(os.environ).values():
            raise Failure(f"no credentials; {cause}")
        failure = Failure(
            "no credentials; looked for --aws-credential-file, AWS_CREDENTIAL_FILE, the AWS_* "
            "variables, the AWS profile files, and the role of the container or instance; "
            f"{SET_A_FILE}"
        )
        failure.hint = missing(aws_config.session)[1]
        raise failure
    return keys


def frozen(keys: Any, session: Session | None = None) -> Any:
    """Return the current values of the credentials; raise Failure if they cannot be used.

    ``session``: has the profile, which the hint of the failure names.
    """
    try:
        with Retrieval():
            key = keys.get_frozen_credentials()
    except Exception as error:  # noqa: BLE001 - of programs, files, tokens and services
        _require_expiration()
        raise _unusable(error, session, origin("", session, keys).renewal) from None
    for value in (key.access_key, key.secret_key, key.token or ""):
        part = invalid_part(value) if isinstance(value, str) else "a value that is not text"
        if part:
            raise Failure(f"the credentials of the AWS configuration contain {part}")
    return key


def _unusable(error: Exception, session: Session | None, *renewal: str) -> Failure:
    """Return the failure if botocore got no credentials; ``renewal``: as for ``remedy``."""
    reason = _report(error)
    if isinstance(getattr(error, "kwargs", {}).get("error"), ValueError):
        # The text of such an error may contain the password of a proxy.
        reason = "an address or a header is invalid; check the proxy variables"
    elif isinstance(error, EOFError):
        reason = "the code of the MFA device was not entered"
    elif isinstance(error, OSError) and error.strerror:
        reason = f"{error.filename or 'a file'}: {error.strerror}"
    # RuntimeError: the credentials have expired, or were renewed and the new ones have, too.
    elif not isinstance(error, (BotoCoreError, ClientError, Failure, RuntimeError, ValueError)):
        reason = f"a file or a program gave an invalid value ({type(error).__name__})"
    reason = CREDENTIAL_SECRETS.redact(reason)
    failure = Failure(f"cannot get credentials from the AWS configuration: {reason}")
    # The others say what to do, or the network is the reason.
    if "; " not in reason and not isinstance(error, (*NETWORK, EOFError)):
        failure.hint = remedy(session, error, *renewal)
    return failure


def _report(error: Exception) -> str:
    """Return the report of an exception as one line.

    Invalid parameters have a line each. A program may print empty and indented lines, too.
    """
    lines = [line for line in str(error).splitlines() if line.strip() and not line[0].isspace()]
    if not lines:
        return type(error).__name__
    heading = lines[0].rstrip()
    if isinstance(error, ParamValidationError):
        return f"{heading} {'; '.join(lines[1:])}"
    more = lines[1] if heading.endswith(":") and len(lines) > 1 else ""
    return f"{heading} {more}".rstrip()
