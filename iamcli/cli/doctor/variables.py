"""The check ``environment``: variables that are empty, old, invalid or damaged."""

from __future__ import annotations

import os
import sys

from iamcli.cli.doctor.check import failed, ok, warning, wrong

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from iamcli.cli.doctor.check import Check
    from iamcli.errors import Failure

#: The variables of an access key, or of the file that contains it.
KEY = (
    "AWS_CREDENTIAL_FILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
)
#: The variables that commands read, by the check that they belong to.
READ = {
    "credentials": (
        *KEY,
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CONFIG_FILE",
        "AWS_ROLE_ARN",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ),
    "endpoint": (
        "AWS_IAM_URL",
        "AWS_ENDPOINT_URL_IAM",
        "AWS_ENDPOINT_URL_STS",
        "AWS_ENDPOINT_URL",
        "AWS_USE_FIPS_ENDPOINT",
        "AWS_USE_DUALSTACK_ENDPOINT",
    ),
    "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "proxy": (
        "CLIENT_CONFIG_FILE",
        "https_proxy",
        "HTTPS_PROXY",
        "http_proxy",
        "HTTP_PROXY",
        "no_proxy",
        "NO_PROXY",
    ),
    "ca": ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"),
    "environment": (
        "AWS_DEFAULTS_MODE",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_IAM_HOME",
        "AWS_MAX_ATTEMPTS",
        "AWS_RETRY_MODE",
        "IAMCLI_COMPLETE",
        "IAMCLI_STRICT",
        "IAMCLI_TIMEOUT",
    ),
}

#: The name that is mistaken for AWS_CREDENTIAL_FILE.
MISSPELLED = "AWS_CREDENTIALS_FILE"

#: Variables of the old toolkits that have no effect, and why.
OLD = {
    MISSPELLED: "is not read, because the name is AWS_CREDENTIAL_FILE",
    "AWS_IAM_JVM_OPTS": "is ignored, because Java is not used",
    "JAVA_HOME": "is ignored, because Java is not used",
    **dict.fromkeys(("EC2_HOME", "EC2_PRIVATE_KEY", "EC2_CERT", "EC2_URL"), "is not read"),
}

#: Variables that have an effect although they are empty, and which; others count as not set.
_EFFECTS = {
    "AWS_SHARED_CREDENTIALS_FILE": "so that no shared file of credentials is read",
    "AWS_CONFIG_FILE": "so that no file of the AWS configuration is read",
    **dict.fromkeys(
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
        "so that a container is asked for credentials",
    ),
}
_MODE = "AWS_DEFAULTS_MODE"

#: The maximum number of modules that a line names.
_SHOWN = 3

#: Variables that are often set to nothing on purpose.
_EMPTY_ON_PURPOSE = READ["proxy"][1:]


def damaged(check: str) -> list[str]:
    """Return the variables of ``check`` that contain a carriage return."""
    return [name for name in READ.get(check, ()) if "\r" in os.environ.get(name, "")]


def examine(failure: Failure | None, stopping: Collection[str], known: Collection[str]) -> Check:
    """Check the environment.

    ``failure``: that of a setting of this check; ``stopping``: variables with a carriage return
    that makes another check fail; ``known``: variables that another check reports.
    """
    environ = os.environ
    returns = [name for check in READ for name in damaged(check)]
    if failure and damaged("environment"):
        stopping = [*stopping, *damaged("environment")]
    if returns:
        names = _listed(returns)
        ending = "contains" if len(returns) == 1 else "contain"
        found = f"{names} {ending} a carriage return, as lines of Windows files end with it"
        advice = "remove it from the script that sets the variable: sed -i 's/\\r$//' SCRIPT"
        how = wrong if stopping else warning
        return how("environment", "carriage-return", found, advice)
    if failure and environ.get(_MODE) == "" and "defaults mode" in str(failure):
        found = f"{_MODE} is set but empty, which is no mode"
        return wrong("environment", "empty-variable", found, f"run: unset {_MODE}")
    if failure:
        return failed("environment", None, str(failure))
    old = [name for name in OLD if environ.get(name) and name not in known]
    empty = [
        name
        for names in READ.values()
        for name in names
        if environ.get(name) == "" and name not in (*_EMPTY_ON_PURPOSE, *known)
    ]
    notes = [f"{name} {OLD[name]}" for name in old]
    notes += [
        f"{name} is set but empty, {_EFFECTS.get(name, 'which counts as not set')}"
        for name in empty
    ]
    hiding = _hiding()
    if hiding and not notes:
        advice = "run: unset PYTHONPATH, or set it only for the programs that need it"
        return warning("environment", "python-path", hiding, advice)
    if notes:
        cause = "old-variable" if old else "empty-variable"
        advice = f"run: unset {' '.join([*old, *empty])}"
        if MISSPELLED in old:
            advice = f"set AWS_CREDENTIAL_FILE instead, or {advice}"
        return warning("environment", cause, ", ".join(notes), advice)
    used = [name for names in READ.values() for name in names if environ.get(name)]
    return ok("environment", f"set: {', '.join(used)}" if used else "no variable is set")


def _hiding() -> str:
    """Return which modules in PYTHONPATH have the name of one that iamcli needs, else "".

    Only the console scripts that an old pip has made import one before iamcli/startup.py runs.
    """
    for folder in filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)):
        try:
            names = {os.path.splitext(name)[0] for name in os.listdir(folder)}
        except OSError:
            continue
        hidden = sorted(names & sys.stdlib_module_names)
        if hidden:
            more = ", ..." if len(hidden) > _SHOWN else ""
            shown = f"{', '.join(hidden[:_SHOWN])}{more}"
            return f"PYTHONPATH has {folder}, which can hide modules of Python: {shown}"
    return ""


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
