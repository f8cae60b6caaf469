"""``iamcli doctor``: which credentials, settings and proxy it uses, and what it asks for them."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from functools import partial
from types import SimpleNamespace
from typing import Any

import certifi
import pytest
from botocore import exceptions
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    HTTPClientError,
    ProxyConnectionError,
)
from support.doctor_parts import KEY, OWN, REFUSED, STS, of_tls, without_tls

from iamcli.cli.doctor import inspection, probe
from iamcli.cli.doctor.inspection import Expired, Inspection, Profile, Unobtainable, Unreadable
from iamcli.connection.confinement import Confined
from iamcli.errors import Failure

# ruff: noqa: SLF001 - the parts of the program


def inspected(**attributes: Any) -> Any:
    """An inspection of which only these attributes are used."""
    session = attributes.pop("session", None)
    settings = SimpleNamespace(session=session, get=attributes.pop("get", None))
    return SimpleNamespace(
        **{"_connection": None, "_settings": settings, "_offline": False, **attributes}
    )


CLOCK_ERROR = ClientError({"Error": {"Code": "X", "Message": "the text"}}, "AssumeRole")
EXPIRED_TEXT = "Credentials were refreshed, but the refreshed credentials are still expired."


@pytest.mark.parametrize(
    ("cause", "text", "found"),
    [
        *(
            (getattr(exceptions, name)(error_msg="x", provider="x"), "it is old. Sign in.", login)
            for name, login in (
                ("UnauthorizedSSOTokenError", "aws sso login"),
                ("SSOTokenLoadError", "aws sso login"),
                ("TokenRetrievalError", "aws sso login"),
            )
        ),
        *(
            (type(name, (Exception,), {})(), "it is old. Sign in.", "aws login")
            for name in ("LoginRefreshRequired", "LoginTokenLoadError")
        ),
        (RuntimeError(EXPIRED_TEXT), "it is old.", ""),
        (CLOCK_ERROR, "no.", {"code": "X", "text": "the text"}),
        (ClientError({}, "AssumeRole"), "no.", {"code": "", "text": ""}),
        (
            ConnectTimeoutError(endpoint_url=STS.url),
            "no.",
            {"problem": probe.UNREACHABLE, "url": STS.url},
        ),
        (ProxyConnectionError(proxy_url="x", error=REFUSED), "no.", {"problem": probe.PROXY}),
        (HTTPClientError(error=REFUSED), "no.", {"problem": probe.INVALID}),
        (of_tls(without_tls("HTTP_REQUEST")), "no.", {"problem": probe.NO_TLS, "url": "x"}),
        (ValueError("x"), "no; a. b", {"said": "no; a. b"}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_why_credentials_are_not_obtained(
    cause: Exception, text: str, found: str | dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    methods = {"sso": "aws sso login", "login": "aws login", "": ""}
    monkeypatch.setattr(inspection, "login", lambda session, method: session + methods[method])

    def fail(*_: object, **__: object) -> None:
        failure = Failure(text)
        failure.__context__ = cause
        raise failure

    for name in ("find_keys", "frozen"):
        monkeypatch.setattr(inspection, name, fail)
    client = inspected(session="", _connection=SimpleNamespace(keys=None))
    client._explained = partial(Inspection._explained, client)
    for get in (Inspection.keys, partial(Inspection.key, keys=None)):
        with pytest.raises((Expired, Unobtainable)) as raised:
            get(client)
        failure = raised.value
        if isinstance(found, str):
            assert (str(failure), type(failure), vars(failure)) == (
                "it is old",
                Expired,
                {"login": found},
            )
        else:
            expected = {"said": "no", "problem": "", "url": "", "code": "", "text": "", **found}
            assert isinstance(failure, Unobtainable)
            assert {
                "said": str(failure),
                **{name: getattr(failure, name) for name in ("problem", "url", "code", "text")},
            } == expected


ASKED = ("assume-role", "assume-role-with-web-identity", "login", "sso")
RUN_OR_ASKED = (*ASKED, "custom-process", "container-role", "iam-role")


@pytest.mark.parametrize("before", [False, True])
def test_which_credentials_are_used(before: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """Offline, no method that asks is used, and no key that comes after one."""
    without = []
    keys: list[Any] = []

    def find(settings: Any, **more: Any) -> Any:
        without.append(tuple(more["without"]))
        return keys[0]

    monkeypatch.setattr(inspection, "find_keys", find)

    def used(*, offline: bool, own: Any = None) -> Any:
        client = inspected(_connection=SimpleNamespace(keys=own), _offline=offline)
        client._would_ask_before = lambda method: before and method == "config-file"
        return Inspection.keys(client)

    chain = SimpleNamespace(method="config-file")
    for found in (chain, None):
        keys[:] = [found]
        assert used(offline=False) is found
        assert used(offline=True) is (None if before else found)
    assert without == [(), RUN_OR_ASKED] * 2
    keys[:] = [SimpleNamespace(method="env")]
    assert used(offline=True) is keys[0]
    without.clear()
    assert [used(offline=offline, own=KEY) for offline in (False, True)] == [KEY, KEY]
    assert without == []


@pytest.mark.parametrize("failure", [None, Failure("no"), ValueError("no")])
def test_no_metadata_is_asked_for_offline(
    failure: Exception | None, environ: pytest.MonkeyPatch
) -> None:
    """Only until the configuration is read."""
    seen = []

    def read(_: object) -> Any:
        seen.append(os.environ.get("AWS_EC2_METADATA_DISABLED"))
        if failure:
            raise failure
        return SimpleNamespace(session=None)

    environ.setattr(inspection.Settings, "for_connection", read)
    environ.setattr(inspection, "refuse_outside", lambda _: None)
    environ.setattr(inspection, "confine", lambda connection, _: Confined(connection))
    connection: Any = SimpleNamespace(keys=None)
    for before in (None, "false", ""):
        if before is not None:
            environ.setenv("AWS_EC2_METADATA_DISABLED", before)
        for offline in (False, True):
            if failure:
                kind = Unreadable if isinstance(failure, ValueError) else Failure
                with pytest.raises(kind, match=r"^no$"):
                    Inspection(connection, offline=offline)
            else:
                Inspection(connection, offline=offline)
            assert seen.pop() == ("true" if offline else before)
            assert os.environ.get("AWS_EC2_METADATA_DISABLED") == before


def test_credentials_that_are_renewed() -> None:
    now = datetime.now(timezone.utc)
    renewed = RefreshableCredentials("i", "s", "t", now, dict, "iam-role")
    found = [(Inspection.is_static(keys), Inspection.expiry(keys)) for keys in (renewed, KEY)]
    assert found == [(False, now), (True, None)]


def test_the_profile() -> None:
    config = {"profiles": {"work": {"region": "x", "role_arn": "y"}, "default": {}}}
    found = [
        Inspection.profile.__get__(
            inspected(session=SimpleNamespace(profile=name, full_config=full))
        )
        for name, full in (("work", config), (None, config), ("absent", config), ("work", {}))
    ]
    assert found == [
        Profile("work", frozenset({"region", "role_arn"}), exists=True),
        Profile("default", frozenset(), exists=True),
        Profile("absent", frozenset(), exists=False),
        Profile("work", frozenset(), exists=False),
    ]
    assert Inspection.profile.__get__(inspected()) is None


def test_the_region_and_the_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    regions = [inspected(get={"region": value}.get) for value in ("x", "", None)]
    assert [Inspection.region.__get__(each) for each in regions] == ["x", "", ""]
    found = []
    for bundle in (("file", "AWS_CA_BUNDLE"), ("", "")):
        monkeypatch.setattr(inspection, "ca_bundle", lambda _, bundle=bundle: bundle)
        found.append(Inspection.ca_bundle(inspected()))
    assert found == [("file", "AWS_CA_BUNDLE"), (certifi.where(), "the installation")]


def test_the_proxy_of_credentials(environ: pytest.MonkeyPatch) -> None:
    """A proxy that only the requests for credentials would use must be one, too."""
    environ.setattr(inspection, "proxy", lambda *_: ("p", "x"))
    environ.setenv("https_proxy", "http://[")
    for method in ASKED:
        with pytest.raises(Failure, match="https_proxy"):
            Inspection.proxy(inspected(), OWN.url, SimpleNamespace(method=method))
    for keys in (KEY, None, SimpleNamespace(method="env")):
        assert Inspection.proxy(inspected(), OWN.url, keys) == ("p", "x")


def test_how_a_service_is_asked(environ: pytest.MonkeyPatch) -> None:
    environ.setattr(inspection, "transport", lambda *arguments: (arguments[2], None))
    environ.setattr(probe, "ask", lambda *arguments: arguments)
    question: Any = object()
    for value, seconds in (("3", 3.0), ("", 10.0), ("3600", 10.0)):
        environ.setenv("IAMCLI_TIMEOUT", value)
        found: Any = Inspection.ask(inspected(), question, OWN, KEY)
        assert found == (question, OWN, KEY, OWN.url, seconds)

    def fail(*_: object) -> None:
        raise Failure("no proxy; correct it")

    environ.setattr(inspection, "transport", fail)
    found = Inspection.ask(inspected(), question, OWN, KEY)
    assert found == probe.Outcome(probe.PROXY, "no proxy; correct it")
