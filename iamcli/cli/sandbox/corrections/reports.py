"""The credential report, which lists the passwords, keys and certificates of all users."""

from __future__ import annotations

import itertools

from moto.core.utils import utcnow

from iamcli.cli.sandbox.corrections.paging import by_name
from iamcli.cli.sandbox.corrections.protocol import instant, operation
from iamcli.cli.sandbox.refusals import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime as dt
    from typing import Any

    from moto.iam.models import IAMBackend

    from iamcli.cli.sandbox.corrections.protocol import Request, Result

_KEY = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
_CERTIFICATE = ("active", "last_rotated")

COLUMNS = (
    *("user", "arn", "user_creation_time", "password_enabled", "password_last_used"),
    *("password_last_changed", "password_next_rotation", "mfa_active"),
    *(f"access_key_{number}_{name}" for number in (1, 2) for name in _KEY),
    *(f"cert_{number}_{name}" for number in (1, 2) for name in _CERTIFICATE),
)


@operation("GetCredentialReport")
def get_credential_report(iam: IAMBackend, _request: Request) -> Result:
    """Show ``N/A`` for dates that a copy does not have, at which moto fails with status 500.

    moto shows the date of the user for that of the password. Source: IAM User Guide, credential
    reports (format).
    """
    if not iam.report_generated():
        raise Refusal("ReportNotPresent", "Credential report not present")
    users: list[Any] = sorted(iam.users.values(), key=by_name)
    lines = [COLUMNS, *map(_row, users)]
    return {
        "Content": "".join(f"{','.join(line)}\n" for line in lines).encode(),
        "ReportFormat": "text/csv",
        "GeneratedTime": utcnow(),
    }


def _row(user: Any) -> list[str]:
    first, second, *_ = itertools.chain(user.access_keys, (None, None))
    one, other, *_ = itertools.chain(user.signing_certificates.values(), (None, None))
    return [
        user.name,
        user.arn,
        _date(user.create_date),
        *_password(user),
        _yes(bool(user.mfa_devices)),
        *_key(first),
        *_key(second),
        *_certificate(one),
        *_certificate(other),
    ]


def _password(user: Any) -> list[str]:
    if not user.password:
        return ["false", "N/A", "N/A", "N/A"]
    used = user.password_last_used
    return [
        "true",
        _date(used) if used else "no_information",
        _date(user.login_profile_date),
        "N/A",
    ]


def _key(key: Any) -> list[str]:
    if not key:
        return ["false", *["N/A"] * 4]
    used = key.last_used
    return [
        _yes(key.status == "Active"),
        _date(key.create_date),
        # moto 5.1 shows the date as text.
        *([_date(vars(used)["_timestamp"]), used.region, used.service] if used else ["N/A"] * 3),
    ]


def _certificate(certificate: Any) -> list[str]:
    if not certificate:
        return ["false", "N/A"]
    return [_yes(certificate.status == "Active"), _date(certificate.upload_date)]


def _date(date: dt.datetime | None) -> str:
    return f"{instant(date):%Y-%m-%dT%H:%M:%S+00:00}" if date else "N/A"


def _yes(value: bool) -> str:  # noqa: FBT001
    return str(value).lower()
