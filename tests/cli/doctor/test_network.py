"""``iamcli doctor``: endpoints of IAM and STS, regions, proxies, certificates and the clock."""

from __future__ import annotations

import re
import socket
import ssl
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from support.certificates import self_signed
from support.connecting import USER
from support.doctor import (
    ARN,
    caller,
    dated,
    doctor,
    file,
    private,
    refusing,
    role,
    service_at,
    through,
)
from support.stub import Stub, ok, refused

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


def test_a_refusal_of_sts_alone_is_a_warning(healthy, place):
    env = refusing(place, "InvalidClientTokenId")
    sts = {"AWS_ENDPOINT_URL_STS": env["AWS_ENDPOINT_URL"]}
    report = doctor(healthy, **private(AWS_IAM_URL="https://iam.nowhere.invalid", **sts))
    assert report.causes == [("identity", "wrong-key"), ("endpoint", "no-network")]
    assert report.result("identity") == "warning"


def test_sts_of_a_private_endpoint_is_not_asked(healthy, stub):
    iam = stub.endpoint(refused("AccessDenied", "no", 403))
    report = doctor(healthy, **private(AWS_IAM_URL=iam.url))
    assert (report.status, report.causes) == (0, [])
    assert report.result("identity") == "skipped"
    assert "AWS_ENDPOINT_URL_STS" in report.said("identity")
    assert iam.operations == ["GetUser"]


@pytest.mark.parametrize(
    ("env", "host"),
    [
        ({}, "sts.amazonaws.com"),
        ({"AWS_REGION": "eu-west-1"}, "sts.eu-west-1.amazonaws.com"),
        ({"AWS_REGION": "cn-north-1"}, "sts.cn-north-1.amazonaws.com.cn"),
        (
            {"AWS_IAM_URL": "https://iam.us-gov.amazonaws.com", "AWS_REGION": "eu-west-1"},
            "sts.us-gov-west-1.amazonaws.com",
        ),
        (
            {"AWS_IAM_URL": "https://iam.amazonaws.com", "AWS_REGION": "cn-north-1"},
            "sts.amazonaws.com",
        ),
    ],
)
def test_sts_is_asked_in_the_partition_of_the_endpoint(env, host, healthy):
    """A proxy sees the host and refuses to connect."""
    with closing(Stub()) as proxy:
        doctor(healthy, **private(**env, https_proxy=f"http://127.0.0.1:{proxy.port}"))
        assert proxy.connects[0] == f"{host}:443"


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


def test_the_answer_of_iam_counts_if_sts_is_not_there(healthy, stub, closed):
    iam = stub.endpoint(ok("GetUser", USER)).url
    report = doctor(healthy, AWS_IAM_URL=iam, AWS_ENDPOINT_URL_STS=closed)
    assert (report.status, report.causes) == (0, [])
    assert report.result("identity") == "skipped"
    assert "Connection refused" in report.said("identity")


def test_a_proxy_for_sts_alone_that_is_no_address(healthy, place):
    env = {"AWS_IAM_URL": service_at(place), "AWS_ENDPOINT_URL_STS": "https://127.0.0.1:9"}
    report = doctor(healthy, **env, https_proxy="http://me:passw0rd@127.0.0.1:x")
    assert (report.status, report.result("identity")) == (0, "skipped")
    assert "https_proxy is not the address of an HTTP proxy" in report.said("identity")
    assert "passw0rd" not in report.out


def test_an_endpoint_of_sts_that_is_no_address(healthy, place):
    env = {"AWS_ENDPOINT_URL_STS": "ftp://x"}
    report = doctor(healthy, **env)
    assert (report.status, report.result("identity"), report.causes) == (0, "warning", [])
    # A role is requested there.
    report = doctor(healthy, **env, **role(place))
    assert report.causes == [("endpoint", "endpoint-wrong")]


# The clock and certificates.


def test_the_clock_and_the_certificate(healthy, tls):
    server, certificate = tls
    endpoint = server.endpoint(caller()).on("GetUser", dated(ok("GetUser", USER), seconds=-120))
    report = doctor(healthy, AWS_ENDPOINT_URL=endpoint.url, AWS_CA_BUNDLE=str(certificate))
    assert (report.status, report.causes) == (0, [])
    assert [report.result(name) for name in ("ca", "tls", "clock")] == ["ok"] * 3
    assert re.match(r"12\d s ahead of", report.said("clock"))
    assert f"{certificate} from AWS_CA_BUNDLE" in report.said("ca")


def test_an_endpoint_elsewhere_without_encryption_is_a_warning(healthy, place):
    url = service_at(place).replace("127.0.0.1", "iam.example.com")
    report = doctor(healthy, **private(AWS_IAM_URL=url, http_proxy=through(place)))
    assert (report.status, report.result("tls"), report.wrong) == (0, "warning", [])
    assert report.said("tls") == (
        f"{url} is not encrypted; use https, because responses can contain secrets"
    )


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
    proxy = f"http://me:passw0rd@127.0.0.1:{stub.port}"
    report = doctor(healthy, http_proxy=proxy)
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


def test_a_service_that_is_out_of_order_is_a_warning(healthy, stub):
    url = stub.endpoint(refused("ServiceUnavailable", "", 503)).url
    report = doctor(healthy, AWS_ENDPOINT_URL=url)
    assert (report.status, report.causes) == (0, [])
    assert (report.result("endpoint"), report.result("identity")) == ("warning", "skipped")
    assert "ServiceUnavailable" in report.said("endpoint")


@pytest.mark.full
def test_a_network_that_does_not_answer(healthy):
    """A server that accepts connections in the kernel only, and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        report = doctor(healthy, **private(AWS_IAM_URL=url), IAMCLI_TIMEOUT="1")
    assert report.causes == [("endpoint", "endpoint-wrong")]


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


def test_an_unknown_region_in_which_sts_would_be_asked(healthy, place, service):
    env = role(place) | private(AWS_IAM_URL=service.url, AWS_REGION="mars-1")
    report = doctor(healthy, **env)
    assert (report.status, report.result("region")) == (1, "wrong")
    assert report.said("region").endswith("or name an endpoint with AWS_ENDPOINT_URL_STS")
    assert service.requests == []


def test_an_unknown_region_does_not_matter_with_a_named_endpoint(healthy, service):
    for region in ("mars-1", "cn_north_1", "us-east-1a"):
        report = doctor(healthy, AWS_REGION=region)
        assert (report.status, report.causes, report.result("region")) == (0, [], "ok")
    assert service.operations == ["GetCallerIdentity", "GetUser"] * 3
    env = private(AWS_IAM_URL="https://iam.nz-north-1.amazonaws.nz", AWS_REGION="mars-1")
    report = doctor(healthy, **env, https_proxy="http://127.0.0.1:1")
    assert report.result("identity") == "skipped"
    assert "a partition that botocore does not know" in report.said("identity")
    assert "signed for nz-north-1" in report.said("partition")


def test_a_dual_stack_endpoint_that_does_not_exist(healthy):
    env = private(AWS_REGION="us-isof-south-1", AWS_USE_DUALSTACK_ENDPOINT="true")
    report = doctor(healthy, **env)
    assert (report.status, report.causes) == (1, [("endpoint", "endpoint-wrong")])
    assert "has no dual-stack endpoint of IAM in aws-iso-f" in report.said("endpoint")


def test_a_region_with_a_carriage_return(healthy):
    assert doctor(healthy, "--offline", **private(AWS_REGION="cn-north-1")).result("region") == "ok"
    for region in ("cn-north-1\r", "us-east-1\r"):
        report = doctor(healthy, "--offline", **private(AWS_REGION=region))
        assert report.causes == [("environment", "carriage-return")]
        assert report.status == 1
