"""The checks ``endpoint``, ``partition``, ``region``, ``proxy`` and ``ca``, without network."""

from __future__ import annotations

import os
import ssl
from typing import NamedTuple

from iamcli.cli.doctor.finding import failed, ok, skipped, wrong
from iamcli.cli.doctor.inspection import Inspection, NoProfile, Unreadable
from iamcli.cli.doctor.variables import KEY
from iamcli.config.connection import SANDBOX, Connection
from iamcli.connection.regions import UnknownRegion
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.cli.doctor.finding import Finding
    from iamcli.connection.endpoints import Destination

#: The values of the connection options, none of which this subcommand has.
_NO_OPTIONS = {"credential_file": None, "client_config_file": None, "url": None}

#: The finding of a check that depends on the AWS configuration, which cannot be read.
UNREAD = skipped("not known until the configuration can be read")


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
        self._keys: Any = None
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
            except Failure as failure:
                self._blame_address(failure)

    def _connection(self) -> Connection:
        """Return the settings of the valid parts; each file is read once, as it may be a pipe."""
        connection = Connection(_NO_OPTIONS, {})
        for check, part in _PARTS.items():
            values = {name: os.environ[name] for name in part.variables if name in os.environ}
            try:
                valid = Connection(_NO_OPTIONS, values)
            except Failure as failure:
                self.failures[check] = failure
                continue
            for attribute in part.attributes:
                setattr(connection, attribute, getattr(valid, attribute))
        # Whatever is invalid, no request leaves the sandbox.
        private = Connection(_NO_OPTIONS, {SANDBOX: os.environ.get(SANDBOX, "")})
        connection.sandbox = private.sandbox
        connection.secrets = [*connection.secrets, *private.secrets]
        # Also a file that is invalid makes the commands independent of the AWS configuration.
        connection.credential_file = os.environ.get("AWS_CREDENTIAL_FILE") or None
        return connection

    def _blame_address(self, failure: Failure) -> None:
        """Keep a failure to find an address."""
        self.failures["region" if isinstance(failure, UnknownRegion) else "endpoint"] = failure

    def take(self, keys: Any) -> None:
        """Use ``keys``, the credentials or None, which may be requested from other services."""
        self._keys = keys
        if self.inspection and self.target:
            try:
                self.inspection.require_valid_services(keys)
            except Failure as failure:
                self._blame_address(failure)

    def check_endpoint(self) -> Finding:
        """Return where requests are sent."""
        failure = self.failures.get("endpoint")
        if failure:
            return failed(failure, "endpoint-wrong")
        return ok(described(self.target)) if self.target else self._unknown()

    def check_partition(self) -> Finding:
        """Return the partition of AWS."""
        if self.target is None:
            return self._unknown()
        name = self.target.partition
        return ok(f"{name}, because requests are signed for {self.target.region}")

    def check_region(self) -> Finding:
        """Return the configured region."""
        if self.inspection is None:
            return UNREAD
        failure = self.failures.get("region")
        if failure:
            return failed(failure)
        region = self.inspection.region
        if not region:
            return ok("none is set, and IAM needs none")
        variables = ("AWS_REGION", "AWS_DEFAULT_REGION")
        source = next(filter(os.environ.get, variables), "the profile")
        return ok(f"{region} from {source}")

    def check_proxy(self) -> Finding:
        """Return the proxy for requests to IAM."""
        failure = self.failures.get("proxy")
        if failure:
            return failed(failure, file_cause(os.environ.get("CLIENT_CONFIG_FILE", "")))
        if self.inspection is None or self.target is None:
            return self._unknown()
        try:
            address, source = self.inspection.proxy(self.target.url, self._keys)
        except Failure as invalid:
            return failed(invalid)
        if "\r" in address:
            return wrong(f"{source} contains a carriage return", f"correct {source}")
        return ok(f"{address} from {source}" if address else "none is set")

    def check_ca(self) -> Finding:
        """Return the file of certificate authorities."""
        if self.inspection is None:
            return UNREAD
        if self.target and self.target.url.startswith("http:"):
            return skipped("the endpoint is http, so no certificate is verified")
        name, source = self.inspection.ca_bundle()
        file = os.path.expanduser(name)  # as commands do
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
        except (OSError, ValueError) as error:
            reason = "no certificate can be read from it"
            if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
                reason = str(error.strerror)
            cause = file_cause(file) or "unreadable"
            return wrong(f"{file} from {source}: {reason}", f"correct {source} or unset it", cause)
        return ok(f"{file} from {source}")

    def _unknown(self) -> Finding:
        """Return the finding of a check that depends on the target, which is not known."""
        return skipped("not known, because of region") if "region" in self.failures else UNREAD


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
