"""Where requests go in each region, compared with a client of the same botocore."""

from __future__ import annotations

import itertools
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import botocore
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader
from botocore.session import Session
from support.connecting import KEY_VARIABLES
from support.selection import in_full
from support.shell import KEY_ID, SECRET
from support.stub import ok

from iamcli.connection.regions import SIGNING_REGIONS, signing_region

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.forked import Done, ForkRunner
    from support.shell import Shell
    from support.stub import Stub

pytestmark = pytest.mark.releases

PARTITIONS: list[dict[str, Any]] = Loader().load_data("partitions")["partitions"]
IDS = {found["id"] for found in PARTITIONS}

#: All regions of the oldest and the newest botocore that the tests have seen, by partition.
LISTED = {
    "aws": "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 "
    "ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 "
    "ap-southeast-6 ap-southeast-7 aws-global ca-central-1 ca-west-1 eu-central-1 eu-central-2 "
    "eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 "
    "me-south-1 me-west-1 mx-central-1 sa-east-1 sa-west-1 us-east-1 us-east-2 us-west-1 us-west-2",
    "aws-cn": "aws-cn-global cn-north-1 cn-northwest-1",
    "aws-eusc": "eusc-de-east-1",
    "aws-iso": "aws-iso-global us-iso-east-1 us-iso-west-1",
    "aws-iso-b": "aws-iso-b-global us-isob-east-1 us-isob-west-1",
    "aws-iso-e": "aws-iso-e-global eu-isoe-west-1",
    "aws-iso-f": "aws-iso-f-global us-isof-east-1 us-isof-south-1",
    "aws-us-gov": "aws-us-gov-global us-gov-east-1 us-gov-west-1",
}
#: Regions of a known form that no botocore lists.
NEW = {"aws": "us-west-9 ap-south-12", "aws-cn": "cn-south-1", "aws-us-gov": "us-gov-south-2"}
#: Names that are in no partition, or that fit a pattern only by accident.
UNKNOWN = [
    "mars-1",
    "nz-north-1",
    "zzsc-xx-east-1",
    "eusc-fr-west-1",
    "moon",
    "us-east",
    "us-gov-1",
    "us-isob-1",
    "us-iso-1",
    "eu-isoe-1",
    "us-govwest-1",
    "us-gov",
    "cn",
    "US-EAST-1",
    "useast1",
    "us-gov-west1",
    "us-gov_west-1",
    "cn-north_west-1",
    "us-west-2-lax-1",
    "us-west-2-lax-1a",
    "us-east-1-wl1-bos-wlz-1",
    "use1-az1",
    "fips-us-east-1",
    "us-gov-west-1-fips",
    "aws-eusc-global",
    "global",
    "Ireland",
]


class Row(NamedTuple):
    """A region, and whether the installed botocore has a partition for it."""

    region: str
    known: bool


def rows() -> Iterator[Row]:
    listed = {name for found in PARTITIONS for name in found["regions"]}
    for table in (LISTED, NEW):
        for partition, names in table.items():
            for name in names.split():
                # The pattern has no names such as "aws-cn-global".
                yield Row(name, name in listed if name.endswith("global") else partition in IDS)
    regions = " ".join(LISTED.values()).split()
    for name in regions:
        if not name.endswith("global"):
            yield Row(name.replace("-", "_"), known=False)
            yield Row(f"{name}a", known=False)
    # What a later botocore lists.
    yield from (Row(name, known=True) for name in sorted(listed - set(regions)))
    yield from (Row(name, known=False) for name in UNKNOWN)


class Setting(NamedTuple):
    """The endpoint settings: FIPS, dual-stack, and the URL of a named endpoint or ""."""

    fips: bool
    dual_stack: bool
    url: str


PRIVATE = "http://iam.example.com"
NAMED = [
    PRIVATE,
    "http://iam.amazonaws.com",
    "http://iam.us-gov.amazonaws.com",
    "http://iam.cn-north-1.amazonaws.com.cn",
    "http://iam.eusc-de-east-1.amazonaws.eu",
    "http://iam.nz-north-1.amazonaws.nz",
]
SETTINGS = [
    *(Setting(fips, dual, "") for fips, dual in itertools.product((False, True), repeat=2)),
    *(Setting(fips=False, dual_stack=False, url=url) for url in NAMED),
    Setting(fips=True, dual_stack=True, url=PRIVATE),
]
#: For which region requests to the named endpoints of AWS are signed; a full client always signs
#: for the configured region (docs/decisions.md).
OF_HOST = dict(
    zip(
        NAMED[1:],
        ("us-east-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1", "nz-north-1"),
        strict=True,
    )
)


@cache
def judge() -> Session:
    session = Session()
    session.set_credentials(KEY_ID, SECRET)
    return session


def of_full_client(region: str, setting: Setting) -> tuple[str, str] | None:
    """Return the URL and the signing region of a request of a full client; None if it refuses."""
    seen: list[tuple[str, str]] = []

    def send(request: Any, **_: Any) -> AWSResponse:
        signature = request.headers["Authorization"].decode()
        seen.append((request.url, re.findall(r"Credential=[^/]+/\d+/([^/]*)/iam/", signature)[0]))
        return AWSResponse(request.url, 500, {}, None)

    config = Config(use_fips_endpoint=setting.fips, use_dualstack_endpoint=setting.dual_stack)
    try:
        given = {"region_name": region, "endpoint_url": setting.url or None, "config": config}
        client = judge().create_client("iam", **given)
        client.meta.events.register("before-send.iam", send)
        client.get_user()
    except BotoCoreError:
        # The client refuses the region, the endpoint rules the combination.
        assert not seen
    except AttributeError:
        # It cannot read the response.
        assert seen
    return seen[0] if seen else None


def of_command(
    region: str, setting: Setting, run_fast: ForkRunner, stub: Stub
) -> tuple[str, str] | None:
    """Return the URL and the signing region of a request of a command; None if it refuses.

    A proxy sees where the request goes; it has the signature if the endpoint is plain HTTP.
    """
    proxy = f"http://127.0.0.1:{stub.port}"
    endpoint = stub.endpoint(ok("ListUsers", "<IsTruncated>false</IsTruncated>"))
    path = "/" + endpoint.url.rpartition("/")[2]
    hosts: list[str] = []
    stub.connects = hosts
    done = listing(
        run_fast,
        "-d",
        AWS_IAM_URL=setting.url and setting.url + path,
        AWS_REGION=region,
        AWS_USE_FIPS_ENDPOINT=str(setting.fips),
        AWS_USE_DUALSTACK_ENDPOINT=str(setting.dual_stack),
        http_proxy=proxy,
        https_proxy=proxy,
    )
    shown = re.search(r"endpoint (\S+) from .*, signed for (\S+)\n", done.err)
    if not shown:
        assert (done.status, done.out, done.err.count("\n")) == (1, "", 1)
        assert hosts == endpoint.requests == []
        return None
    if setting.url:
        [request] = endpoint.requests
        assert f"/{shown[2]}/iam/aws4_request" in request.headers["authorization"]
        return f"http://{request.headers['host']}/", shown[2]
    assert hosts == [f"{shown[1].removeprefix('https://')}:443"]
    return f"{shown[1]}/", shown[2]


def listing(run_fast: ForkRunner, *arguments: str, **env: str) -> Done:
    given = {"AWS_MAX_ATTEMPTS": "1", **KEY_VARIABLES, **env}
    return run_fast("iam-userlistbypath", *arguments, env=given)


def expected(row: Row, setting: Setting) -> tuple[str, str] | None:
    """Return what a full client does, but for the differences that docs/decisions.md lists."""
    url = f"{setting.url}/"
    if setting.url in OF_HOST:
        return url, OF_HOST[setting.url]
    full = of_full_client(row.region, setting)
    if not setting.url:
        return full if row.known else None
    name = f"{row.region}-"
    signing = next((own for prefix, own in SIGNING_REGIONS.items() if name.startswith(prefix)), "")
    if row.known and not signing:
        of_rules = of_full_client(row.region, Setting(fips=False, dual_stack=False, url=""))
        assert of_rules
        signing = of_rules[1]
    return url, signing or row.region


@pytest.fixture
def no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The full client reads no file of the AWS configuration."""
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")


@pytest.mark.full
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
@pytest.mark.usefixtures("no_files")
def test_each_region_as_a_full_client(setting, run_fast, stub):
    different = {}
    # The host alone decides if it is one of AWS.
    for row in itertools.islice(rows(), 0, None, 4 if setting.url in OF_HOST else 1):
        wanted = expected(row, setting)
        found = of_command(row.region, setting, run_fast, stub)
        if found != wanted:
            different[row.region] = (found, wanted)
    assert different == {}


# What is refused, and what the error says.

TAIL = (
    f", unknown to botocore {botocore.__version__}, which may be too old for a new partition or "
    "area; correct it, or name an endpoint with --url or AWS_IAM_URL\n"
)
RESEMBLED = {
    "cn_north_1": "did you mean cn-north-1?",
    "us_gov_west_1": "did you mean us-gov-west-1?",
    "US-EAST-1": "did you mean us-east-1?",
    "useast1": "did you mean us-east-1?",
    "us east 1": "did you mean us-east-1?",
    "us-east": "did you mean us-east-1?",
    "us-gov-1": "did you mean us-gov-west-1?",
    "us-govwest-1": "did you mean us-gov-west-1?",
    "us-gov_west-1": "did you mean us-gov-west-1?",
    "us-isob-1": "did you mean us-isob-east-1?",
    "eu-isoe-1": "did you mean eu-isoe-west-1?",
    "cn": "did you mean cn-north-1?",
    "us-east-1a": "did you mean us-east-1?",
    "fips-us-east-1": "",
    # What resembles a region of another partition is not advised.
    "mars-1": "",
    "zzsc-xx-east-1": "",
    "eusc-fr-west-1": "",
    "aws-eusc-global": "",
}


def refusal(done: Done) -> str:
    """Return the error line, without the name of the command and the end, which is the same."""
    assert (done.status, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.endswith(TAIL)
    return done.err.removesuffix(TAIL).removeprefix("iam-userlistbypath: ")


@pytest.fixture
def refused_hosts(run: Shell, stub: Stub) -> list[str]:
    """The hosts that anything wants to connect to; a proxy refuses it."""
    hosts: list[str] = []
    stub.connects = hosts
    run.env["https_proxy"] = f"http://127.0.0.1:{stub.port}"
    return hosts


@pytest.mark.parametrize("region", RESEMBLED)
def test_what_an_unknown_region_resembles(region, run_fast, refused_hosts):
    similar = f" ({RESEMBLED[region]})" if RESEMBLED[region] else ""
    assert refusal(listing(run_fast, AWS_REGION=region)) == f"AWS_REGION is {region}{similar}"
    assert refused_hosts == []


def test_a_partition_that_an_old_botocore_does_not_know(run, refused_hosts):
    """The password would go to the first partition."""
    models = run.home / ".aws" / "models"
    models.mkdir(parents=True)
    older = {"version": "1.1", "partitions": [p for p in PARTITIONS if p["id"] != "aws-eusc"]}
    (models / "partitions.json").write_text(json.dumps(older))
    arguments = ("iam-useraddloginprofile", "-u", "bob", "-p", "s3cret-Passw0rd")
    done = run(*arguments, env={**KEY_VARIABLES, "AWS_REGION": "eusc-de-east-1"})
    assert (done.status, done.out) == (1, "")
    assert done.err == f"iam-useraddloginprofile: AWS_REGION is eusc-de-east-1{TAIL}"
    assert refused_hosts == []


EAST = "[default]\nregion=us-east-1\n"
PROFILE = f"aws_access_key_id={KEY_ID}\naws_secret_access_key={SECRET}\n"


@pytest.mark.parametrize(
    ("config", "credentials", "env", "source"),
    [
        ("[default]\nregion=mars-1\n", f"[default]\n{PROFILE}", {}, "default in config"),
        (EAST, f"[default]\nregion=mars-1\n{PROFILE}", {}, "default in credentials"),
        ("", f"[work]\nregion=mars-1\n{PROFILE}", {"AWS_PROFILE": "work"}, "work in credentials"),
        (f"[profile w]\nregion=mars-1\n{PROFILE}", "", {"AWS_DEFAULT_PROFILE": "w"}, "w in config"),
        (f"[default]\n{PROFILE}", "", {"AWS_DEFAULT_REGION": "mars-1"}, "AWS_DEFAULT_REGION"),
        (
            f"{EAST}{PROFILE}",
            "",
            {"AWS_REGION": "mars-1", "AWS_DEFAULT_REGION": "us-east-1"},
            "AWS_REGION",
        ),
    ],
)
def test_the_setting_that_an_unknown_region_is_from(
    config, credentials, env, source, run_fast, refused_hosts
):
    (run_fast.home / "config").write_text(config)
    (run_fast.home / "credentials").write_text(credentials)
    files = {"AWS_CONFIG_FILE": "config", "AWS_SHARED_CREDENTIALS_FILE": "credentials"}
    given = {"AWS_CREDENTIAL_FILE": "", **files, **env}
    place = source if source.startswith("AWS") else f"the region of the profile {source}"
    assert refusal(run_fast("iam-userlistbypath", env=given)) == f"{place} is mars-1"
    assert refused_hosts == []


def test_nothing_is_asked_for_credentials_in_an_unknown_region(run_fast, refused_hosts):
    """Neither STS nor a program."""
    sign = run_fast.home / "sign"
    (run_fast.home / "config").write_text(
        f"[default]\nrole_arn=arn:aws:iam::1:role/r\nsource_profile=b\n[profile b]\n{PROFILE}"
        f"[profile p]\ncredential_process=touch {sign}\n"
    )
    env = {"AWS_CREDENTIAL_FILE": "", "AWS_CONFIG_FILE": "config", "AWS_REGION": "mars-1"}
    for profile in ("", "p"):
        done = run_fast("iam-userlistbypath", env={**env, "AWS_PROFILE": profile})
        assert refusal(done) == "AWS_REGION is mars-1"
    assert not sign.exists()
    # If the endpoint of IAM is named, the region decides where STS is asked.
    web = {"AWS_WEB_IDENTITY_TOKEN_FILE": "token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/r"}
    for more in ({}, {**web, "AWS_CONFIG_FILE": ""}):
        given = {**env, "AWS_IAM_URL": "http://127.0.0.1:1", **more}
        done = run_fast("iam-userlistbypath", env=given)
        assert done.err.endswith("; correct it, or name an endpoint with AWS_ENDPOINT_URL_STS\n")
    assert refused_hosts == []
    named = {"AWS_IAM_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:2"}
    done = run_fast("iam-userlistbypath", env={**env, **named, "AWS_MAX_ATTEMPTS": "1"})
    assert "http://127.0.0.1:2" in done.err


@pytest.mark.parametrize("strict", ["", "1"])
def test_an_unknown_region_does_not_matter_with_a_named_endpoint(strict, run_fast, stub):
    for region in ("mars-1", "cn_north_1", "us-east-1\r", "us-east-1a"):
        endpoint = stub.endpoint(ok("ListUsers", "<IsTruncated>false</IsTruncated>"))
        env = {"AWS_IAM_URL": endpoint.url, "AWS_REGION": region, "IAMCLI_STRICT": strict}
        done = listing(run_fast, **env)
        assert (done.status, done.out, done.err) == (0, "IsTruncated: false\n", "")
        [request] = endpoint.requests
        # A signature cannot contain a carriage return.
        signing = region if region.isprintable() else "us-east-1"
        assert f"/{signing}/iam/aws4_request" in request.headers["authorization"]


@pytest.mark.parametrize("region", ["mars-1", "cn_north_1", "us-gov-1"])
def test_the_sandbox_accepts_any_region(region, run_fast, stub):
    endpoint = stub.endpoint(ok("ListUsers", "<IsTruncated>false</IsTruncated>"))
    env = {"IAMCLI_SANDBOX": endpoint.url, "AWS_REGION": region}
    inside = listing(run_fast, AWS_IAM_URL=endpoint.url, **env)
    assert inside == (0, "IsTruncated: false\n", "")
    done = listing(run_fast, **env)
    assert (done.status, done.out) == (0, "IsTruncated: false\n")
    assert done.err == (
        "iam-userlistbypath: requests go to the sandbox, not to an endpoint for "
        f"{region} (the default)\n"
    )
    assert endpoint.operations == ["ListUsers"] * 2


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("iam.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
        ("iam.global.api.amazonwebservices.eu", "cn-north-1" if "aws-eusc" not in IDS else ""),
        ("iam.nz-north-1.amazonaws.nz", "nz-north-1"),
        ("iam.nz-north-1.api.amazonwebservices.com.nz", "nz-north-1"),
        ("iam.us-isof-east-1.csp.hci.ic.gov", "us-isof-south-1"),
        ("iam.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1"),
        ("iam.cn-northwest-1.api.amazonwebservices.com.cn", "cn-north-1"),
        # Not of AWS.
        ("iam.nz-north-1.amazonaws.example.com", "cn-north-1"),
        ("iam.nz-north-1.amazonaws.nz.example.com", "cn-north-1"),
        ("iam.nz-north-1.notamazonaws.nz", "cn-north-1"),
    ],
)
def test_the_host_of_aws_decides_the_signing_region(host, region):
    wanted = region or "eusc-de-east-1"
    assert signing_region(f"https://{host}", "cn-northwest-1") == wanted


# Dual-stack endpoints.


@pytest.mark.parametrize(
    "region", ["us-isof-south-1", in_full("eu-isoe-west-1"), in_full("us-isof-east-1")]
)
def test_a_dual_stack_endpoint_that_does_not_exist(region, run_fast, refused_hosts):
    has = (
        f"botocore {botocore.__version__} has no dual-stack endpoint of IAM in "
        f"aws-iso-{'e' if region.startswith('eu') else 'f'}; unset"
    )
    named = "or name an endpoint with --url or AWS_IAM_URL\n"
    done = listing(run_fast, AWS_REGION=region, AWS_USE_DUALSTACK_ENDPOINT="true")
    assert (done.status, done.out) == (1, "")
    assert done.err == f"iam-userlistbypath: {has} AWS_USE_DUALSTACK_ENDPOINT, {named}"
    (run_fast.home / "config").write_text("[default]\nuse_dualstack_endpoint=true\n")
    done = listing(run_fast, AWS_REGION=region, AWS_CONFIG_FILE="config")
    profile = "use_dualstack_endpoint of the AWS profile"
    assert done.err == f"iam-userlistbypath: {has} {profile}, {named}"
    assert refused_hosts == []
