"""Profiles that ``aws login`` has made, and what to do if this installation cannot use them."""

from __future__ import annotations

import botocore
import botocore.credentials
from botocore.exceptions import InvalidConfigError, MissingDependencyException

from iamcli import quoting
from iamcli.connection.sources import profile_with
from iamcli.errors import Failure
from iamcli.installation import extras

TYPE_CHECKING = False
if TYPE_CHECKING:
    from botocore.session import Session


class NoLogin(Failure):
    """The profile has a login session, and this installation cannot use it."""


def unusable(session: Session, error: Exception | None) -> NoLogin | None:
    """Return the failure if botocore got no credentials because it cannot use a login session.

    ``error``: what it raised, or None if it found no credentials. An old release ignores the
    setting, and reports a role as invalid whose source profile has nothing else.
    """
    is_old = not hasattr(botocore.credentials, "LoginProvider")
    kinds = (InvalidConfigError, type(None)) if is_old else MissingDependencyException
    name = profile_with(session, "login_session") if isinstance(error, kinds) else ""
    if not name:
        return None
    why = "which needs the extra login"
    if is_old:
        why = f"for which botocore {botocore.__version__} is too old"
    profile = quoting.option("--profile", name)
    export = f"aws configure export-credentials {profile} --format process"
    other = f"use another profile with credential_process = {export}"
    advice = other
    if extras.can_be_added("login"):
        advice = extras.advice("login")
        if is_old:
            advice = f"{advice}, or {other}"
    return NoLogin(f"profile {name} has a login session, {why}; {advice}")
