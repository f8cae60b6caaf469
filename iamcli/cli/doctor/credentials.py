"""The check ``credentials``: which access key commands would use, and from where."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from botocore import exceptions
from botocore.credentials import RefreshableCredentials

from iamcli.cli.doctor import credential_sources, network, request
from iamcli.cli.doctor.configuration import UNREAD, Unreadable
from iamcli.cli.doctor.credential_sources import ACCESS_KEY, CREDENTIAL_FILE, NOT_ASKED
from iamcli.cli.doctor.diagnosis import failed, ok, skipped, warning, wrong
from iamcli.config import properties
from iamcli.config.settings import looks_like_id, misspelled, restrict
from iamcli.connection.aws_config import NoProfile
from iamcli.connection.credentials import NETWORK, InvalidSetting, NoLogin, PassedExpiration, frozen
from iamcli.connection.sources import (
    EXPIRED_LOGINS,
    SET_A_FILE,
    file_cause,
    has_brackets,
    key_problem,
    missing,
    remedy,
)
from iamcli.connection.transport import ProxyFailure
from iamcli.errors import Failure
from iamcli.protection import PROTECT, with_owners

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from botocore.session import Session

    from iamcli.cli.doctor.configuration import Configuration
    from iamcli.cli.doctor.credential_sources import CredentialSource
    from iamcli.cli.doctor.diagnosis import Diagnosis

_CAUSES = {NoLogin: "extra-missing", PassedExpiration: "token-expired"}

#: How many characters at the beginning and at the end of an access key ID are shown, and the length
#: from which on this is less than half of it.
_VISIBLE = 4
_LONG = 4 * _VISIBLE + 1


class Credentials(NamedTuple):
    """The ``diagnosis``, the ``keys`` or None, and the ``variables`` that it is about."""

    diagnosis: Diagnosis
    keys: Any = None
    variables: tuple[str, ...] = ()


def check(configuration: Configuration) -> Credentials:
    """Check which credentials commands would use, and who else can use or change their files."""
    access = _access(configuration)
    if access.diagnosis.is_wrong:
        return access
    found = []
    if unused := configuration.settings.unused:
        advice = f"to use it, run: unset {CREDENTIAL_FILE}; otherwise run: unset {unused}"
        found.append((f"{unused} is not used", advice, "unused-key"))
    if exposed := credential_sources.exposed_files(configuration):
        problem = f"{' and '.join(exposed)} can be used by other users"
        found.append((problem, restrict(*exposed), "readable-by-others"))
    if changeable := credential_sources.changeable_files(configuration):
        problem = f"other users may write {with_owners(changeable)}"
        owners = set(filter(None, changeable.values()))
        owner = owners.pop() if len(owners) == 1 and os.geteuid() == 0 else ""
        run = f"if {owner} runs the scripts, run iamcli doctor as {owner}; otherwise "
        found.append((problem, f"{run if owner else ''}{PROTECT}", "writable-by-others"))
    if not found:
        return access
    problems, advised, causes = zip(*found, strict=True)
    text = "; ".join([access.diagnosis.found, *problems])
    return access._replace(diagnosis=warning(text, "; ".join(advised), causes[0]))


def _access(configuration: Configuration) -> Credentials:
    """Return which credentials commands would use."""
    if failure := configuration.failures.get("credentials"):
        return Credentials(_invalid(failure), None, (CREDENTIAL_FILE,))
    if not configuration.is_read:
        return Credentials(UNREAD)
    session = configuration.aws_config.session
    try:
        keys = credential_sources.find(configuration)
    except Failure as unusable:
        return Credentials(_unobtainable(unusable, session))
    known = credential_sources.sources(configuration)
    if keys is None:
        return _missing(known, session, offline=configuration.offline)
    return Credentials(_used(configuration, keys, known), keys)


def obtain(configuration: Configuration) -> tuple[Any, Diagnosis | None]:
    """Request the current values of the credentials; return them, or why there are none."""
    keys = configuration.keys
    try:
        return frozen(keys), None
    except Failure as failure:
        renewal = configuration.origin(keys).renewal
        return None, _unobtainable(failure, configuration.aws_config.session, renewal)


def _unobtainable(failure: Failure, session: Session | None, *renewal: str) -> Diagnosis:
    """Return the diagnosis for credentials that are configured, but were not obtained.

    ``renewal``: as for ``remedy``.
    """
    if isinstance(failure, (NoLogin, InvalidSetting)):
        return failed(failure, _CAUSES.get(type(failure)))
    cause: Any = failure.__context__
    text = str(failure).removesuffix(".")
    if isinstance(cause, Failure) and "; " in text:
        return failed(failure, "proxy-refused" if isinstance(cause, ProxyFailure) else None)
    if type(cause).__name__ in EXPIRED_LOGINS or isinstance(cause, RuntimeError):
        # The next sentence of botocore says what to do.
        return wrong(text.partition(". ")[0], remedy(session, cause, *renewal), "token-expired")
    if isinstance(cause, NETWORK):
        url = str(cause.kwargs.get("endpoint_url", ""))
        return network.obstructed(text, request.problem(cause), url)
    response = cause.response if isinstance(cause, exceptions.ClientError) else {}
    error = response.get("Error", {})
    code, message = (str(error.get(name, "")) for name in ("Code", "Message"))
    return wrong(text, remedy(session, cause), network.verdict(code, message))


def _invalid(failure: Failure) -> Diagnosis:
    """Return the diagnosis for a credential file, a variable or a profile that is invalid."""
    name = os.environ.get(CREDENTIAL_FILE)
    if name == "":
        return failed(failure, "empty-variable")
    if isinstance(failure, NoProfile):
        return wrong(str(failure), failure.hint, "no-credentials")
    if isinstance(failure, Unreadable):
        return failed(failure, failure.cause)
    if name is None:
        values = [os.environ.get(part, "") for part in (ACCESS_KEY, "AWS_SECRET_ACCESS_KEY")]
        return failed(failure, "brackets" if has_brackets(*values) else None)
    diagnosis = failed(failure, file_cause(name) or _cause_of_values(name))
    return diagnosis._replace(found=f"{diagnosis.found} (from {CREDENTIAL_FILE})")


def _cause_of_values(name: str) -> str | None:
    """Return the cause if a credential file can be read, but its values cannot be used."""
    if not os.path.isfile(name):
        return None
    try:
        entries = properties.read(name)
    except Failure:
        return "unreadable"
    values = [entries.get(key, "") for key in ("AWSAccessKeyId", "AWSSecretKey")]
    if has_brackets(*values):
        return "brackets"
    return None if all(values) else "no-credentials"


def _missing(
    known: Sequence[CredentialSource], session: Session | None, *, offline: bool
) -> Credentials:
    """Return the diagnosis if no source has credentials."""
    looked_at = f"looked at {', '.join(map(str, known))}"
    possible = [each.name for each in known if each.filled or each.state == NOT_ASKED]
    if possible and offline:
        return Credentials(skipped(f"{possible[0]} is not asked with --offline; {looked_at}"))
    problem = f"no credentials; {looked_at}"
    for name, advice in misspelled(os.environ).items():
        return Credentials(wrong(problem, advice, "old-variable"), None, (name,))
    cause, advice = missing(session)
    if cause != "unreadable":
        advice = "; ".join(filter(None, (advice, SET_A_FILE)))
    reported = (ACCESS_KEY,) if cause == "empty-variable" else ()
    return Credentials(wrong(problem, advice, cause), None, reported)


def _used(configuration: Configuration, keys: Any, known: Sequence[CredentialSource]) -> Diagnosis:
    """Return the diagnosis for ``keys``."""
    source = credential_sources.source_of(keys, configuration)
    is_temporary = isinstance(keys, RefreshableCredentials)
    expiry = keys._expiry_time if is_temporary else None  # noqa: SLF001 - there is no other way
    if expiry and not expiry.tzinfo:
        problem = f"{source}: the time at which the credentials expire has no time zone: {expiry}"
        return wrong(problem, 'add it to the time, such as "Z" for UTC')
    if is_temporary:
        until = f" that expire at {expiry:%Y-%m-%d %H:%M UTC}" if expiry else ""
        description = f"temporary credentials{until}"
    else:
        if unusable := _unusable(keys, source):
            return unusable
        description = f"{'temporary ' if keys.token else ''}access key {_masked(keys.access_key)}"
    passed_over = credential_sources.passed_over(known, source)
    return ok(f"{description} from {source}{passed_over}")


def _unusable(keys: Any, source: str) -> Diagnosis | None:
    """Return the diagnosis for an access key from ``source`` that cannot be one, or None."""
    problem, advice = key_problem(keys)
    if problem:
        cause = "brackets" if has_brackets(keys.access_key, keys.secret_key) else None
        return wrong(source + problem, advice, cause)
    try:
        frozen(keys)
    except Failure as failure:
        return failed(Failure(f"{source}: {failure}"), advice="correct the access key there")
    return None


def _masked(access_key: str) -> str:
    """Return enough of the ID of an access key to recognize it."""
    if len(access_key) < _LONG or not looks_like_id(access_key):
        return "***"
    return f"{access_key[:_VISIBLE]}...{access_key[-_VISIBLE:]}"
