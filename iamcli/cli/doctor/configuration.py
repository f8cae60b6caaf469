"""The checks ``endpoint``, ``partition``, ``region``, ``proxy`` and ``ca``, without network."""

from __future__ import annotations

import contextlib
import os
import ssl
import stat

from botocore.exceptions import BotoCoreError
from botocore.httpsession import get_cert_path

from iamcli.cli.doctor.diagnosis import failed, ok, skipped, wrong
from iamcli.client.messages import ErrorTranslator
from iamcli.client.retries import mode_and_limit
from iamcli.config.settings import Settings
from iamcli.connection.aws_config import AWSConfig, NoProfile, region_variable
from iamcli.connection.botocore_patches import BundleError, patch_connections
from iamcli.connection.confinement import confined, refuse_outside
from iamcli.connection.credentials import CREDENTIAL_METHODS
from iamcli.connection.endpoints import check_service_endpoints, endpoint
from iamcli.connection.regions import UnknownRegion
from iamcli.connection.sources import file_cause, origin, shared_files
from iamcli.connection.transport import ca_bundle, environment_proxies, proxy, reason, timeout
from iamcli.errors import Failure
from iamcli.output.streams import check_strictness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from iamcli.cli.doctor.diagnosis import Diagnosis
    from iamcli.connection.endpoints import Destination
    from iamcli.connection.sources import Origin

#: By check: what is the file that it reads, and the variable that names it.
_FILES = {
    "credentials": ("credential file", "AWS_CREDENTIAL_FILE"),
    "proxy": ("client configuration", "CLIENT_CONFIG_FILE"),
}

#: The diagnosis of a check that depends on the AWS configuration, which cannot be read.
UNREAD = skipped("not known until the configuration can be read")


class Unreadable(Failure):
    """A file is unreadable or lacks the profile; ``cause``: the cause that the diagnosis gives."""

    def __init__(self, text: str, cause: str = "unreadable") -> None:
        super().__init__(text)
        self.cause = cause


@contextlib.contextmanager
def _recording_failure(failures: dict[str, Failure], check: str) -> Iterator[None]:
    """Keep a failure in the ``with`` block as that of ``check``, or of the check ``region``."""
    try:
        yield
    except Failure as failure:
        failures["region" if isinstance(failure, UnknownRegion) else check] = failure


class _ValidSettings(Settings):
    """Settings without the parts that fail; ``failures`` gets the failure of each, by check."""

    def __init__(self, failures: dict[str, Failure]) -> None:
        self._failures = failures
        super().__init__({}, os.environ)

    def read(self, check: str, part: Callable[[], Any]) -> Any:
        what, variable = _FILES.get(check, ("", ""))
        with _recording_failure(self._failures, check):
            _require_no_pipe(what, os.environ.get(variable))
            return super().read(check, part)
        return None


class Configuration:
    """The configuration of the commands, part by part, so that all failures are found.

    ``failures``: the failure of each part, by check; ``settings``: those of the valid parts;
    ``aws_config``: that of AWS, which is known only if ``is_read``; ``target``: where requests go,
    or None if that is not known; ``keys``: the credentials, or None. ``offline``: neither send a
    request nor run a program to find them.
    """

    def __init__(self, *, offline: bool) -> None:
        self.offline = offline
        self.failures: dict[str, Failure] = {}
        self.settings: Settings = _ValidSettings(self.failures)
        self.aws_config = AWSConfig(None)
        self.target: Destination | None = None
        self.keys: Any = None
        self.is_read = self._read()
        if not self.is_read:
            return
        with _recording_failure(self.failures, "environment"):
            check_strictness()
            timeout()
            mode_and_limit(self.aws_config)
        if "endpoint" not in self.failures:
            with _recording_failure(self.failures, "endpoint"), ErrorTranslator():
                self.target = endpoint(self.settings, self.aws_config)

    def _read(self) -> bool:
        """Read the AWS configuration; return whether it is valid."""
        try:
            refuse_outside(self.settings)
            bundles = map(os.environ.get, ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"))
            for name in (*shared_files(), *bundles):
                _require_no_pipe("file of the AWS configuration", name)
            patch_connections()
            self.aws_config = AWSConfig.for_settings(self.settings)
            self.settings = confined(self.settings, self.aws_config)
        except (BotoCoreError, ValueError) as error:
            text = reason(error)
            advice = "" if "; " in text else f"; correct {' or '.join(shared_files())}"
            self.failures.setdefault("credentials", Unreadable(f"{text}{advice}"))
        except (NoProfile, Unreadable) as failure:
            self.failures.setdefault("credentials", failure)
        except Failure as failure:
            self.failures["environment"] = failure
        else:
            return True
        return False

    def use(self, keys: Any) -> None:
        """Use ``keys``, the credentials or None, which may be requested from other services."""
        self.keys = keys
        if self.target:
            with _recording_failure(self.failures, "endpoint"):
                check_service_endpoints(self.aws_config, keys)

    def origin(self, keys: Any) -> Origin:
        """Return where ``keys`` are from."""
        return origin(self.settings.key_source, self.aws_config.session, keys)

    def check_endpoint(self) -> Diagnosis:
        """Return where requests are sent."""
        if failure := self.failures.get("endpoint"):
            return failed(failure, "endpoint-wrong")
        return ok(described(self.target)) if self.target else self._unknown()

    def check_partition(self) -> Diagnosis:
        """Return the partition of AWS."""
        if self.target is None:
            return self._unknown()
        return ok(f"{self.target.partition}, because requests are signed for {self.target.region}")

    def check_region(self) -> Diagnosis:
        """Return the configured region."""
        if not self.is_read:
            return UNREAD
        if failure := self.failures.get("region"):
            return failed(failure)
        if not (region := self.aws_config.get("region")):
            return ok("none is set, and IAM needs none")
        return ok(f"{region} from {region_variable() or 'the profile'}")

    def check_proxy(self) -> Diagnosis:
        """Return the proxy for requests to IAM."""
        if failure := self.failures.get("proxy"):
            return failed(failure, file_cause(os.environ.get("CLIENT_CONFIG_FILE", "")))
        if self.target is None:
            return self._unknown()
        try:
            address, source = proxy(self.settings, self.aws_config, self.target.url)
            if getattr(self.keys, "method", None) in CREDENTIAL_METHODS:
                environment_proxies("https://sts.amazonaws.com")
        except Failure as invalid:
            return failed(invalid)
        if "\r" in address:
            return wrong(f"{source} contains a carriage return", f"correct {source}")
        if address:
            return ok(f"{address} from {source}")
        unread = self.settings.unread.get("client configuration")
        return ok(f"none, not CLIENT_CONFIG_FILE {unread}" if unread else "none is set")

    def check_ca(self) -> Diagnosis:
        """Return the file of certificate authorities."""
        if not self.is_read:
            return UNREAD
        if self.target and self.target.url.startswith("http:"):
            return skipped("the endpoint is http, so no certificate is verified")
        name, source = ca_bundle(self.aws_config)
        file = os.path.expanduser(name or get_cert_path(verify=True))  # as commands do
        source = source or "the installation"
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
        except (OSError, ValueError) as error:
            return failed(BundleError(file, source, error), file_cause(file) or "unreadable")
        return ok(f"{file} from {source}")

    def _unknown(self) -> Diagnosis:
        """Return the diagnosis of a check that depends on the target, which is not known."""
        return skipped("not known, because of region") if "region" in self.failures else UNREAD


def _require_no_pipe(what: str, name: str | None) -> None:
    """Raise Unreadable if the file ``name``, which is ``what``, is a pipe in a directory.

    Its writer may never come. A pipe of a shell, <(...), is in no directory, and has a writer.
    """
    with contextlib.suppress(OSError, ValueError):
        if name and stat.S_ISFIFO(os.stat(os.path.realpath(name)).st_mode):
            raise Unreadable(f"{what} {name} is a pipe, not read; name a file that is on the disk")


def described(target: Destination) -> str:
    """Return where requests go, in words."""
    return f"{target.url} from {target.source}"
