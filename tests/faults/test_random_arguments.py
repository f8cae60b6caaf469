"""Any command line ends with 0, 1 or 130 and no traceback; nothing is sent before it is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.stub import refused

from iamcli.cli import index

if TYPE_CHECKING:
    from support.forked import ForkRunner
    from support.shell import Shell
    from support.stub import Endpoint, Stub

COMMANDS = {command.name: command for command in index.commands()}
NAMES = st.sampled_from(sorted(COMMANDS))
#: The error code of the response to a request, which distinguishes it from a local error.
ANSWER = "Recorded: as far as it goes"
ANSWERED_BEFOREHAND = {"-h", "--help", "--version"}
HARD = settings(
    max_examples=250,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

ANY_TEXT = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"])
    | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF)
)
ARGUMENTS = (
    st.sampled_from(
        [
            "",
            "-",
            "--",
            "---",
            "-h",
            "-d",
            "--debug",
            "--version",
            "\u2013u",
            "\u2212v",
            "-uBob",
            "--url",
            "--url=http://127.0.0.1:1",
            "--url=::",
            "http://[",
            "a:b@c",
            "-u=",
            "-1",
            "0",
            "{",
            "{}",
            '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
            "[" * 999,
            "{Statement:[{Effect:Allow",
            "Action:*",
            "/",
            "/a",
            "Allow",
            "aCTIVE",
            "Base32String",
            "QRCodePNG",
            "file",
            ".",
            "file/x",
            "nowhere",
            "1",
            "1001",
            "9" * 5000,
            "�",
        ]
    )
    | ANY_TEXT
)


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """Draw a command with arguments that are often valid: its options, with and without values."""
    name = draw(NAMES)
    own = COMMANDS[name].all_options
    arguments = []
    for option in own:
        if option.required and draw(st.integers(0, 9)):
            arguments += [
                option.name,
                draw(ARGUMENTS if not option.choices else st.sampled_from(option.choices)),
            ]
    for _ in range(draw(st.integers(0, 4))):
        option = draw(st.sampled_from(own))
        piece = [option.name, draw(ARGUMENTS)] if draw(st.booleans()) else [draw(ARGUMENTS)]
        at = draw(st.integers(0, len(arguments)))
        arguments[at:at] = piece
    return [name, *arguments]


def check(run: ForkRunner | Shell, endpoint: Endpoint, line: list[str]) -> None:
    """Assert what holds for every command line."""
    endpoint.requests.clear()
    done = run(*line)
    assert done.status in (0, 1, 130), done
    for word in ("Traceback", "internal error", "iamcli/"):
        assert word not in done.err
    if done.status == 1:
        assert done.err.startswith(f"{line[0]}: ")
    if endpoint.requests:
        assert ANSWER in done.err
        assert len(endpoint.requests) == 1
    elif done.status == 0:
        assert ANSWERED_BEFOREHAND & set(line) or "nothing was sent" in done.err


def hermetic(run: ForkRunner | Shell, stub: Stub) -> Endpoint:
    """Have every request go to the stub, whatever address a command line names."""
    endpoint = stub.endpoint(refused("Recorded", "as far as it goes"))
    (run.home / "file").write_text("{}")
    proxy = f"http://127.0.0.1:{stub.port}"
    run.env |= {
        "AWS_IAM_URL": endpoint.url,
        "AWS_MAX_ATTEMPTS": "1",
        "IAMCLI_TIMEOUT": "5",
        "HTTP_PROXY": proxy,
        "HTTPS_PROXY": proxy,
    }
    return endpoint


@pytest.mark.full
@HARD
@given(line=lines())
def test_any_arguments(line, run_fast, stub):
    check(run_fast, hermetic(run_fast, stub), line)


@settings(HARD, max_examples=12)
@given(line=lines())
def test_any_arguments_from_a_shell(line, run, stub):
    check(run, hermetic(run, stub), line)


@pytest.mark.full
@settings(HARD, max_examples=100)
@given(
    name=NAMES,
    variables=st.dictionaries(
        st.sampled_from(
            [
                "AWS_IAM_URL",
                "AWS_CREDENTIAL_FILE",
                "CLIENT_CONFIG_FILE",
                "IAMCLI_TIMEOUT",
                "AWS_MAX_ATTEMPTS",
                "AWS_RETRY_MODE",
                "AWS_CA_BUNDLE",
                "AWS_CONFIG_FILE",
                "AWS_DEFAULT_REGION",
                "AWS_PROFILE",
                "AWS_ACCESS_KEY_ID",
                "AWS_SESSION_TOKEN",
                "IAMCLI_STRICT",
                "HOME",
                "LANG",
                "AWS_ENDPOINT_URL",
            ]
        ),
        st.sampled_from(["x", "/", ".", "file", "http://", "http://é", "0", "1", "nan", "legacy"])
        | ANY_TEXT.filter(bool),
    ),
)
def test_any_variables(name, variables, run_fast, stub):
    """Run a valid command line with variables of any value."""
    endpoint = hermetic(run_fast, stub)
    arguments = []
    for option in COMMANDS[name].options:
        if option.required:
            arguments += [option.name, option.choices[0] if option.choices else "file"]
    done = run_fast(name, *arguments, env=variables)
    assert done.status in (0, 1)
    for word in ("Traceback", "internal error", "iamcli/"):
        assert word not in done.err + done.out
    assert len(endpoint.requests) <= 1
