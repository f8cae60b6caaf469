"""``iamcli doctor``: which credentials, settings and proxy it uses, and what it asks for them."""

from __future__ import annotations

from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import certifi
import pytest
from botocore.credentials import Credentials, RefreshableCredentials
from support.doctor import AWS, KEY, ORIGIN, OWN, shown
from support.shell import KEY_ID

from iamcli.cli.doctor import configuration, credential_sources, credentials, network, request
from iamcli.cli.doctor.configuration import Configuration
from iamcli.cli.doctor.credential_sources import Profile
from iamcli.connection.settings import Settings
from iamcli.errors import Failure

# ruff: noqa: SLF001 - the parts of the program


def configured(**attributes: Any) -> Any:
    """A configuration of which only these attributes are used."""
    settings = SimpleNamespace(session=attributes.pop("session", None))
    base = {"connection": None, "settings": settings, "offline": False, "is_read": True}
    return SimpleNamespace(**{**base, **attributes})


ASKED = ("assume-role", "assume-role-with-web-identity", "login", "sso")
RUN_OR_ASKED = (*ASKED, "custom-process", "container-role", "iam-role")


@pytest.mark.parametrize("before", [False, True])
def test_which_credentials_are_used(before, monkeypatch):
    """Offline, no method that asks is used, and no key that comes after one."""
    without = []
    keys: list[Any] = []

    def find(settings: Any, **more: Any) -> Any:
        without.append(tuple(more["without"]))
        return keys[0]

    monkeypatch.setattr(credential_sources, "find_keys", find)
    monkeypatch.setattr(
        credential_sources,
        "_would_ask_before",
        lambda method, _: before and method == "config-file",
    )

    def used(*, offline: bool, own: Any = None) -> Any:
        connection = SimpleNamespace(keys=own)
        return credential_sources.find(configured(connection=connection, offline=offline))

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


def test_a_configuration_that_cannot_be_read(environ):
    def read(_: object) -> Settings:
        raise Failure("no")

    environ.setattr(Settings, "for_connection", read)
    found = Configuration(offline=True)
    assert not found.is_read
    assert {name: str(failure) for name, failure in found.failures.items()} == {"environment": "no"}


def test_credentials_that_are_renewed():
    now = datetime.now(timezone.utc)
    renewed = RefreshableCredentials("i", "s", "t", now, dict, "iam-role")
    fake = configured(
        connection=SimpleNamespace(credential_file=None, unused="", unread={}),
        origin=lambda _: ORIGIN._replace(place="X"),
    )
    found = [
        credentials._used(fake, keys, ()).found for keys in (renewed, Credentials(KEY_ID, "s"))
    ]
    until = f"{now:%Y-%m-%d %H:%M UTC}"
    assert found == [
        f"temporary credentials that expire at {until} from X",
        "access key AKIA...MPLE from X",
    ]


def test_the_profile():
    config = {"profiles": {"work": {"region": "x", "role_arn": "y"}, "default": {}}}
    sessions: list[Any] = [
        SimpleNamespace(profile=name, full_config=full)
        for name, full in (("work", config), (None, config), ("absent", config), ("work", {}))
    ]
    assert [credential_sources.profile(session) for session in (*sessions, None)] == [
        Profile("work", frozenset({"region", "role_arn"}), exists=True),
        Profile("default", frozenset(), exists=True),
        Profile("absent", frozenset(), exists=False),
        Profile("work", frozenset(), exists=False),
        None,
    ]


def test_the_region_and_the_authorities(environ):
    regions = []
    for value in ("x", "", None):
        fake = configured(failures={}, settings=SimpleNamespace(get={"region": value}.get))
        regions.append(Configuration.check_region(fake).found)
    assert regions == ["x from the profile", *["none is set, and IAM needs none"] * 2]
    found = []
    for bundle in ((certifi.where(), "AWS_CA_BUNDLE"), ("", "")):
        environ.setattr(configuration, "ca_bundle", lambda _, bundle=bundle: bundle)
        found.append(Configuration.check_ca(configured(target=AWS)).found)
    assert found == [
        f"{certifi.where()} from {name}" for name in ("AWS_CA_BUNDLE", "the installation")
    ]


def test_the_proxy_of_credentials(environ):
    """A proxy that only the requests for credentials would use must be one, too."""
    environ.setattr(configuration, "proxy", lambda *_: ("p", "x"))
    environ.setenv("https_proxy", "http://[")

    def found(keys: Any) -> Any:
        return shown(Configuration.check_proxy(configured(failures={}, target=OWN, keys=keys)))

    for method in ASKED:
        assert found(SimpleNamespace(method=method)).startswith("wrong: https_proxy ")
    for keys in (KEY, None, SimpleNamespace(method="env")):
        assert found(keys) == "ok: p from x"


def test_how_a_service_is_asked(environ):
    environ.setattr(network, "transport", lambda *arguments: (arguments[2], "P"))
    environ.setattr(request, "send", lambda *arguments: arguments)
    operation: Any = object()
    for value, seconds in (("3", 3.0), ("", 10.0), ("3600", 10.0)):
        environ.setenv("IAMCLI_TIMEOUT", value)
        found: Any = network._send(operation, configured(), OWN, KEY)
        assert found == (operation, OWN, KEY, (OWN.url, "P"), seconds)

    def fail(*_: object) -> None:
        raise Failure("no proxy; correct it")

    environ.setattr(network, "transport", fail)
    found = network._send(operation, configured(), OWN, KEY)
    assert found == request.Outcome(request.PROXY, "no proxy; correct it")
