"""After a request is refused for its signature, time or key: which of them is wrong."""

from __future__ import annotations

import re
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, cast

import pytest
from support.hints import ENV, INVALID_TOKEN, MISMATCH
from support.shell import KEY_ID, SECRET
from support.stub import refused
from support.terminal import Terminal

from iamcli.connection.endpoints import Destination
from iamcli.connection.sources import Origin
from iamcli.errors import ServiceError
from iamcli.hints.credentials import expired, refused_because

if TYPE_CHECKING:
    from support.stub import Answer

    from iamcli.hints.values import Run

LATE = (
    "Signature expired: 20160512T092519Z is now earlier than 20160512T092623Z (20160512T094123Z - "
    "15 min.)"
)
EARLY = (
    "Signature not yet current: 20160512T102519Z is still later than 20160512T093623Z "
    "(20160512T092123Z + 15 min.)"
)
HOUR = 3600


def dated(code: str, message: str, ahead: float | None) -> Answer:
    """Return a refusal whose Date is ``ahead`` seconds ahead of this clock; None: without one."""
    date = "" if ahead is None else formatdate(time.time() + ahead, usegmt=True)
    return refused(code, message, 403)._replace(headers={"Date": date})


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("SignatureDoesNotMatch", LATE),
        ("SignatureDoesNotMatch", EARLY),
        ("RequestExpired", "Request has expired."),
    ],
)
@pytest.mark.parametrize(
    ("ahead", "shown"),
    [
        (HOUR + 5 * 60 + 30, "1 hour 5 minutes behind"),
        (-3 * 24 * HOUR - 2 * HOUR - 60, "3 days 2 hours ahead of"),
        (-17 * 60 - 30, "17 minutes 3"),
        (400, "6 minutes "),
    ],
)
def test_clock_that_is_wrong(code, message, ahead, shown, say, stub):
    line, hint = say("iam-accountaliaslist", stub.endpoint(dated(code, message, ahead)))
    assert line == f"{code}: {message}"
    assert hint.startswith(f"the clock of this machine is {shown}")
    side = "behind" if ahead > 0 else "ahead of"
    assert hint.endswith(f" {side} the Date of the response; correct it")


@pytest.mark.parametrize("ahead", [-240, 0, 240])
@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "RequestExpired"])
def test_clock_that_is_right_is_not_blamed(code, ahead, say, stub):
    _, hint = say("iam-accountaliaslist", stub.endpoint(dated(code, LATE, ahead)))
    assert hint.endswith(" the Date of the response, so it is not wrong now; try again")
    assert "correct" not in hint


@pytest.mark.parametrize(
    ("ahead", "shown"),
    [
        (299, "4 minutes 59 seconds ahead of the Date of the response, so it is not wrong now"),
        (300, "5 minutes ahead of the Date of the response; correct it"),
        (-299, "4 minutes 59 seconds behind the Date of the response, so it is not wrong now"),
        (-300, "5 minutes behind the Date of the response; correct it"),
        (86400 + 59, "1 day 59 seconds ahead of the Date of the response; correct it"),
    ],
)
def test_a_difference_of_five_minutes_is_too_much(ahead, shown):
    error, run = ServiceError("RequestExpired", "no", skew=ahead), cast("Run", None)
    assert expired(error, run).startswith(f"the clock of this machine is {shown}")


@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 99 Foo 2026 10:00:00 GMT"])
def test_without_a_date_nothing_is_said_about_the_clock(date, say, stub):
    answer = dated("SignatureDoesNotMatch", LATE, None)._replace(headers={"Date": date})
    assert len(say("iam-accountaliaslist", stub.endpoint(answer))) == 1


@pytest.mark.parametrize("zone", ["", " +0900"])
def test_time_zones_do_not_matter(zone, run, stub):
    now = time.time() + (9 * HOUR if zone == " +0900" else 0)
    date = formatdate(now).removesuffix(" -0000") + zone
    answer = dated("SignatureDoesNotMatch", LATE, None)._replace(headers={"Date": date})
    env = {"AWS_IAM_URL": stub.endpoint(answer).url, "TZ": "JST-9"}
    terminal = Terminal("iam-accountaliaslist", env=run.env | ENV | env)
    assert terminal.status() == 1
    assert "so it is not wrong now" in terminal.shown


@pytest.mark.parametrize("ahead", [None, 0, -200])
def test_signature_that_does_not_match_is_about_the_secret(ahead, run_fast, say, stub):
    endpoint = stub.endpoint(dated("SignatureDoesNotMatch", MISMATCH, ahead))
    file = run_fast.env["AWS_CREDENTIAL_FILE"]
    check = f"check the secret access key of {KEY_ID} from"
    assert say("iam-accountaliaslist", endpoint)[1:] == [f"{check} credential file {file}"]
    variables = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
    lines = say("iam-accountaliaslist", endpoint, AWS_CREDENTIAL_FILE="", **variables)
    assert lines[1:] == [f"{check} AWS_ACCESS_KEY_ID"]


@pytest.mark.parametrize(
    ("seconds", "where"), [(-2 * HOUR - 20, "ahead of"), (2 * HOUR + 20, "behind")]
)
def test_signature_and_clock_that_are_both_wrong(seconds, where, say, stub):
    endpoint = stub.endpoint(dated("SignatureDoesNotMatch", MISMATCH, seconds))
    _, hint = say("iam-accountaliaslist", endpoint)
    clock, _, rest = hint.partition("; ")
    said = re.sub(r"\d\d? seconds", "20 seconds", clock)
    assert (
        said == f"the clock of this machine is 2 hours 20 seconds {where} the Date of the response"
    )
    assert rest.startswith(f"correct it, and check the secret access key of {KEY_ID} from ")


@pytest.mark.parametrize(
    ("env", "partition", "setting"),
    [
        ({}, "aws", "AWS_REGION is not set"),
        ({"AWS_REGION": "eu-west-1"}, "aws", "AWS_REGION is eu-west-1"),
        (
            {"AWS_DEFAULT_REGION": "cn-northwest-1"},
            "aws-cn",
            "AWS_DEFAULT_REGION is cn-northwest-1",
        ),
        ({"AWS_REGION": "us-gov-west-1"}, "aws-us-gov", "AWS_REGION is us-gov-west-1"),
    ],
)
def test_refused_key_names_the_partition_last(env, partition, setting, hints, run_fast):
    (hint,) = hints("iam-grouplistbypath", "InvalidClientTokenId", INVALID_TOKEN, 403, **env)
    assert hint == (
        f"access key {KEY_ID} from credential file {run_fast.env['AWS_CREDENTIAL_FILE']} may be "
        "mistyped, deleted, inactive or less than a minute old, or not of partition "
        f"{partition} (AWS_IAM_URL; {setting})"
    )


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InvalidAccessKeyId", "Unknown."),
        ("InvalidClientTokenId", INVALID_TOKEN),
        ("SignatureDoesNotMatch", MISMATCH),
    ],
)
@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("", "the access key is empty; correct the access key there"),
        ("<it>", "fill in your access key"),
    ],
)
def test_a_key_that_was_not_filled_in(code, message, secret, said, run_fast, hints):
    text = f"[default]\naws_access_key_id={KEY_ID}\naws_secret_access_key={secret}\n"
    (run_fast.home / "keys").write_text(text)
    env = {"AWS_CREDENTIAL_FILE": "", "AWS_SHARED_CREDENTIALS_FILE": "keys"}
    (hint,) = hints("iam-grouplistbypath", code, message, 403, **env)
    assert hint.startswith("profile default")
    assert hint.endswith(said)


def test_a_key_without_a_token_has_no_token_that_expired(hints):
    message = "The security token included in the request is expired"
    assert hints("iam-grouplistbypath", "ExpiredToken", message, 403) == []


def test_region_of_a_profile_is_named(run_fast, hints):
    (run_fast.home / "config").write_text(
        f"[default]\naws_access_key_id={KEY_ID}\naws_secret_access_key={SECRET}\n"
        "region=us-gov-east-1\n"
    )
    env = {"AWS_CREDENTIAL_FILE": "", "AWS_CONFIG_FILE": "config"}
    (hint,) = hints("iam-grouplistbypath", "InvalidClientTokenId", INVALID_TOKEN, 403, **env)
    assert hint.endswith(
        "or not of partition aws-us-gov (AWS_IAM_URL; the region of the AWS profile is "
        "us-gov-east-1)"
    )


def test_refused_key_at_the_endpoint_of_a_region():
    origin = Origin("AWS_ACCESS_KEY_ID", "", of_anybody=True)
    url, setting = "https://iam.amazonaws.com", "AWS_DEFAULT_REGION is eu-west-1"
    sent = Destination(url, "us-east-1", "rules", specified=False, setting=setting)
    why = refused_because(KEY_ID, origin, sent, has_token=False)
    assert why.endswith(" or not of partition aws (AWS_DEFAULT_REGION is eu-west-1)")
