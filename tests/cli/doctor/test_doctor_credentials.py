"""``iamcli doctor``: what it finds about credentials, and where it looks for them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import exceptions
from botocore.credentials import Credentials, RefreshableCredentials
from support.doctor import (
    EARLY,
    FAILED,
    KEY,
    ORIGIN,
    OWN,
    REFUSED,
    STS,
    line,
    of_tls,
    shown,
    without_tls,
)
from support.shell import KEY_ID

from iamcli.cli.doctor import configuration, credential_sources, credentials, network, request
from iamcli.cli.doctor.configuration import Configuration, Unreadable
from iamcli.cli.doctor.credential_sources import CredentialSource, Profile
from iamcli.connection.aws_config import AWSConfig, NoProfile
from iamcli.connection.credentials import InvalidSetting, NoLogin, find_keys, frozen
from iamcli.connection.sources import SET_A_FILE, has_brackets, shared_files
from iamcli.connection.transport import ProxyFailure
from iamcli.errors import Failure

# ruff: noqa: SLF001 - the parts of the program


def of_source(place: str, file: str | None = None) -> Any:
    """A configuration whose credentials are from ``place``, or from the credential ``file``."""
    return SimpleNamespace(
        settings=SimpleNamespace(credential_file=file, unused="", unread={}),
        origin=lambda _: ORIGIN._replace(place=place),
    )


def test_an_access_key_is_shown_in_part():
    """Less than half of it, and nothing of a short one, which need not be that of AWS."""
    for key in (
        "",
        "AKIA",
        "A" * 8,
        "AKIA12345678ABCD",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    ):
        assert credentials._masked(key) == "***"
    assert credentials._masked("AKIA123456789ABCD") == "AKIA...ABCD"
    assert credentials._masked(KEY_ID) == "AKIA...MPLE"
    assert credentials._masked("A" * 32) == "AAAA...AAAA"


def test_placeholders():
    placeholders = [("<id>", "s"), ("i", "<s>"), ("<id", "s"), ("i", "s>")]
    others: list[tuple[Any, Any]] = [("i<d>x", "s"), ("", ""), (None, 5)]
    found = [values for values in (*placeholders, *others) if has_brackets(*values)]
    assert found == placeholders


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("AWSAccessKeyId=<id>\nAWSSecretKey=s\n", "brackets"),
        ("AWSAccessKeyId=i\nAWSSecretKey=<s>\n", "brackets"),
        ("AWSAccessKeyId=i\n", "no-credentials"),
        ("AWSSecretKey=s\n", "no-credentials"),
        ("AWSAccessKeyId=i\nAWSSecretKey=\n", "no-credentials"),
        ("AWSAccessKeyId=a b\nAWSSecretKey=s\n", None),
        ("", "no-credentials"),
    ],
)
def test_an_invalid_credential_file(text, cause, environ, tmp_path):
    environ.chdir(tmp_path)
    for name in ("keys", "~keys"):
        (tmp_path / name).write_text(text)
        environ.setenv("AWS_CREDENTIAL_FILE", name)
        expected = line("wrong", cause, "it is bad (from AWS_CREDENTIAL_FILE); correct it")
        assert shown(credentials._invalid(FAILED)) == expected


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("absent", "no-file"),
        ("keys/x", "no-file"),
        (".", "unreadable"),
        ("too large", "unreadable"),
        # It may have no end, or be read only once.
        ("/dev/null", None),
    ],
)
def test_a_credential_file_that_is_no_file(name, cause, environ, tmp_path):
    environ.chdir(tmp_path)
    (tmp_path / "keys").touch()
    (tmp_path / "too large").write_text("#" * (1 << 20 | 1))
    environ.setenv("AWS_CREDENTIAL_FILE", name)
    found = credentials._invalid(FAILED)
    assert shown(found) == line("wrong", cause, "it is bad (from AWS_CREDENTIAL_FILE); correct it")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs Linux's /proc")
def test_a_credential_file_that_only_opens(environ):
    """Reading its beginning fails."""
    environ.setenv("AWS_CREDENTIAL_FILE", "/proc/self/mem")
    found = credentials._invalid(FAILED)
    assert (found.found, found.cause) == ("it is bad (from AWS_CREDENTIAL_FILE)", "unreadable")


def no_profile(hint: str) -> NoProfile:
    failure = NoProfile("no x")
    failure.hint = hint
    return failure


@pytest.mark.parametrize(
    ("error", "diagnosis"),
    [
        (ValueError("it is bad; save it"), "wrong (unreadable): it is bad; save it"),
        (ValueError("it is bad"), "wrong (unreadable): it is bad; correct a or b"),
        (
            exceptions.ConfigParseError(path="a"),
            "wrong (unreadable): Unable to parse config file: a; correct a or b",
        ),
        (no_profile("add the profile"), "wrong (no-credentials): no x; add the profile"),
        (Unreadable("a is a pipe; name a file"), "wrong (unreadable): a is a pipe; name a file"),
    ],
)
def test_a_configuration_that_cannot_be_used(error, diagnosis, environ):
    def read(_: object) -> None:
        raise error

    environ.setenv("AWS_SHARED_CREDENTIALS_FILE", "a")
    environ.setenv("AWS_CONFIG_FILE", "b")
    environ.setattr(AWSConfig, "for_settings", read)
    assert shown(credentials.check(Configuration(offline=True)).diagnosis) == diagnosis


@pytest.mark.parametrize(
    ("method", "hours", "diagnosis"),
    [
        ("env", 1, "ok: temporary credentials that expire at {} from AWS_X"),
        # They are renewed when a request needs them.
        ("iam-role", -1, "ok: temporary credentials that expire at {} from AWS_X"),
        ("iam-role", None, "ok: temporary credentials from AWS_X"),
    ],
)
def test_temporary_credentials(method, hours, diagnosis, environ):
    expiry = None if hours is None else datetime.now(timezone.utc) + timedelta(hours=hours)
    keys = RefreshableCredentials("i", "s", "t", expiry, dict, method)
    environ.setenv("AWS_CONFIG_FILE", "")
    environ.setenv("AWS_SHARED_CREDENTIALS_FILE", "")
    found = credentials._used(of_source("AWS_X"), keys, ())
    assert shown(found) == diagnosis.format(f"{expiry:%Y-%m-%d %H:%M UTC}" if expiry else "")


@pytest.mark.parametrize(
    ("env", "cause"),
    [
        ({"AWS_ACCESS_KEY_ID": "<id>", "AWS_SECRET_ACCESS_KEY": "s"}, "brackets"),
        ({"AWS_ACCESS_KEY_ID": "i", "AWS_SECRET_ACCESS_KEY": "<s>"}, "brackets"),
        ({"AWS_ACCESS_KEY_ID": "a b", "AWS_SECRET_ACCESS_KEY": "s"}, None),
        ({"AWS_ACCESS_KEY_ID": "<id>"}, "brackets"),
        ({"AWS_CREDENTIAL_FILE": "", "AWS_ACCESS_KEY_ID": "<id>"}, "empty-variable"),
    ],
)
def test_invalid_variables_of_a_key(env, cause, environ):
    for name, value in env.items():
        environ.setenv(name, value)
    assert shown(credentials._invalid(FAILED)) == line("wrong", cause, "it is bad; correct it")


CHECK_SETTINGS = "check the settings of the profile and the access key that it uses"


def refused(code: str = "", message: str = "") -> exceptions.ClientError:
    return exceptions.ClientError({"Error": {"Code": code, "Message": message}}, "AssumeRole")


@pytest.mark.parametrize(
    ("cause", "text", "diagnosis"),
    [
        *(
            (
                getattr(exceptions, name)(error_msg="x", provider="x"),
                "it is old. Sign in.",
                "wrong (token-expired): it is old; run: aws sso login",
            )
            for name in ("UnauthorizedSSOTokenError", "SSOTokenLoadError", "TokenRetrievalError")
        ),
        *(
            (
                type(name, (Exception,), {})(),
                "it is old. Sign in.",
                "wrong (token-expired): it is old; run: aws login",
            )
            for name in ("LoginRefreshRequired", "LoginTokenLoadError")
        ),
        (RuntimeError("x"), "it is old.", "wrong (token-expired): it is old; {renewal}"),
        (refused("X"), "no.", f"wrong: no; {CHECK_SETTINGS}"),
        (exceptions.ClientError({}, "AssumeRole"), "no.", f"wrong: no; {CHECK_SETTINGS}"),
        (refused("InvalidToken"), "no.", f"wrong (wrong-key): no; {CHECK_SETTINGS}"),
        (
            refused("SignatureDoesNotMatch", EARLY),
            "no.",
            f"wrong (clock-skew): no; {CHECK_SETTINGS}",
        ),
        (
            exceptions.ReadTimeoutError(endpoint_url=OWN.url),
            "no.",
            "wrong (endpoint-wrong): no; try again",
        ),
        (
            exceptions.ReadTimeoutError(endpoint_url=STS.url),
            "no.",
            "wrong (no-network): no; try again",
        ),
        (
            ProxyFailure("x"),
            "no answer; check https_proxy",
            "wrong (proxy-refused): no answer; check https_proxy",
        ),
        (exceptions.HTTPClientError(error=REFUSED), "no.", "wrong: no; correct the address"),
        (
            of_tls(without_tls("HTTP_REQUEST")),
            "no.",
            "wrong (endpoint-wrong): no; use http if the service does not use TLS",
        ),
        (ValueError("x"), "no; a. b", f"wrong: no; a. b; {CHECK_SETTINGS}"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_credentials_that_are_not_obtained_sooner_or_later(cause, text, diagnosis, monkeypatch):
    methods = {"sso": "aws sso login", "login": "aws login", "": ""}
    monkeypatch.setattr(
        "iamcli.connection.sources.login", lambda session, method: session + methods[method]
    )

    def fail(*_: object, **__: object) -> None:
        failure = Failure(text)
        failure.__context__ = cause
        raise failure

    monkeypatch.setattr(credential_sources, "find_keys", fail)
    monkeypatch.setattr(credentials, "frozen", fail)
    fake: Any = SimpleNamespace(
        settings=SimpleNamespace(keys=None, credential_file=None),
        aws_config=SimpleNamespace(session=""),
        failures={},
        is_read=True,
        offline=False,
        origin=lambda _: ORIGIN._replace(renewal="renew it"),
        keys=KEY,
    )
    found = credentials.check(fake)
    assert shown(found.diagnosis) == diagnosis.format(renewal="get new temporary credentials")
    assert (found.keys, found.variables) == (None, ())
    key, refusal = credentials.obtain(fake)
    assert key is None
    assert shown(refusal) == diagnosis.format(renewal="renew it")


def test_a_profile_that_lacks_a_package(monkeypatch):
    def fail(_: object) -> None:
        raise NoLogin("it needs a package; install it")

    monkeypatch.setattr(credential_sources, "find", fail)
    fake: Any = SimpleNamespace(
        settings=SimpleNamespace(credential_file=None),
        failures={},
        is_read=True,
        aws_config=SimpleNamespace(session=None),
    )
    text = "it needs a package; install it"
    assert shown(credentials.check(fake).diagnosis) == f"wrong (extra-missing): {text}"


NOT_SET = CredentialSource("A", "not set", filled=False)
FILLED = CredentialSource("B", "set", filled=True)
UNASKED = CredentialSource("C", credential_sources.NOT_ASKED, filled=False)
LOOKED = "no credentials; looked at A (not set)"
NONE = f"wrong (no-credentials): {LOOKED}; {SET_A_FILE}"
MISSPELLED = (
    f"wrong (old-variable): {LOOKED}; AWS_CREDENTIALS_FILE is set, but the name is "
    "AWS_CREDENTIAL_FILE"
)
EMPTY = f"wrong (empty-variable): {LOOKED}; AWS_ACCESS_KEY_ID is set but empty; {SET_A_FILE}"
UNREADABLE = f"wrong (unreadable): {LOOKED}; make / a file that you can read"


@pytest.mark.parametrize(
    ("env", "diagnosis", "reported"),
    [
        ({}, NONE, ()),
        (
            {"AWS_CREDENTIALS_FILE": "x", "AWS_ACCESS_KEY_ID": "", "AWS_CONFIG_FILE": "/"},
            MISSPELLED,
            ("AWS_CREDENTIALS_FILE",),
        ),
        (
            {"AWS_CREDENTIALS_FILE": "", "AWS_ACCESS_KEY_ID": "", "AWS_CONFIG_FILE": "/"},
            EMPTY,
            ("AWS_ACCESS_KEY_ID",),
        ),
        ({"AWS_CONFIG_FILE": "/"}, UNREADABLE, ()),
        ({"AWS_SHARED_CREDENTIALS_FILE": "/", "AWS_CONFIG_FILE": "/etc"}, UNREADABLE, ()),
    ],
)
@pytest.mark.parametrize("offline", [False, True])
def test_no_credentials(
    env: dict[str, str],
    diagnosis: str,
    reported: tuple[str, ...],
    offline: bool,  # noqa: FBT001
    environ: pytest.MonkeyPatch,
) -> None:
    for name, value in env.items():
        environ.setenv(name, value)
    found = credentials._missing([NOT_SET], None, offline=offline)
    assert (shown(found.diagnosis), found.keys, found.variables) == (diagnosis, None, reported)


def test_places_that_are_not_asked_offline(environ):
    environ.setenv("AWS_CREDENTIALS_FILE", "x")
    for place, *others in ((FILLED,), (UNASKED,), (FILLED, UNASKED), (UNASKED, FILLED)):
        known = [NOT_SET, place, *others]
        offline, online = (credentials._missing(known, None, offline=off) for off in (True, False))
        looked_at = ", ".join(map(str, known))
        said = f"{place.name} is not asked with --offline; looked at {looked_at}"
        assert shown(offline.diagnosis) == f"skipped: {said}"
        assert online.diagnosis.cause == "old-variable"


def test_an_empty_variable_is_reported_once(environ):
    environ.setenv("AWS_CREDENTIAL_FILE", "")
    found = credentials.check(Configuration(offline=True))
    assert (found.diagnosis.cause, found.variables) == ("empty-variable", ("AWS_CREDENTIAL_FILE",))


def test_the_state_of_a_variable(environ):
    found = [credential_sources._variable("AWS_PROFILE")]
    for value in ("", "x"):
        environ.setenv("AWS_PROFILE", value)
        found.append(credential_sources._variable("AWS_PROFILE"))
    assert found == [
        CredentialSource("AWS_PROFILE", "not set", filled=False),
        CredentialSource("AWS_PROFILE", "empty", filled=False),
        CredentialSource("AWS_PROFILE", "set", filled=True),
    ]


ASKING = ("role_arn", "sso_session", "sso_start_url")
LATER_ASKING = ("credential_process", "login_session")


def test_what_is_asked_before_a_key_is_used(environ):
    """With --offline, a key that commands would not use is not reported as theirs."""

    def asked(method: str, *settings: str) -> bool:
        profile = Profile("default", frozenset(("aws_access_key_id", *settings)), exists=True)
        return credential_sources._would_ask_before(method, profile)

    methods = ("env", "shared-credentials-file", "config-file")
    rows = [(), *((name,) for name in (*ASKING, *LATER_ASKING))]
    found = {row: [asked(method, *row) for method in methods] for row in rows}
    assert found == {
        (): [False, False, False],
        **{(name,): [False, True, True] for name in ASKING},
        **{(name,): [False, False, True] for name in LATER_ASKING},
    }
    assert not credential_sources._would_ask_before("config-file", None)
    environ.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "token")
    assert [asked(method) for method in methods] == [False, True, True]
    assert credential_sources._would_ask_before("config-file", None)


def test_the_shared_files(environ, tmp_path):
    found = [shared_files()]
    environ.setenv("AWS_CONFIG_FILE", "~/config")
    found.append(shared_files())
    environ.setenv("AWS_SHARED_CREDENTIALS_FILE", "")
    found.append(shared_files())
    assert found == [
        [f"{tmp_path}/.aws/credentials", f"{tmp_path}/.aws/config"],
        [f"{tmp_path}/.aws/credentials", f"{tmp_path}/config"],
        [f"{tmp_path}/config"],
    ]


EMPTY_KEY = "wrong: AWS_X: the access key is empty; correct the access key there"


KINDS = {
    "role_arn": "a role",
    "sso_session": "single sign-on",
    "sso_start_url": "single sign-on",
    "aws_access_key_id": "an access key",
    "login_session": "a login session",
    "credential_process": "credential_process",
}


def test_what_a_profile_has(environ, tmp_path):
    names = [str(tmp_path / name) for name in ("credentials", "config")]
    environ.setenv("AWS_SHARED_CREDENTIALS_FILE", names[0])
    environ.setenv("AWS_CONFIG_FILE", names[1])
    both = " and ".join(names)

    def profile(*settings: str, exists: bool = True) -> Profile:
        return Profile("work", frozenset(settings), exists)

    for name in names:
        none = CredentialSource(both, "no such files", filled=False)
        assert credential_sources._shared_files(profile("role_arn")) == none
        Path(name).touch()
        assert credential_sources._shared_files(None) == CredentialSource(
            both, "not used", filled=False
        )
        Path(name).unlink()
    Path(names[0]).touch()
    absent = credential_sources._shared_files(profile(exists=False))
    assert absent == CredentialSource(both, "no profile work", filled=False)
    empty = credential_sources._shared_files(profile("region"))
    assert empty == CredentialSource(both, "profile work has no credentials", filled=False)
    found = {
        setting: credential_sources._shared_files(profile(setting, "region")) for setting in KINDS
    }
    assert found == {
        setting: CredentialSource(both, f"profile work has {kind}", filled=True)
        for setting, kind in KINDS.items()
    }
    # A role is assumed with the key beside it.
    whole = credential_sources._shared_files(profile(*KINDS))
    assert whole.state == "profile work has a role"
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        environ.setenv(name, "")
    unset = CredentialSource("the shared files", "no such files", filled=False)
    assert credential_sources._shared_files(None) == unset


def test_the_places(environ, tmp_path):
    # As botocore looks for them.
    assert credential_sources._BOTO_FILES == ("~/.boto", "/etc/boto.cfg")
    environ.setattr(credential_sources, "_BOTO_FILES", ("~/.boto", str(tmp_path / "boto.cfg")))

    def states(*, offline: bool = False) -> list[str]:
        aws_config = SimpleNamespace(session=None)
        fake: Any = SimpleNamespace(aws_config=aws_config, offline=offline)
        known = credential_sources.sources(fake)
        assert [source.name for source in known[:3]] == [
            "AWS_CREDENTIAL_FILE",
            "AWS_ACCESS_KEY_ID",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
        ]
        return [str(source) for source in known[3:]]

    shared = f"{tmp_path}/.aws/credentials and {tmp_path}/.aws/config (no such files)"
    container = "the role of the container ({})"
    instance = "the role of the instance ({})"
    ends = [container.format("not set"), instance.format("gives no credentials")]
    assert states() == [shared, *ends]
    (tmp_path / "boto.cfg").touch()
    assert states() == [shared, f"the configuration of boto ({tmp_path}/boto.cfg)", *ends]
    (tmp_path / ".boto").touch()
    assert states() == [shared, "the configuration of boto (~/.boto)", *ends]
    assert states(offline=True)[-1] == instance.format("not asked with --offline")
    for name in ("RELATIVE", "FULL"):
        variable = f"AWS_CONTAINER_CREDENTIALS_{name}_URI"
        environ.setenv(variable, "")
        assert states()[-2] == container.format("set")
        environ.delenv(variable)
    for value, state in (("True", "disabled by AWS_EC2_METADATA_DISABLED"), ("false", "gives no ")):
        environ.setenv("AWS_EC2_METADATA_DISABLED", value)
        assert states()[-1].startswith(f"the role of the instance ({state}")


def test_what_was_passed_over():
    known = [NOT_SET, FILLED, UNASKED, CredentialSource("D", "set", filled=True)]
    assert [
        credential_sources.passed_over(known, used) for used in ("A x", "B", "C", "D", "E")
    ] == [
        "; not used: B (set), D (set)",
        "; looked at before: A (not set); not used: D (set)",
        "; looked at before: A (not set), B (set); not used: D (set)",
        "; looked at before: A (not set), B (set), C (not asked with --offline)",
        "; looked at before: A (not set), B (set), C (not asked with --offline), D (set)",
    ]


def test_files_that_others_can_use(environ, tmp_path):
    texts = {
        "keys": "AWSSecretKey=s\n",
        "credentials": "[default]\naws_secret_access_key=s\n",
        "config": "[default]\naws_secret_access_key=s\n",
        "client": "ClientProxyPassword=s\n",
    }
    names = {name: str(tmp_path / name) for name in texts}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    environ.setenv("AWS_SHARED_CREDENTIALS_FILE", names["credentials"])
    environ.setenv("AWS_CONFIG_FILE", names["config"])
    environ.setenv("CLIENT_CONFIG_FILE", names["client"])
    configuration: Any = SimpleNamespace(
        settings=SimpleNamespace(credential_file=names["keys"], unread={})
    )

    def exposed(mode: int) -> list[str]:
        for name in names:
            (tmp_path / name).chmod(mode)
        return credential_sources.exposed_files(configuration)

    assert exposed(0o600) == []
    assert credential_sources.changeable_files(configuration) == {}
    for mode in (0o640, 0o604, 0o620, 0o602):
        assert exposed(mode) == list(names.values()), oct(mode)
    assert credential_sources.changeable_files(configuration) == dict.fromkeys(names.values(), "")
    # Only those with a secret.
    for name in ("credentials", "config", "client"):
        (tmp_path / name).write_text("[default]\nregion=x\n")
    assert exposed(0o644) == [names["keys"]]
    configuration.settings.credential_file = None
    assert exposed(0o644) == []


def test_a_key_that_expires_while_a_command_runs(environ):
    """Without the variable's name, it would be said that the key was refreshed."""
    for name, value in (("AWS_ACCESS_KEY_ID", KEY_ID), ("AWS_SECRET_ACCESS_KEY", "s")):
        environ.setenv(name, value)
    soon = datetime.now(timezone.utc) + timedelta(minutes=5)
    environ.setenv("AWS_CREDENTIAL_EXPIRATION", soon.isoformat())
    settings: Any = SimpleNamespace(keys=None, credential_file=None, unread={})
    keys = find_keys(AWSConfig.for_settings(settings))
    assert frozen(keys).access_key == KEY_ID
    environ.setenv("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z")
    with pytest.raises(InvalidSetting, match=r"AWS_CREDENTIAL_EXPIRATION is 2020.* in the past; s"):
        frozen(keys)


@pytest.mark.parametrize("name", ["metadata_service_timeout", "metadata_service_num_attempts"])
def test_a_setting_of_the_chain_that_is_no_number(name, environ, tmp_path):
    config = tmp_path / "config"
    environ.setenv("AWS_CONFIG_FILE", str(config))
    environ.setenv("AWS_EC2_METADATA_DISABLED", "true")
    variable = f"AWS_{name.upper()}"
    settings: Any = SimpleNamespace(keys=None, credential_file=None, unread={})
    for text, value, said in (
        ("abc", None, "abc"),
        ("", None, ""),
        ("5", "1.5", "1.5"),
        ("abc", "", ""),
        ("\n a = b", None, "{'a': 'b'}"),
        (" 5 ", None, None),
        ("abc", "5", None),
    ):
        config.write_text(f"[default]\n{name} = {text}\n")
        environ.delenv(variable, raising=False)
        if value is not None:
            environ.setenv(variable, value)
        aws_config = AWSConfig.for_settings(settings)
        if said is None:
            assert find_keys(aws_config) is None
            continue
        with pytest.raises(InvalidSetting) as raised:
            find_keys(aws_config)
        assert str(raised.value) == f"invalid AWS setting {name}: {said}; use a whole number"
    config.write_text(f"[default]\n{name} = 1.5\n")
    environ.delenv(variable)
    for offline in (False, True):
        found = credentials.check(Configuration(offline=offline)).diagnosis
        said = f"invalid AWS setting {name}: 1.5; use a whole number"
        assert shown(found) == f"wrong: {said}"


USED = Credentials(KEY_ID, "s")
PLACEHOLDER = (
    "wrong (brackets): AWS_X has the placeholder in angle brackets instead of an access key; fill "
    "in your access key"
)
KNOWN = [
    CredentialSource("C", "not set", filled=False),
    CredentialSource("AWS_X", "set", filled=True),
    FILLED,
]
NO_ZONE = datetime(2030, 1, 1)  # noqa: DTZ001 - without a time zone


@pytest.mark.parametrize(
    ("keys", "more", "diagnosis"),
    [
        (USED, {}, "ok: access key AKIA...MPLE from AWS_X"),
        (Credentials(KEY_ID, "s", "t"), {}, "ok: temporary access key AKIA...MPLE from AWS_X"),
        (Credentials("<id>", "s"), {}, PLACEHOLDER),
        (Credentials("i", "<s>"), {}, PLACEHOLDER),
        (Credentials("", "s"), {}, EMPTY_KEY),
        (Credentials("i", ""), {}, EMPTY_KEY),
        (
            RefreshableCredentials("i", "s", "t", NO_ZONE, dict, "env"),
            {},
            (
                "wrong: AWS_X: the time at which the credentials expire has no time zone: "
                '2030-01-01 00:00:00; add it to the time, such as "Z" for UTC'
            ),
        ),
        (
            USED,
            {"known": KNOWN},
            (
                "ok: access key AKIA...MPLE from AWS_X; looked at before: C (not set); not used: "
                "B (set)"
            ),
        ),
        (
            USED,
            {"exposed": ["a b", "c"]},
            (
                "warning (readable-by-others): access key AKIA...MPLE from AWS_X; a b and c can "
                "be used by other users; run: chmod 600 'a b' c"
            ),
        ),
        (
            USED,
            {"file": "keys", "unused": "AWS_X", "exposed": ["keys"]},
            (
                "warning (unused-key): access key AKIA...MPLE from AWS_CREDENTIAL_FILE keys; AWS_X "
                "is not used; keys can be used by other users; to use it, run: unset "
                "AWS_CREDENTIAL_FILE; otherwise run: unset AWS_X; run: chmod 600 keys"
            ),
        ),
        (USED, {"file": "keys"}, "ok: access key AKIA...MPLE from AWS_CREDENTIAL_FILE keys"),
        (
            USED,
            {"place": "profile work"},
            "ok: access key AKIA...MPLE from profile work in a and b",
        ),
    ],
)
def test_an_access_key_that_is_used(keys, more, diagnosis, environ):
    environ.setenv("AWS_SHARED_CREDENTIALS_FILE", "a")
    environ.setenv("AWS_CONFIG_FILE", "b")
    environ.setattr(credential_sources, "exposed_files", lambda _: more.get("exposed", []))
    configuration = of_source(more.get("place", "AWS_X"), more.get("file"))
    configuration.settings.unused = more.get("unused", "")
    environ.setattr(credential_sources, "changeable_files", lambda _: {})
    used = credentials.Credentials(credentials._used(configuration, keys, more.get("known", ())))
    environ.setattr(credentials, "_access", lambda _: used)
    assert shown(credentials.check(configuration).diagnosis) == diagnosis


# Which credentials are used, and which proxy and key for requests.


def configured(**attributes: Any) -> Any:
    """A configuration of which only these attributes are used."""
    aws_config = SimpleNamespace(session=attributes.pop("session", None))
    base = {"settings": None, "aws_config": aws_config, "offline": False, "is_read": True}
    return SimpleNamespace(**{**base, **attributes})


ASKED = ("assume-role", "assume-role-with-web-identity", "login", "sso")
RUN_OR_ASKED = (*ASKED, "custom-process", "container-role", "iam-role")


@pytest.mark.parametrize("before", [False, True])
def test_which_credentials_are_used(before, monkeypatch):
    """Offline, no method that asks is used, and no key that comes after one."""
    without = []
    keys: list[Any] = []

    def find(aws_config: Any, **more: Any) -> Any:
        without.append(tuple(more["without"]))
        return keys[0]

    monkeypatch.setattr(credential_sources, "find_keys", find)
    monkeypatch.setattr(
        credential_sources,
        "_would_ask_before",
        lambda method, _: before and method == "config-file",
    )

    def used(*, offline: bool, own: Any = None) -> Any:
        settings = SimpleNamespace(keys=own)
        return credential_sources.find(configured(settings=settings, offline=offline))

    for found in (SimpleNamespace(method="config-file"), None):
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
    def read(_: object) -> AWSConfig:
        raise Failure("no")

    environ.setattr(AWSConfig, "for_settings", read)
    found = Configuration(offline=True)
    assert not found.is_read
    assert {name: str(failure) for name, failure in found.failures.items()} == {"environment": "no"}


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
