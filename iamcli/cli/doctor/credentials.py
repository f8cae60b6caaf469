"""The check ``credentials``: which access key commands would use, and from where."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import NamedTuple

from iamcli import quoting
from iamcli.cli.doctor import network
from iamcli.cli.doctor.check import failed, ok, skipped, warning, wrong
from iamcli.cli.doctor.configuration import UNREAD, file_cause
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
from iamcli.client.login import NoLogin
from iamcli.client.regions import is_of_aws
from iamcli.config import properties
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from iamcli.cli.doctor.check import Check
    from iamcli.cli.doctor.configuration import Configuration
    from iamcli.cli.doctor.inspection import Inspection
    from iamcli.cli.doctor.places import Place

_SET_A_FILE = (
    f"set {CREDENTIAL_FILE} to a file with the two lines AWSAccessKeyId=YOUR-KEY-ID and "
    "AWSSecretKey=YOUR-SECRET-KEY"
)
_TIME = "%Y-%m-%d %H:%M UTC"

#: How many characters at the begin and at the end of an access key ID are shown, and the length
#: from which on this is less than half of it.
_SHOWN = 4
_LONG = 4 * _SHOWN + 1


class Credentials(NamedTuple):
    """The ``check``, the ``keys`` that commands would use or None, and what was reported.

    ``variables``: those that the check reports.
    """

    check: Check
    keys: Any = None
    variables: tuple[str, ...] = ()


def examine(configuration: Configuration, *, offline: bool) -> Credentials:
    """Check which credentials commands would use; ``offline``: without asking for them."""
    failure = configuration.failures.get("credentials")
    inspection = configuration.inspection
    if failure:
        reported = (CREDENTIAL_FILE,) if os.environ.get(CREDENTIAL_FILE) == "" else ()
        return Credentials(_invalid(failure), None, reported)
    if inspection is None:
        return Credentials(skipped("credentials", UNREAD))
    try:
        keys = inspection.keys()
    except NoLogin as unusable:
        return Credentials(failed("credentials", "extra-missing", str(unusable)))
    except (Expired, Unobtainable) as unusable:
        return Credentials(_unobtainable(unusable))
    known = places(inspection, offline=offline)
    if keys is None:
        return _missing(known, offline=offline)
    return Credentials(_found(configuration, inspection, keys, known), keys)


def obtain(inspection: Inspection, keys: Any) -> tuple[Any, Check | None]:
    """Return the current values of the credentials, or the check that reports why there are none.

    This may send requests.
    """
    try:
        return inspection.key(keys), None
    except Expired as failure:
        check = _unobtainable(failure)
        if not failure.login:
            check = check._replace(advice=inspection.origin(keys).renewal)
        return None, check
    except Unobtainable as failure:
        return None, _unobtainable(failure)


def _unobtainable(failure: Expired | Unobtainable) -> Check:
    """Return the check for credentials that the configuration names, and that were not obtained."""
    if isinstance(failure, Expired):
        advice = f"run: {failure.login}" if failure.login else "get new temporary credentials"
        return wrong("credentials", "token-expired", str(failure), advice)
    if failure.problem:
        of_user = bool(failure.url) and not is_of_aws(failure.url)
        cause = network.cause(failure.problem, of_user=of_user)
        advice = network.advice(failure.problem)
    else:
        cause = network.verdict(failure.code, failure.text)
        advice = "check the settings of the profile and the access key that it uses"
    return wrong("credentials", cause, str(failure), advice)


def _invalid(failure: Failure) -> Check:
    """Return the check for a credential file, a variable or a profile that is invalid."""
    if os.environ.get(CREDENTIAL_FILE) == "":
        return failed("credentials", "empty-variable", str(failure))
    if isinstance(failure, Unreadable):
        found, _, advice = str(failure).partition("; ")
        correct = advice or f"correct {' or '.join(files())}"
        return wrong("credentials", "unreadable", found, correct)
    if isinstance(failure, NoProfile):
        advice = "correct AWS_PROFILE or AWS_DEFAULT_PROFILE, or add the profile"
        return wrong("credentials", "no-credentials", str(failure), advice)
    name = os.environ.get(CREDENTIAL_FILE)
    if not name:
        values = [
            os.environ.get(variable, "") for variable in (ACCESS_KEY, "AWS_SECRET_ACCESS_KEY")
        ]
        return failed("credentials", "brackets" if _has_brackets(*values) else None, str(failure))
    cause = file_cause(name)
    check = failed("credentials", cause or _cause_of_values(name), str(failure))
    if cause == "no-file" and name.startswith("~"):
        advice = 'a shell does not replace "~" between quotation marks; use $HOME instead'
        check = check._replace(advice=advice)
    return check._replace(found=f"{check.found} (from {CREDENTIAL_FILE})")


def _cause_of_values(name: str) -> str | None:
    """Return the cause if a credential file can be read, but its values cannot be used."""
    if not os.path.isfile(name):
        return None
    found = properties.read(name)
    values = [found.get(key, "") for key in ("AWSAccessKeyId", "AWSSecretKey")]
    if _has_brackets(*values):
        return "brackets"
    return None if all(values) else "no-credentials"


def _missing(known: Sequence[Place], *, offline: bool) -> Credentials:
    """Return the check if no place has credentials."""
    looked_at = ", ".join(map(str, known))
    filled = [place for place in known if place.filled or place.state == NOT_ASKED]
    if filled and offline:
        why = f"{filled[0].name} is not asked with --offline; looked at {looked_at}"
        return Credentials(skipped("credentials", why))
    found = f"no credentials; looked at {looked_at}"
    if os.environ.get(MISSPELLED):
        advice = f"{MISSPELLED} is set, but the name is {CREDENTIAL_FILE}; set that instead"
        check = wrong("credentials", "old-variable", found, advice)
        return Credentials(check, None, (MISSPELLED,))
    if os.environ.get(ACCESS_KEY) == "":
        advice = f"{ACCESS_KEY} is set but empty; {_SET_A_FILE}"
        check = wrong("credentials", "empty-variable", found, advice)
        return Credentials(check, None, (ACCESS_KEY,))
    unreadable = unreadable_files()
    if unreadable:
        found = f"{found}; {unreadable[0]} cannot be read"
        advice = f"make {unreadable[0]} a file that you can read"
        return Credentials(wrong("credentials", "unreadable", found, advice))
    return Credentials(wrong("credentials", "no-credentials", found, _SET_A_FILE))


def _found(
    configuration: Configuration, inspection: Inspection, keys: Any, known: Sequence[Place]
) -> Check:
    """Return the check of ``keys``."""
    used = source(configuration, inspection, keys)
    expiry = inspection.expiry(keys)
    if expiry and not expiry.tzinfo:
        found = f"{used}: the time at which the credentials expire has no time zone: {expiry}"
        return wrong("credentials", None, found, 'add it to the time, such as "Z" for UTC')
    if not inspection.is_static(keys):
        until = f" that expire at {expiry:{_TIME}}" if expiry else ""
        shown = f"temporary credentials{until}"
    elif _has_brackets(keys.access_key, keys.secret_key):
        found = f"{used} has the placeholder in angle brackets instead of an access key"
        return wrong("credentials", "brackets", found, "fill in your access key")
    else:
        try:
            inspection.require_valid(keys)
        except Failure as failure:
            found, advice = f"{used}: {failure}", "correct the access key there"
            return wrong("credentials", None, found, advice)
        shown = f"{'temporary ' if keys.token else ''}access key {_masked(keys.access_key)}"
    if expiry and expiry < datetime.now(timezone.utc) and keys.method == "env":
        # Others are renewed when a request needs them.
        found = f"the access key from {used} has expired at {expiry:{_TIME}}"
        return wrong("credentials", "token-expired", found, inspection.origin(keys).renewal)
    found = f"{shown} from {used}{passed_over(known, used)}"
    exposed = exposed_files(configuration)
    if exposed:
        found = f"{found}; {' and '.join(exposed)} can be used by other users"
        advice = f"run: chmod 600 {' '.join(map(quoting.file, exposed))}"
        return warning("credentials", "readable-by-others", found, advice)
    return ok("credentials", found)


def _masked(access_key: str) -> str:
    """Return enough of the ID of an access key to recognize it."""
    if len(access_key) < _LONG:
        return "***"
    return f"{access_key[:_SHOWN]}...{access_key[-_SHOWN:]}"


def _has_brackets(*values: Any) -> bool:
    """Return whether one of ``values`` is a placeholder; those of a program can be of any type."""
    texts = [value for value in values if isinstance(value, str)]
    return any(text.startswith("<") or text.endswith(">") for text in texts)
