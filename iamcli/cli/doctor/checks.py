"""Makes all checks, in such an order that each cause is reported once."""

from __future__ import annotations

from iamcli.cli.doctor import credentials, installed, network, path_and_home, request, variables
from iamcli.cli.doctor.configuration import Configuration
from iamcli.cli.doctor.diagnosis import skipped
from iamcli.output.redaction import Secrets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.cli.doctor.diagnosis import Diagnosis

#: The checks of the configuration of the commands, each with the method that makes it.
_CONFIGURATION = {
    "endpoint": Configuration.check_endpoint,
    "partition": Configuration.check_partition,
    "region": Configuration.check_region,
    "proxy": Configuration.check_proxy,
    "ca": Configuration.check_ca,
}
#: The checks that only a request decides.
_NETWORK = ("identity", "tls", "clock")
#: The checks that depend on no other, each with the function that makes it.
_INSTALLATION = {
    "path": path_and_home.check_path,
    "home": path_and_home.check_home,
    "man": installed.check_man,
    "completion": installed.check_completion,
    "extras": installed.check_extras,
    "versions": installed.check_versions,
}
#: All checks, in the order of the report.
_CHECKS = (
    "credentials",
    "identity",
    *_CONFIGURATION,
    "tls",
    "clock",
    "environment",
    *_INSTALLATION,
)


def make_all(*, offline: bool) -> dict[str, Diagnosis]:
    """Return what each check finds, by its name, in the order of the report, without secrets.

    ``offline``: send nothing. Requests are sent only if commands would send one: not if a check
    without network is wrong.
    """
    configuration = Configuration(offline=offline)
    access = credentials.check(configuration)
    configuration.use(access.keys)
    diagnoses = {"credentials": access.diagnosis}
    diagnoses |= {name: check(configuration) for name, check in _CONFIGURATION.items()}
    diagnoses["environment"] = variables.check(
        configuration.failures.get("environment"),
        access.variables,
        stopping=_skip_damaged(diagnoses),
    )
    # No diagnosis contains a secret, but messages of others are part of some.
    secrets = Secrets()
    secrets.add(*configuration.settings.secrets)
    first = next((name for name in _CHECKS if name in diagnoses and diagnoses[name].is_wrong), None)
    if offline:
        diagnoses |= _not_made("not checked with --offline")
    elif first:
        diagnoses |= _not_made(f"not checked, because of {first}")
    else:  # so the target of requests is known
        diagnoses |= _with_requests(configuration, secrets)
    diagnoses |= {name: check() for name, check in _INSTALLATION.items()}
    return {name: diagnoses[name].shown(secrets.redact) for name in _CHECKS}


def _with_requests(configuration: Configuration, secrets: Secrets) -> dict[str, Diagnosis]:
    """Return what requests find; add the key with which they are signed to ``secrets``."""
    key, refusal = credentials.obtain(configuration)
    if refusal:
        return {"credentials": refusal, **_not_made("not checked, because of credentials")}
    secrets.add(*request.parts_of(key))
    return network.check(configuration, key)


def _not_made(why: str) -> dict[str, Diagnosis]:
    return dict.fromkeys(_NETWORK, skipped(why))


def _skip_damaged(diagnoses: dict[str, Diagnosis]) -> bool:
    """Skip the checks that a carriage return in a variable makes fail; return if there are any."""
    stopping = False
    for name, diagnosis in diagnoses.items():
        damaged = variables.damaged(name)
        if damaged and diagnosis.is_wrong:
            diagnoses[name] = skipped(f"not checked, because of {' and '.join(damaged)}")
            stopping = True
    return stopping
