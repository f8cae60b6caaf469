"""The check ``credentials``: which access key commands would use, and from where."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import NamedTuple

from iamcli import quoting
from iamcli.cli.doctor import network
from iamcli.cli.doctor.configuration import UNREAD, file_cause
from iamcli.cli.doctor.finding import failed, ok, skipped, warning, wrong
from iamcli.cli.doctor.inspection import Expired, NoProfile, Unobtainable, Unreadable, files
from iamcli.cli.doctor.places import (
    ACCESS_KEY,
    CREDENTIAL_FILE,
    NOT_ASKED,
    exposed_files,
    passed_over,
    places,
    source,
    unreadable_files,
)
from iamcli.cli.doctor.variables import MISSPELLED
from iamcli.config import properties
from iamcli.connection.credentials import InvalidNumber, NoLogin
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from iamcli.cli.doctor.configuration import Configuration
    from iamcli.cli.doctor.finding import Finding
    from iamcli.cli.doctor.inspection import Inspection
    from iamcli.cli.doctor.places import Place

_SET_A_FILE = (
    f"set {CREDENTIAL_FILE} to a file with the two lines AWSAccessKeyId=YOUR-KEY-ID and "
    "AWSSecretKey=YOUR-SECRET-KEY"
)
_TIME = "%Y-%m-%d %H:%M UTC"

#: How many characters at the beginning and at the end of an access key ID are shown, and the length
#: from which on this is less than half of it.
_VISIBLE = 4
_LONG = 4 * _VISIBLE + 1


class Credentials(NamedTuple):
    """The ``finding``, the ``keys`` that commands would use or None, and what was reported.

    ``variables``: those that the finding is about.
    """

    finding: Finding
    keys: Any = None
    variables: tuple[str, ...] = ()


def examine(configuration: Configuration, *, offline: bool) -> Credentials:
    """Check which credentials commands would use; ``offline``: without asking for them."""
    failure = configuration.failures.get("credentials")
    inspection = configuration.inspection
    if failure:
        return Credentials(_invalid(failure), None, (CREDENTIAL_FILE,))
    if inspection is None:
        return Credentials(UNREAD)
    try:
        keys = inspection.keys()
    except (NoLogin, InvalidNumber) as unusable:
        cause = "extra-missing" if isinstance(unusable, NoLogin) else None
        return Credentials(failed(unusable, cause))
    except (Expired, Unobtainable) as unusable:
        return Credentials(_unobtainable(unusable))
    known = places(inspection, offline=offline)
    if keys is None:
        return _missing(known, offline=offline)
    return Credentials(_used(configuration, inspection, keys, known), keys)


def obtain(inspection: Inspection, keys: Any) -> tuple[Any, Finding | None]:
    """Return the current values of the credentials, or the finding why there are none.

    This may send requests.
    """
    try:
        return inspection.key(keys), None
    except (Expired, Unobtainable) as failure:
        return None, _unobtainable(failure, inspection.origin(keys).renewal)


def _unobtainable(
    failure: Expired | Unobtainable, renewal: str = "get new temporary credentials"
) -> Finding:
    """Return the finding for credentials that the configuration names, but that were not obtained.

    ``renewal``: what to do if they have expired, and no command signs in again.
    """
    if isinstance(failure, Expired):
        advice = f"run: {failure.login}" if failure.login else renewal
        return wrong(str(failure), advice, "token-expired")
    if failure.problem:
        return network.obstructed(str(failure), failure.problem, failure.url)
    advice = "check the settings of the profile and the access key that it uses"
    return wrong(str(failure), advice, network.verdict(failure.code, failure.text))


def _invalid(failure: Failure) -> Finding:
    """Return the finding for a credential file, a variable or a profile that is invalid."""
    name = os.environ.get(CREDENTIAL_FILE)
    if name == "":
        return failed(failure, "empty-variable")
    if isinstance(failure, Unreadable):
        problem, _, advice = str(failure).partition("; ")
        return wrong(problem, advice or f"correct {' or '.join(files())}", "unreadable")
    if isinstance(failure, NoProfile):
        advice = "correct AWS_PROFILE or AWS_DEFAULT_PROFILE, or add the profile"
        return wrong(str(failure), advice, "no-credentials")
    if name is None:
        values = [os.environ.get(part, "") for part in (ACCESS_KEY, "AWS_SECRET_ACCESS_KEY")]
        return failed(failure, "brackets" if _has_brackets(*values) else None)
    cause = file_cause(name)
    finding = failed(failure, cause or _cause_of_values(name))
    if cause == "no-file" and name.startswith("~"):
        advice = 'a shell does not replace "~" between quotation marks; use $HOME instead'
        finding = finding._replace(advice=advice)
    return finding._replace(found=f"{finding.found} (from {CREDENTIAL_FILE})")


def _cause_of_values(name: str) -> str | None:
    """Return the cause if a credential file can be read, but its values cannot be used."""
    if not os.path.isfile(name):
        return None
    entries = properties.read(name)
    values = [entries.get(key, "") for key in ("AWSAccessKeyId", "AWSSecretKey")]
    if _has_brackets(*values):
        return "brackets"
    return None if all(values) else "no-credentials"


def _missing(known: Sequence[Place], *, offline: bool) -> Credentials:
    """Return the finding if no place has credentials."""
    looked_at = f"looked at {', '.join(map(str, known))}"
    possible = [place.name for place in known if place.filled or place.state == NOT_ASKED]
    if possible and offline:
        return Credentials(skipped(f"{possible[0]} is not asked with --offline; {looked_at}"))
    problem = f"no credentials; {looked_at}"
    if os.environ.get(MISSPELLED):
        advice = f"{MISSPELLED} is set, but the name is {CREDENTIAL_FILE}; set that instead"
        return Credentials(wrong(problem, advice, "old-variable"), None, (MISSPELLED,))
    if os.environ.get(ACCESS_KEY) == "":
        advice = f"{ACCESS_KEY} is set but empty; {_SET_A_FILE}"
        return Credentials(wrong(problem, advice, "empty-variable"), None, (ACCESS_KEY,))
    unreadable = unreadable_files()
    if unreadable:
        problem = f"{problem}; {unreadable[0]} cannot be read"
        advice = f"make {unreadable[0]} a file that you can read"
        return Credentials(wrong(problem, advice, "unreadable"))
    return Credentials(wrong(problem, _SET_A_FILE, "no-credentials"))


def _used(
    configuration: Configuration, inspection: Inspection, keys: Any, known: Sequence[Place]
) -> Finding:
    """Return the finding for ``keys``."""
    place = source(configuration, inspection, keys)
    expiry = inspection.expiry(keys)
    if expiry and not expiry.tzinfo:
        problem = f"{place}: the time at which the credentials expire has no time zone: {expiry}"
        return wrong(problem, 'add it to the time, such as "Z" for UTC')
    if not inspection.is_static(keys):
        until = f" that expire at {expiry:{_TIME}}" if expiry else ""
        description = f"temporary credentials{until}"
    elif _has_brackets(keys.access_key, keys.secret_key):
        problem = f"{place} has the placeholder in angle brackets instead of an access key"
        return wrong(problem, "fill in your access key", "brackets")
    else:
        try:
            inspection.require_valid(keys)
        except Failure as failure:
            return wrong(f"{place}: {failure}", "correct the access key there")
        description = f"{'temporary ' if keys.token else ''}access key {_masked(keys.access_key)}"
    if expiry and expiry < datetime.now(timezone.utc) and keys.method == "env":
        # Others are renewed when a request needs them.
        problem = f"the access key from {place} has expired at {expiry:{_TIME}}"
        return wrong(problem, inspection.origin(keys).renewal, "token-expired")
    description = f"{description} from {place}{passed_over(known, place)}"
    exposed = exposed_files(configuration)
    if exposed:
        problem = f"{description}; {' and '.join(exposed)} can be used by other users"
        advice = f"run: chmod 600 {' '.join(map(quoting.file, exposed))}"
        return warning(problem, advice, "readable-by-others")
    return ok(description)


def _masked(access_key: str) -> str:
    """Return enough of the ID of an access key to recognize it."""
    if len(access_key) < _LONG:
        return "***"
    return f"{access_key[:_VISIBLE]}...{access_key[-_VISIBLE:]}"


def _has_brackets(*values: Any) -> bool:
    """Return whether one of ``values`` is a placeholder; those of a program can be of any type."""
    texts = [value for value in values if isinstance(value, str)]
    return any(text.startswith("<") or text.endswith(">") for text in texts)
