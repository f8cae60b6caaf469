"""The checks ``endpoint``, ``partition``, ``region``, ``proxy`` and ``ca``, without network."""

from __future__ import annotations

import os
import ssl
from typing import NamedTuple

from iamcli.cli.doctor.check import failed, ok, skipped, wrong
from iamcli.cli.doctor.inspection import Inspection, NoProfile, Unreadable
from iamcli.cli.doctor.variables import KEY
from iamcli.client.regions import UnknownRegion
from iamcli.config.connection import SANDBOX, Connection
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.cli.doctor.check import Check
    from iamcli.client.endpoints import Destination

#: The values of the connection options, none of which this subcommand has.
_NO_OPTIONS = {"credential_file": None, "client_config_file": None, "url": None}

#: Why a check is skipped that depends on the AWS configuration, or on the region.
UNREAD = "not known until the configuration can be read"
_NO_REGION = "not known until region is right"


class Part(NamedTuple):
    """A part of the connection settings: its ``variables``, and its ``attributes``."""

    variables: tuple[str, ...]
    attributes: tuple[str, ...]


#: The parts by the check that reports their failures.
_PARTS = {
    "credentials": Part(KEY, ("keys", "key_source")),
    "proxy": Part(("CLIENT_CONFIG_FILE",), ("proxy", "proxy_source", "secrets")),
    "endpoint": Part(("AWS_IAM_URL",), ("url", "url_source")),
}


class Configuration:
    """The configuration of the commands, part by part, so that all failures are found.

    ``failures``: the failure of each part, by check; ``connection``: the settings of the valid
    parts; ``inspection``: those of botocore, or None if they cannot be read; ``target``: where
    requests go, or None if that is not known.
    The argument ``offline``: send no request to find them.
    """

    def __init__(self, *, offline: bool) -> None:
        self.failures: dict[str, Failure] = {}
        self.connection = self._connection()
        self.inspection: Inspection | None = None
        self.target: Destination | None = None
        try:
            self.inspection = Inspection(self.connection, offline=offline)
            self.inspection.require_valid_limits()
        except (NoProfile, Unreadable) as failure:
            self.failures.setdefault("credentials", failure)
        except Failure as failure:
            self.failures["environment"] = failure
        if self.inspection and "endpoint" not in self.failures:
            try:
                self.target = self.inspection.endpoint()
            except UnknownRegion as failure:
                self.failures["region"] = failure
            except Failure as failure:
                self.failures["endpoint"] = failure

    def _connection(self) -> Connection:
        """Return the settings of the valid parts; each file is read once, as it may be a pipe."""
        found = Connection(_NO_OPTIONS, {})
        for check, part in _PARTS.items():
            given = {name: os.environ[name] for name in part.variables if name in os.environ}
            try:
                valid = Connection(_NO_OPTIONS, given)
            except Failure as failure:
                self.failures[check] = failure
                continue
            for attribute in part.attributes:
                setattr(found, attribute, getattr(valid, attribute))
        # Whatever is invalid, no request leaves the sandbox.
        found.sandbox = Connection(_NO_OPTIONS, {SANDBOX: os.environ.get(SANDBOX, "")}).sandbox
        # Also a file that is invalid makes the commands independent of the AWS configuration.
        found.credential_file = os.environ.get("AWS_CREDENTIAL_FILE") or None
        return found

    def checks(self, keys: Any) -> list[Check]:
        """Return the checks of this module; ``keys``: the credentials, if there are any."""
        if self.inspection and self.target:
            try:
                self.inspection.require_valid_services(keys)
            except UnknownRegion as failure:
                self.failures["region"] = failure
            except Failure as failure:
                self.failures["endpoint"] = failure
        return [
            self._endpoint(),
            self._partition(),
            self._region(),
            self._proxy(keys),
            self._ca(),
        ]

    def _endpoint(self) -> Check:
        failure = self.failures.get("endpoint")
        if failure:
            return failed("endpoint", "endpoint-wrong", str(failure))
        return ok("endpoint", described(self.target)) if self.target else self._unknown("endpoint")

    def _partition(self) -> Check:
        if self.target is None:
            return self._unknown("partition")
        name = self.target.partition
        return ok("partition", f"{name}, because requests are signed for {self.target.region}")

    def _region(self) -> Check:
        if self.inspection is None:
            return _unread("region")
        failure = self.failures.get("region")
        if failure:
            return failed("region", None, str(failure))
        region = self.inspection.region
        if not region:
            return ok("region", "none is set, and IAM needs none")
        variables = ("AWS_REGION", "AWS_DEFAULT_REGION")
        source = next(filter(os.environ.get, variables), "the profile")
        return ok("region", f"{region} from {source}")

    def _proxy(self, keys: Any) -> Check:
        file = os.environ.get("CLIENT_CONFIG_FILE")
        failure = self.failures.get("proxy")
        if failure:
            return failed("proxy", file_cause(file or ""), str(failure))
        if self.inspection is None or self.target is None:
            return self._unknown("proxy")
        try:
            address, source = self.inspection.proxy(self.target.url, keys)
        except Failure as proxy_failure:
            return failed("proxy", None, str(proxy_failure))
        if "\r" in address:
            return wrong("proxy", None, f"{source} contains a carriage return", f"correct {source}")
        return ok("proxy", f"{address} from {source}" if address else "none is set")

    def _ca(self) -> Check:
        if self.inspection is None:
            return _unread("ca")
        if self.target and self.target.url.startswith("http:"):
            return skipped("ca", "the endpoint is http, so no certificate is verified")
        name, source = self.inspection.ca_bundle()
        file = os.path.expanduser(name)  # as commands do
        found = f"{file} from {source}"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_verify_locations(cafile=file)
        except (OSError, ValueError) as error:
            cause = file_cause(file) or "unreadable"
            reason = getattr(error, "strerror", None) or "no certificate can be read from it"
            return wrong("ca", cause, f"{found}: {reason}", f"correct {source} or unset it")
        return ok("ca", found)

    def _unknown(self, check: str) -> Check:
        """Return the check if the target, on which it depends, is not known."""
        return skipped(check, _NO_REGION if "region" in self.failures else UNREAD)


def described(target: Destination) -> str:
    """Return where requests go, in words."""
    return f"{target.url} from {target.source}"


def file_cause(name: str) -> str | None:
    """Return the cause if the named file is missing or cannot be read, else None."""
    try:
        with os.fdopen(os.open(name, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            file.read(1)
    except (FileNotFoundError, NotADirectoryError):
        return "no-file"
    except (OSError, ValueError):
        return "unreadable"
    return None


def _unread(check: str) -> Check:
    return skipped(check, UNREAD)
