"""Any command line ends with 0, 1 or 130 and no traceback; nothing is sent before it is checked."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from support.random_lines import ANY_TEXT, COMMANDS, PARTS, lines, subcommand_lines
from support.selection import in_full
from support.stub import refused

from iamcli.parsing.options import UsageError
from iamcli.parsing.parser import HelpRequested, VersionRequested, parse, parsed
from iamcli.parsing.suggestions import with_ascii_dashes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support.forked import Done, ForkRunner
    from support.shell import Shell
    from support.stub import Endpoint, Stub

    from iamcli.parsing.options import Option

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


def check(run: ForkRunner | Shell, endpoint: Endpoint, line: list[str]) -> Done:
    """Assert what holds for every command line of a command."""
    endpoint.requests.clear()
    done = run(*line)
    assert done.status in (0, 1, 130), done
    assert_quiet(done)
    if done.status == 1:
        assert done.err.startswith(f"{line[0]}: ")
    if {"-h", "--help"} & set(line[1:]):
        assert (done.status, done.err, endpoint.requests) == (0, "", [])
    if endpoint.requests:
        assert ANSWER in done.err
        assert len(endpoint.requests) == 1
    elif done.status == 0:
        assert ANSWERED_BEFOREHAND & set(line) or "nothing was sent" in done.err
    return done


def assert_quiet(done: Done) -> None:
    """Assert that no stream has an internal error or a secret."""
    for word in ("Traceback", "internal error", "iamcli/", *PARTS):
        assert word not in done.err
    assert [part for part in PARTS if part in done.out] == []


def assert_advice_parses(line: Sequence[str]) -> None:
    """Assert that a line that is advised has the options and values that were typed."""
    program, *arguments = line
    options = COMMANDS[program].all_options
    text = said_of(program, arguments)
    assert [part for part in PARTS if part in text] == []
    whole = rf"(?s)(?:write|type): ((?:env |iamcli explain )?.*?\b{program}\b .*)"
    if not (advised := re.search(whole, text)) or advised[1] == f"{program} -h":
        return
    words = shlex.split(advised[1])
    words = words[words.index(program) + 1 :]
    # Only the first mistake of a line is reported; this may be the second one.
    second = said_of(program, words)
    assert "is not a valid option" not in second
    assert "No argument is allowed" not in second
    names = {name for option in options for name in option.names}
    typed = named(options, [with_ascii_dashes(names, word) for word in arguments])
    kept = [option for option, _ in typed if option.dest != "credential_file"]
    for option, value in named(options, words):
        assert value == option.metavar or any(word.endswith(value) for word in arguments)
        kept = [each for each in kept if each is not option]
    assert [option.name for option in kept] == []


def said_of(program: str, arguments: Sequence[str]) -> str:
    """Return the error for these arguments, with its hint, or ""."""
    try:
        parse(program, COMMANDS[program].all_options, arguments)
    except UsageError as error:
        return "; ".join(filter(None, (str(error), error.hint)))
    except (HelpRequested, VersionRequested):
        pass
    return ""


def named(options: Sequence[Option], arguments: Sequence[str]) -> list[tuple[Option, str]]:
    """Return the options that name an entity, with their values."""
    found = ((option, value) for option, _, value in parsed(options, arguments) if value)
    return [(option, value) for option, value in found if option and not option.secret]


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


#: How many lines each of the four seeds draws in make test-full.
LINES = int(os.environ.get("LINES", "500"))
SEEDS = [None, *(in_full(number) for number in range(1, 5))]


@pytest.mark.parametrize("number", SEEDS)
def test_any_arguments(number, run_fast, stub):
    """``LINES=7500 make test-full TESTS=...`` runs 30,000 lines."""
    endpoint = hermetic(run_fast, stub)

    @settings(HARD, max_examples=LINES if number else 220, database=None)
    @given(line=lines())
    def draw(line: list[str]) -> None:
        check(run_fast, endpoint, line)

    (seed(number)(draw) if number else draw)()


@pytest.mark.parametrize("number", SEEDS)
def test_any_advice(number):
    @settings(HARD, max_examples=2 * LINES if number else 600, database=None)
    @given(line=lines())
    def draw(line: list[str]) -> None:
        assert_advice_parses(line)

    (seed(number)(draw) if number else draw)()


@pytest.mark.parametrize("number", SEEDS)
def test_any_arguments_of_a_subcommand(number, run_fast, stub):
    endpoint = hermetic(run_fast, stub)

    @settings(HARD, max_examples=LINES // 5 if number else 80, database=None)
    @given(line=subcommand_lines())
    def draw(line: list[str]) -> None:
        endpoint.requests.clear()
        done = run_fast(*line)
        assert done.status in (0, 1, 2, 126, 127, 130)
        assert_quiet(done)
        if done.err.startswith(f"iamcli {line[1]}: "):
            assert endpoint.requests == [] or ANSWER in done.err

    (seed(number)(draw) if number else draw)()


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
