"""The check ``environment``: variables that are empty, old, invalid or damaged."""

from __future__ import annotations

import os
import re
import sys

from iamcli.cli.doctor.diagnosis import failed, ok, warning, wrong
from iamcli.cli.listing import joined
from iamcli.config.settings import JAVA_PROXY, misspelled
from iamcli.output.streams import strictness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from iamcli.cli.doctor.diagnosis import Diagnosis
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
        "AWS_EC2_METADATA_DISABLED",
        "AWS_IAM_HOME",
        "AWS_MAX_ATTEMPTS",
        "AWS_RETRY_MODE",
        "IAMCLI_COMPLETE",
        "IAMCLI_STRICT",
        "IAMCLI_TIMEOUT",
    ),
}

_ALL = [name for names in READ.values() for name in names]

#: How the variables begin that other programs may need: the original, its companions and AWS SDKs.
OF_OTHERS = ("AWS_IAM_JVM_OPTS", "JAVA_HOME", "EC2_", "AWS_DEFAULTS_MODE")

#: Variables that have an effect although they are empty, and which; others count as not set.
_EFFECTS = {
    "AWS_SHARED_CREDENTIALS_FILE": "so that no shared file of credentials is read",
    "AWS_CONFIG_FILE": "so that no file of the AWS configuration is read",
    **dict.fromkeys(
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
        "so that a container is asked for credentials",
    ),
}

#: The maximum number of modules that a line names.
_MAX_MODULES = 3

#: Variables that are often set to nothing on purpose.
_EMPTY_ON_PURPOSE = READ["proxy"][1:]


def damaged(check: str) -> list[str]:
    """Return the variables of ``check`` that contain a carriage return."""
    return [name for name in READ.get(check, ()) if "\r" in os.environ.get(name, "")]


def check(failure: Failure | None, reported: Collection[str], *, stopping: bool) -> Diagnosis:
    """Check the environment.

    ``failure``: that of a setting of this check; ``reported``: variables that another check
    reports; ``stopping``: whether a carriage return makes another check fail.
    """
    stopping = stopping or bool(failure and damaged("environment"))
    return (
        _carriage_returns(stopping=stopping)
        or (failed(failure) if failure else None)
        or _without_effect(reported)
        or _hidden_modules()
        or _used()
    )


def _carriage_returns(*, stopping: bool) -> Diagnosis | None:
    if not (names := [name for check in READ for name in damaged(check)]):
        return None
    report = wrong if stopping else warning
    return report(
        f"{joined(names)} {'contains' if len(names) == 1 else 'contain'} a carriage return, as "
        "lines of Windows files end with it",
        "remove it from the script that sets the variable: sed -i 's/\\r$//' SCRIPT",
        "carriage-return",
    )


def _without_effect(reported: Collection[str]) -> Diagnosis | None:
    """Return the variables that are wrong, and those that are empty, but for those ``reported``."""
    texts = [text for name, text in misspelled(os.environ).items() if name not in reported]
    advised = ["correct the name"] if texts else []
    has_proxy = any(map(os.environ.get, ("HTTPS_PROXY", "https_proxy")))
    if re.search(JAVA_PROXY, os.environ.get("AWS_IAM_JVM_OPTS", "")) and not has_proxy:
        texts.append("the proxy in AWS_IAM_JVM_OPTS is not used")
        advised.append("set HTTPS_PROXY")
    cause = "old-variable" if texts else "empty-variable"
    known = (*_EMPTY_ON_PURPOSE, *reported)
    empty = [name for name in _ALL if os.environ.get(name) == "" and name not in known]
    if empty:
        advised.append(f"run: unset {' '.join(empty)}")
    texts += [
        f"{name} is set but empty, {_EFFECTS.get(name, 'which counts as not set')}"
        for name in empty
    ]
    return warning("; ".join(texts), "; ".join(advised), cause) if texts else None


def _hidden_modules() -> Diagnosis | None:
    """Return which modules in PYTHONPATH have the name of one that iamcli needs.

    Only the console scripts that an old pip has made import one before iamcli/startup.py runs.
    """
    for folder in filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)):
        try:
            modules = {os.path.splitext(name)[0] for name in os.listdir(folder)}
        except OSError:
            continue
        if hidden := sorted(modules & sys.stdlib_module_names):
            names = [*hidden[:_MAX_MODULES], *(["..."] if hidden[_MAX_MODULES:] else [])]
            return warning(
                f"PYTHONPATH has {folder}, which can hide modules of Python: {', '.join(names)}",
                "run: unset PYTHONPATH, or set it only for the programs that need it",
                "python-path",
            )
    return None


def _used() -> Diagnosis:
    used = [name for name in _ALL if os.environ.get(name)]
    shown = [f"{name}={strictness()}" if name == "IAMCLI_STRICT" else name for name in used]
    found = f"set: {', '.join(shown)}" if used else "no variable is set"
    others = sorted(name for name in os.environ if name.startswith(OF_OTHERS))
    unused = ", ".join(filter(os.environ.get, others))
    return ok(f"{found}; not used: {unused}" if unused else found)
