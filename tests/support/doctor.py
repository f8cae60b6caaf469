"""``iamcli doctor``: its report, its parts, and machines: variables, files and a service."""

from __future__ import annotations

import errno
import json
import ssl
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import SSLError

from iamcli.connection.endpoints import Destination
from iamcli.connection.sources import Origin
from iamcli.errors import Failure
from support.connecting import USER
from support.shell import KEY_ID, SECRET
from support.stub import Answer, Stub, ok, refused

if TYPE_CHECKING:
    from pathlib import Path

    from iamcli.cli.doctor.diagnosis import Diagnosis
    from support.forked import Done, ForkRunner

ARN = "arn:aws:iam::123456789012:user/bob"
TOKEN = "FwoGZXIvYXdzEExampleSessionToken"
KEYS = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
#: No credential file, but the variables of a key, and of a temporary key.
BY_VARIABLES = {"AWS_CREDENTIAL_FILE": "", **KEYS}
BY_TOKEN = {**BY_VARIABLES, "AWS_SESSION_TOKEN": TOKEN}
TWO_LINES = f"AWSAccessKeyId={KEY_ID}\nAWSSecretKey={SECRET}\n"
PROFILE = f"[default]\naws_access_key_id={KEY_ID}\naws_secret_access_key={SECRET}\n"


class Report(NamedTuple):
    """A report: the exit status, the checks by name, and the output."""

    status: int
    checks: dict[str, dict[str, str | None]]
    out: str
    account: str | None

    @property
    def causes(self) -> list[tuple[str, str | None]]:
        """Each check that has a cause, and the cause."""
        return [(name, check["cause"]) for name, check in self.checks.items() if check["cause"]]

    @property
    def wrong(self) -> list[str]:
        """The checks that are wrong."""
        return [name for name, check in self.checks.items() if check["result"] == "wrong"]

    def result(self, name: str) -> str | None:
        return self.checks[name]["result"]

    def said(self, name: str) -> str:
        check = self.checks[name]
        return f"{check['found']}; {check['advice']}"


def parsed(done: Done) -> Report:
    """Return the report, which must have the promised form."""
    assert done.err == ""
    report = json.loads(done.out)
    assert list(report) == ["ok", "checks", "account"]
    for check in report["checks"]:
        assert list(check) == ["check", "result", "cause", "found", "advice"]
        assert check["result"] in ("ok", "warning", "wrong", "skipped")
        assert check["found"]
        assert (
            check["advice"] or check["result"] in ("ok", "skipped") or check["cause"] == "shadowed"
        )
        assert check["cause"] is None or check["result"] in ("warning", "wrong")
    assert report["ok"] is (done.status == 0)
    assert report["ok"] is all(check["result"] != "wrong" for check in report["checks"])
    for secret in (KEY_ID, SECRET, TOKEN):
        assert secret not in done.out
    checks = {check["check"]: check for check in report["checks"]}
    return Report(done.status, checks, done.out, report["account"])


def doctor(run_fast: ForkRunner, *arguments: str, **env: str) -> Report:
    """Run it and return the report; ``env`` changes variables, "" removes one."""
    return parsed(run_fast("iamcli", "doctor", "--format", "json", *arguments, env=env))


def caller(arn: str = ARN) -> Answer:
    return ok("GetCallerIdentity", f"<Arn>{arn}</Arn><Account>{arn.split(':')[4]}</Account>")


def dated(answer: Answer, **difference: float) -> Answer:
    """Return ``answer`` with a date that differs from that of this machine."""
    date = datetime.now(timezone.utc) + timedelta(**difference)
    return answer._replace(headers={"Date": format_datetime(date, usegmt=True)})


def file(folder: Path, name: str, text: str, mode: int = 0o600) -> str:
    made = folder / name
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_bytes(text.encode())
    made.chmod(mode)
    return str(made)


class Place(NamedTuple):
    """What the set-ups are made of."""

    home: Path
    stub: Stub
    tls: tuple[Stub, Path]
    closed: str


def refusing(place: Place, code: str, message: str = "") -> dict[str, str]:
    """A service that refuses the key."""
    return {"AWS_ENDPOINT_URL": place.stub.endpoint(refused(code, message, 403)).url}


def through(place: Place, login: str = "") -> str:
    """The stub as a proxy; it answers requests to itself, and CONNECT with status 405."""
    return f"http://{login}127.0.0.1:{place.stub.port}"


def chain(place: Place, text: str, name: str = "credentials", mode: int = 0o600) -> dict[str, str]:
    """No credential file, but a shared file of the AWS configuration."""
    file(place.home, f".aws/{name}", text, mode)
    return {"AWS_CREDENTIAL_FILE": ""}


def role(place: Place) -> dict[str, str]:
    """No credential file, but a profile that assumes a role."""
    text = "[default]\nrole_arn=arn:aws:iam::1:role/r\nsource_profile=s\nregion=us-east-1\n"
    return chain(place, text + PROFILE.replace("default", "profile s"), "config")


def service_at(place: Place) -> str:
    return place.stub.endpoint().on("GetUser", ok("GetUser", USER)).url


def private(**env: str) -> dict[str, str]:
    """The endpoint is private, and STS is not asked."""
    return {"AWS_ENDPOINT_URL": "", **env}


def program(folder: Path, name: str, text: str = "echo other") -> Path:
    made = folder / name
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text(f"#!/bin/sh\n{text}\n")
    made.chmod(0o755)
    return made


# The parts: addresses, keys, errors and diagnoses.

NO_REGION = "no region is set"
AWS = Destination(
    "https://iam.amazonaws.com", "us-east-1", "the rules", specified=False, setting=NO_REGION
)
OWN = Destination(
    "http://127.0.0.1:9", "us-east-1", "AWS_IAM_URL", specified=True, setting=NO_REGION
)
STS = Destination(
    "https://sts.amazonaws.com", "us-east-1", "the rules", specified=False, setting=NO_REGION
)
ORIGIN = Origin("profile work", "run: aws sso login", of_anybody=False)
KEY = SimpleNamespace(access_key=KEY_ID, secret_key="s", token=None)
REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
EARLY = "Signature not yet current: 2 is later than 1"
FAILED = Failure("it is bad; correct it")


def shown(diagnosis: Diagnosis | None) -> str | None:
    """Return the diagnosis as ``line`` does."""
    if diagnosis is None:
        return None
    texts = "; ".join(filter(None, (diagnosis.found, diagnosis.advice)))
    return line(diagnosis.result, diagnosis.cause, texts)


def line(result: str, cause: str | None, texts: str) -> str:
    """Return the result of a check, its cause in parentheses, and what a report says."""
    return f"{result} ({cause}): {texts}" if cause else f"{result}: {texts}"


def without_tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


def of_tls(error: Exception) -> Any:
    return SSLError(endpoint_url="x", error=error)
