"""``iamcli doctor``: endpoints of IAM and STS, regions, proxies, certificates and the clock."""

from __future__ import annotations

import re
import ssl
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from support.certificates import self_signed
from support.connecting import USER
from support.doctor import ARN, caller, dated, doctor, file, private
from support.stub import Stub, ok

from iamcli.cli.doctor.configuration import Configuration
from iamcli.cli.doctor.sts import sts_target

if TYPE_CHECKING:
    from pathlib import Path


def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


# STS.


def test_sts_is_asked_where_it_is_named_and_iam_at_its_own_address(healthy, service, stub):
    iam = stub.endpoint(ok("GetUser", USER))
    other = stub.endpoint(caller())
    report = doctor(healthy, AWS_IAM_URL=iam.url, AWS_ENDPOINT_URL_STS=other.url)
    assert (report.status, report.causes) == (0, [])
    assert (other.operations, iam.operations) == (["GetCallerIdentity"], ["GetUser"])
    assert "/iam/aws4_request" in iam.requests[0].headers["authorization"]
    assert service.requests == []
    assert doctor(healthy, AWS_IAM_URL=iam.url).said("identity").startswith(ARN)
    assert service.operations == ["GetCallerIdentity"]
    # The answer of STS is no answer of IAM, also if both are at one address.
    report = doctor(healthy, AWS_ENDPOINT_URL=other.url)
    assert report.causes == [("endpoint", "endpoint-wrong")]
    assert report.said("identity").startswith(ARN)


@pytest.mark.parametrize(
    ("iam", "region", "sts"),
    [
        ("", "", "https://sts.amazonaws.com"),
        ("", "eu-west-1", "https://sts.eu-west-1.amazonaws.com"),
        ("", "cn-north-1", "https://sts.cn-north-1.amazonaws.com.cn"),
        (
            "https://iam.us-gov.amazonaws.com",
            "eu-west-1",
            "https://sts.us-gov-west-1.amazonaws.com",
        ),
        ("https://iam.amazonaws.com", "cn-north-1", "https://sts.amazonaws.com"),
        # A private endpoint has none, nor has a partition that botocore does not know.
        ("https://iam.example.com", "eu-west-1", None),
        ("https://iam.nz-north-1.amazonaws.nz", "mars-1", None),
    ],
)
def test_sts_is_asked_in_the_partition_of_the_endpoint(iam, region, sts, environ):
    environ.setenv("AWS_IAM_URL", iam)
    environ.setenv("AWS_REGION", region)
    configuration = Configuration(offline=True)
    target = sts_target(configuration, configuration.target)
    assert (target and target.url) == sts


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("sts.eu-west-1.amazonaws.com", "eu-west-1"),
        ("sts.amazonaws.com", "us-east-1"),
        ("sts.eu-west-1.example.com", "us-east-1"),
    ],
)
def test_requests_to_a_configured_sts_are_signed_for_its_region(
    host, region, healthy, stub, tmp_path
):
    certificate = self_signed(tmp_path / "cert.pem", host=host)
    with closing(Stub(tunnel=serving(certificate))) as proxy:
        sts = proxy.endpoint(caller())
        env = private(
            AWS_IAM_URL=stub.endpoint(ok("GetUser", USER)).url,
            AWS_ENDPOINT_URL_STS=f"https://{host}",
            AWS_REGION="us-west-2",
            AWS_CA_BUNDLE=str(certificate),
            https_proxy=f"http://127.0.0.1:{proxy.port}",
        )
        assert doctor(healthy, **env).result("identity") == "ok"
        [request] = sts.requests
        assert f"/{region}/sts/aws4_request" in request.headers["authorization"]


# The clock and certificates.


def test_the_clock_and_the_certificate(healthy, tls):
    server, certificate = tls
    endpoint = server.endpoint(caller()).on("GetUser", dated(ok("GetUser", USER), seconds=-120))
    report = doctor(healthy, AWS_ENDPOINT_URL=endpoint.url, AWS_CA_BUNDLE=str(certificate))
    assert (report.status, report.causes) == (0, [])
    assert [report.result(name) for name in ("ca", "tls", "clock")] == ["ok"] * 3
    assert re.match(r"at most 12\d s ahead of", report.said("clock"))
    assert f"{certificate} from AWS_CA_BUNDLE" in report.said("ca")


def test_a_server_without_a_certificate(healthy):
    with closing(Stub(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))) as server:
        report = doctor(healthy, **private(AWS_IAM_URL=server.endpoint(caller()).url))
    assert (report.wrong, report.status) == (["tls"], 1)


def test_what_sets_the_authorities_to_trust(healthy, tls, tmp_path):
    bundle = str(tls[1])
    config = file(tmp_path, "config", f"[default]\nca_bundle = {bundle}\n")
    for env, said in (
        ({"REQUESTS_CA_BUNDLE": bundle}, f"{bundle} from REQUESTS_CA_BUNDLE"),
        ({"AWS_CONFIG_FILE": config}, f"{bundle} from ca_bundle of the AWS configuration"),
    ):
        report = doctor(healthy, **private(AWS_IAM_URL=f"https://127.0.0.1:{tls[0].port}", **env))
        assert said in report.said("ca")


@pytest.mark.parametrize(
    ("made", "check", "cause"),
    [({"days": -1}, "tls", None), ({"host": "127.0.0.2"}, "endpoint", "endpoint-wrong")],
)
def test_a_certificate_that_does_not_fit(made, check, cause, healthy, tmp_path):
    certificate = self_signed(tmp_path / "cert.pem", **made)  # type: ignore[arg-type]
    with closing(Stub(serving(certificate))) as server:
        url = server.endpoint(caller()).url
        report = doctor(healthy, AWS_ENDPOINT_URL=url, AWS_CA_BUNDLE=str(certificate))
    assert report.checks[check]["cause"] == cause
    assert report.wrong == [check]


# Proxies, and a service that is out of order.


def test_no_secret_of_a_proxy_is_shown(healthy, stub, service):
    report = doctor(healthy, http_proxy=f"http://me:passw0rd@127.0.0.1:{stub.port}")
    assert report.said("proxy").startswith(f"127.0.0.1:{stub.port} from http_proxy")
    client = f"ClientProxyHost=127.0.0.1\nClientProxyPort={stub.port}\n"
    login = "ClientProxyUsername=me\nClientProxyPassword=passw0rd\n"
    name = file(healthy.home, "client", client + login, 0o644)
    through = doctor(healthy, CLIENT_CONFIG_FILE=name)
    assert f"from the client configuration {name}" in through.said("proxy")
    assert through.causes == [("credentials", "readable-by-others")]
    wrong = doctor(healthy, http_proxy="http://me:passw0rd@127.0.0.1:x")
    assert "http_proxy is not the address of an HTTP proxy" in wrong.said("proxy")
    assert "passw0rd" not in report.out + through.out + wrong.out
    assert [request.line.startswith("POST http://") for request in service.requests] == [True] * 4


# Regions.


@pytest.mark.parametrize("arguments", [[], ["--offline"]], ids=str)
def test_an_unknown_region_is_wrong_and_nothing_is_sent(arguments, healthy):
    with closing(Stub()) as proxy:
        env = private(AWS_REGION="cn_north_1", https_proxy=f"http://127.0.0.1:{proxy.port}")
        report = doctor(healthy, *arguments, **env)
        assert proxy.connects == []
    assert (report.status, report.causes) == (1, [])
    similar = "AWS_REGION is cn_north_1 (did you mean cn-north-1?), unknown to botocore"
    assert report.said("region").startswith(similar)
    assert report.said("region").endswith(
        "; correct it, or name an endpoint with --url or AWS_IAM_URL"
    )
    assert report.wrong == ["region"]
    for name in ("endpoint", "partition", "proxy"):
        assert report.checks[name]["found"] == "not known, because of region"
    if not arguments:
        assert report.checks["identity"]["found"] == "not checked, because of region"


def test_a_dual_stack_endpoint_that_does_not_exist(healthy):
    env = private(AWS_REGION="us-isof-south-1", AWS_USE_DUALSTACK_ENDPOINT="true")
    report = doctor(healthy, **env)
    assert (report.status, report.causes) == (1, [("endpoint", "endpoint-wrong")])
    assert "has no dual-stack endpoint of IAM in aws-iso-f" in report.said("endpoint")
