"""A policy that the shell took apart: recognised, put together if that is certain, never guessed.

The shells are the real ones. A command that writes down its words stands in for ours.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.requirements import need

from iamcli.policies.unquoted import FORM, explain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "iam-useruploadpolicy"
DUMPER = """#!/bin/sh
printf '%s\\0' "$@" >"$WORDS"
"""

# ---------------------------------------------------------------- the shells, one line at a time


class Room:
    """An empty folder, a shell, and a command that writes down its words."""

    def __init__(self, shell: str, folder: Path) -> None:
        self.shell = shell
        self.words = folder / "words"
        self.empty = folder / "empty"
        self.empty.mkdir()
        command = folder / "bin" / NAME
        command.parent.mkdir()
        command.write_text(DUMPER)
        command.chmod(0o755)
        self.environment = {
            "PATH": f"{command.parent}:/usr/bin:/bin",
            "HOME": str(self.empty),
            "WORDS": str(self.words),
            "LC_ALL": "C.UTF-8",
        }

    def type(self, line: str) -> list[str] | None:
        """Run a line; give the words that the command got, None if it was never reached."""
        self.words.unlink(missing_ok=True)
        done = subprocess.run(
            [self.shell, "-c", line],
            cwd=self.empty,
            env=self.environment,
            capture_output=True,
            check=False,
            timeout=30,
        )
        if not self.words.exists():
            assert done.returncode != 0
            return None
        return self.words.read_bytes().decode().split("\0")[:-1]


@pytest.fixture(params=["bash", "dash", "zsh", "fish"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Room:
    need(request.param)
    return Room(request.param, tmp_path)


class Line(NamedTuple):
    typed: str
    policy: str
    refused_by: set[str]
    advice: str = "Type it like this:"


def plain(policy: str, *refused_by: str) -> Line:
    return Line(policy, policy, set(refused_by))


DOLLAR = "Unless it held a $ (as in ${aws:username}), which the shell has replaced, type:"
ALL = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
TWO = (
    '{"Version":"2012-10-17","Statement":[{"Sid":"One","Effect":"Allow","Action":["s3:Get*",'
    '"s3:List*"],"Resource":"*"},{"Effect":"Deny","NotAction":"iam:*","Resource":["*"]}]}'
)
OBJECT = '{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"ec2:*","Resource":"*"}}'
BUCKET = (
    '{"Id":"my-policy","Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},'
    '"Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/a.b/*",'
    '"Condition":{"StringLike":{"aws:username":"bob","s3:prefix":"home/b*"},'
    '"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}}'
)
# zsh takes [ for a pattern that matches nothing; fish does so with an unquoted *.
LINES = {
    "issue": plain(ALL, "zsh"),
    "two statements": plain(TWO, "zsh"),
    "an object": plain(OBJECT),
    "a bucket": plain(BUCKET)._replace(advice=DOLLAR),
    "blanks after : and ,": Line(
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}', ALL, {"zsh"}
    ),
    "blanks everywhere": Line(
        '{ "Statement" : [ { "Effect" : "Allow" , "Action" : "*" , "Resource" : "*" } ] }',
        ALL,
        {"zsh"},
    ),
    "only outer quotes": Line(f'"{ALL}"', ALL, {"zsh", "fish"}),
    "only outer quotes, with blanks": Line(
        '"{"Version": "2008-10-17", "Statement": '
        '{"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"}}"',
        OBJECT.replace("ec2:*", "ec2:RunInstances"),
        {"zsh", "fish"},
    ),
    "only outer quotes, no pattern": Line(
        '"{"Statement":{"Effect":"Deny","Action":"a:B","Principal":{"AWS":"123456789012"}}}"',
        '{"Statement":{"Effect":"Deny","Action":"a:B","Principal":{"AWS":"123456789012"}}}',
        set(),
        DOLLAR,
    ),
    "typographic quotes around it": Line(f"\u2018{OBJECT}\u2019", OBJECT, set()),
    "typographic quotes": Line(
        OBJECT.replace(':"', ":\u201c").replace('"', "\u201d").replace("*", "\\*"), OBJECT, set()
    ),
}


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("after", [[], ["-p", "AllAccessPolicy", "--url", "http://localhost:1"]])
def test_line_that_is_shown_does_what_was_meant(room: Room, name: str, after: list[str]) -> None:
    line = LINES[name]
    before = ["-u", "it's me", *([] if after else ["-p", "AllAccessPolicy"])]
    words = room.type(f"{NAME} {shlex.join(before)} -o {line.typed} {shlex.join(after)}")
    if room.shell in line.refused_by:
        assert words is None
        return
    assert words is not None
    told = explain(NAME, words)
    assert told is not None
    first, advice, shown = told.split("\n")
    assert first.endswith("; nothing was sent.")
    expected = [*before, "-o", line.policy, *after]
    assert advice == line.advice
    assert shown == "  " + shlex.join([NAME, *expected])
    assert room.type(shown) == expected


@pytest.mark.parametrize(
    ("typed", "refused_by"),
    [
        ("{", {"fish"}),
        ('{"Statement":[{"Effect":"Allow"', {"zsh", "fish"}),
        ('{"Version":"2012-10-17", "Statement":{"Effect":"Allow","Action":"*"}}', {"zsh"}),
        ('{"Statement":[{"Sid":"a b","Effect":"Allow","Action":"*","Resource":"*"}]}', {"zsh"}),
        ('{"Statement":[{"Sid":"a,b","Effect":"Allow","Action":"*","Resource":"*"}]}', {"zsh"}),
        ('{"Statement":[{"Sid":"a{b","Effect":"Allow","Action":"*","Resource":"*"}]}', {"zsh"}),
    ],
)
def test_what_is_not_certain_is_not_shown(room: Room, typed: str, refused_by: set[str]) -> None:
    words = room.type(f"{NAME} -u Bob -o {typed} -p 'My Policy'")
    assert (words is None) == (room.shell in refused_by)
    if words:
        assert_only_the_form(explain(NAME, words), f"{NAME} -u Bob -o {FORM} -p 'My Policy'")


def test_escaped_quotes_do_not_keep_braces_from_expanding(room: Room) -> None:
    words = room.type(f"{NAME} -o " + OBJECT.replace('"', '\\"').replace("*", "\\*"))
    assert words
    told = explain(NAME, words)
    if room.shell == "dash":
        assert words == ["-o", OBJECT]
        assert told is None
    else:
        assert offered(told) == OBJECT


def test_variable_without_quotes_is_only_cut_at_blanks(room: Room) -> None:
    pretty = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    setting = f"set POLICY '{pretty}'" if room.shell == "fish" else f"POLICY='{pretty}'"
    words = room.type(f"{setting}; {NAME} -o $POLICY -u Bob")
    assert words
    if room.shell in {"zsh", "fish"}:
        # These do not cut it.
        assert words == ["-o", pretty, "-u", "Bob"]
        assert explain(NAME, words) is None
        return
    assert len(words) > 4
    assert offered(explain(NAME, words)) == ALL


def assert_only_the_form(told: str | None, line: str) -> None:
    assert told is not None
    _, advice, shown = told.split("\n")
    assert "cannot be told for certain" in advice
    assert shown == f"  {line}"


def offered(told: str | None, *, unless_dollar: bool = True) -> str | None:
    """Give the policy that is offered; None if it is not, or only on a condition."""
    assert told is not None
    _, advice, shown = told.split("\n")
    if FORM in shown:
        return None
    if advice == DOLLAR and not unless_dollar:
        return None
    words = shlex.split(shown)
    return words[words.index("-o") + 1]


# ------------------------------------------------------------------------ no shell is needed here


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["-u", "Bob"],
        ["-o"],
        ["-o", "-u", "Bob"],
        ["-o", "text"],
        ["-o", "policy.json", "-u", "Bob"],
        ["-o", "C:\\policies\\all.json"],
        ["-o", "http://example.com/policy"],
        ["-o", "[1, 2]"],
        ["-o", "17"],
        ["-o", "{}"],
        ["-o", ALL],
        ["-o", ALL, "extra"],
        ["-o", json.dumps(json.loads(TWO), indent=2)],
        ["-o", ALL.replace("}]", ",}]")],
        ["-f", "-o", "{Statement:"],
        ["-f", "{Statement:[{Effect:Allow,Action:*,Resource:*}]}"],
    ],
)
def test_what_no_shell_tore_is_left_alone(words: list[str]) -> None:
    assert explain(NAME, words) is None


def test_curly_quotes_are_straightened() -> None:
    curly = '{“Statement”: [{“Effect”: “Allow”, “Action”: "*", ‘Resource’: "*"}]}'  # noqa: RUF001
    straight = ALL.replace(":", ": ").replace(",", ", ")
    for policy in (curly, straight.replace('"', "'")):
        told = explain(NAME, ["-u", "Bob", "-o", policy, "-d"])
        assert told == (
            "The policy's quotes are not the straight double ones of JSON; nothing was sent.\n"
            "Type it like this:\n"
            f"  {NAME} -u Bob -o '{straight}' -d"
        )


def test_curly_quotes_inside_a_text_are_no_quotes_of_it() -> None:
    told = explain(NAME, ["-o", "{“Id”:“it’s”,“Statement”:[]}"])  # noqa: RUF001
    assert offered(told) == '{"Id":"it’s","Statement":[]}'  # noqa: RUF001


def test_curly_quotes_that_do_not_help_show_the_form() -> None:
    assert_only_the_form(explain(NAME, ["-o", "{“Id”:“a"]), f"{NAME} -o {FORM}")


def test_another_option_can_take_the_policy() -> None:
    words = ["-x", "{Statement:[{Effect:Allow,Action:*,Resource:*}]}"]
    assert explain("iam-x", words) is None
    told = explain("iam-x", words, option="-x")
    assert told is not None
    assert told.endswith(f"\n  iam-x -x '{ALL}'")


def test_every_occurrence_of_the_option_is_looked_at() -> None:
    words = ["-o", "text", "-o", "{Statement:[{Effect:Allow,Action:*,Resource:*}]}"]
    assert offered(explain(NAME, words[2:])) == ALL
    assert explain(NAME, words) is not None


@pytest.mark.parametrize(
    ("rest", "advice"),
    [
        ("Resource:*", "Type it like this:"),
        ("Resource:[*]", "Type it like this:"),
        ("Principal:*", "Type it like this:"),
        ("Resource:arn:aws:s3:::bucket", DOLLAR),
        ("NotResource:[arn:aws:s3:::bucket]", DOLLAR),
        ("Principal:{AWS:123456789012}", DOLLAR),
        ("Resource:*,Condition:{StringLike:{aws:username:bob}}", DOLLAR),
    ],
)
def test_a_lost_dollar_is_thought_of_where_there_could_have_been_one(
    rest: str, advice: str
) -> None:
    told = explain(NAME, ["-o", f"{{Statement:[{{Effect:Allow,Action:s3:Get*,{rest}}}]}}"])
    assert told is not None
    assert told.split("\n")[1] == advice


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ("{Bool:{aws:MultiFactorAuthPresent:true}}", "whether true stood in quotes"),
        ("{NumericLessThan:{s3:max-keys:10}}", "whether 10 stood in quotes"),
        ("{StringLike:{s3:prefix:[a,b]}}", "where each value of s3:prefix ends"),
        ("{StringLike:{s3:prefix:home/}}", "whether a $ in it was replaced"),
        ("{StringLike:{aws:RequestTag/a:b:c}}", "where the key aws:RequestTag/a ends"),
        ("{StringLike:{s3:prefix: a}}", "the blanks in its texts"),
    ],
)
def test_what_is_missing_is_named(words: str, missing: str) -> None:
    statement = f"{{Effect:Allow,Action:*,Resource:*,Condition:{words}}}"
    told = explain(NAME, ["-o", f"{{Statement:{statement}}}"])
    assert_only_the_form(told, f"{NAME} -o {FORM}")
    assert f"(the words no longer show {missing})" in str(told)


def test_a_blank_at_the_edge_of_a_text_is_no_layout() -> None:
    words = ["{Statement:", "{Effect:", "Allow,", "Action:", "a:b,", "Resource:", "*,"]
    assert offered(explain(NAME, ["-o", *words, "Sid:", "a}}"]))
    assert_only_the_form(explain(NAME, ["-o", *words, "Sid: a}}"]), f"{NAME} -o {FORM}")


def test_a_member_between_two_statements_may_belong_to_either() -> None:
    statement = {"Effect": "Allow", "Action": "a:b", "Resource": "*"}
    with_id = {"Sid": "S", **statement}
    rows = [statement, statement, with_id, statement]
    words = tear_like_bash({"Statement": rows})
    assert words == tear_like_bash({"Statement": [statement, {**statement, "Sid": "S"}, *rows[:2]]})
    told = explain(NAME, ["-o", *words])
    assert_only_the_form(told, f"{NAME} -o {FORM}")
    assert "where each statement ends" in str(told)


def tear_like_bash(policy: dict[str, Any]) -> list[str]:
    """Tear a policy of several statements that hold texts only, without looking at our own code."""
    words = []
    for at, statement in enumerate(policy["Statement"]):
        first = "Statement:[" if at == 0 else ""
        last = "]" if at == len(policy["Statement"]) - 1 else ""
        words += [f"{first}{key}:{text}{last}" for key, text in statement.items()]
    return words


@pytest.mark.parametrize(
    "words",
    [
        ["{" * 100_000],
        ["{a," * 30_000],
        ["{a,b}" * 30],
        ["{" + "a" * 60_000 + "{" + "," * 60_000 + "}}"],
        ["Statement:[Effect:Allow", *["Sid:]"] * 50_000],
        ["Statement:[Effect:Allow", *["b]"] * 6_000],
        ["{" + "[" * 90_000],
    ],
)
def test_nonsense_is_answered_at_once(words: list[str]) -> None:
    assert_only_the_form(explain(NAME, ["-o", *words]), f"{NAME} -o {FORM}")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(),
            st.text(alphabet='{}[]:,"“ \n'),
            st.sampled_from(
                ["-o", "-u", "{", "Statement:[", "Statement:", "Effect:Allow", "Action:[a:b",
                 "a:b]", "Resource:*]", "Sid:", "Condition:{StringLike:{a:b:c}}", "[", "]"]
            ),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_no_words_are_too_odd(words: list[str]) -> None:
    assert isinstance(explain(NAME, ["-o", *words]), str | None)


# --------------------------------------------------- any policy of the grammar, torn by real shells


class Tearing:
    """One shell that tears line after line; a line that it refuses ends only its own fork."""

    def __init__(self, shell: list[str], folder: Path) -> None:
        program = 'while IFS= read -r line; do (eval "$line"); echo; echo END; done'
        self.process = subprocess.Popen(
            [*shell, "-c", program],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def type(self, operand: str) -> list[str] | None:
        """Give the words that ``-o OPERAND`` becomes; None if the shell refuses them."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"printf '%s\\0' -u Bob -o {operand} -p P\n".encode())
        self.process.stdin.flush()
        answer = b""
        while not answer.endswith(b"END\n"):
            line = self.process.stdout.readline()
            assert line, "the shell has ended"
            answer += line
        return answer.decode().split("\0")[:-1] or None

    def close(self) -> None:
        self.process.communicate()


@pytest.fixture(scope="module")
def bash(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tearing]:
    yield from tearing("bash", ["bash", "--norc", "--noprofile"], tmp_path_factory)


@pytest.fixture(scope="module")
def dash(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tearing]:
    yield from tearing("dash", ["dash"], tmp_path_factory)


def tearing(name: str, shell: list[str], folders: pytest.TempPathFactory) -> Iterator[Tearing]:
    need(name)
    process = Tearing(shell, folders.mktemp(name))
    yield process
    process.close()


ACTIONS = [
    "*",
    "s3:*",
    "s3:Get*",
    "iam:List?ers",
    "ec2:RunInstances",
    "sts:AssumeRole",
    "dynamodb:*",
]
ARNS = [
    "arn:aws:s3:::bucket",
    "arn:aws:s3:::my-bucket.example/a_b/*",
    "arn:aws:iam::123456789012:user/division/Bob@x+y=z",
    "arn:aws-cn:sns:*:123456789012:topic",
    "arn:aws:logs:us-east-1:123456789012:log-group:/aws/x:*",
    "arn:aws:iam::123456789012:root",
]
TEXTS = [
    "bob",
    "home/*",
    "repo:org/name:ref",
    "a.b-c_d@e",
    "https://x.example/y",
    "*",
    "Zoë",
    "x=1",
]
# What a text may hold that the shell takes or that its remains do not show.
ODD = [
    *("", " ", "a b", " a", "a ", "a, b", "a,b", "a: b", "a{b", "a}b", "a{b,c}d", "a[b", "a]"),
    *("true", "false", "null", "3600", "-1", "1.5", "it's", "a\\b", 'a"b', "a`b"),
    *("arn:aws:s3:::b/a,b", "arn:aws:s3:::b/a b", "arn:aws:iam::1:user/a,b", "cn=x,ou=y"),
    *("Allow", "Effect:Allow", "aws:x:y", "\u201ca\u201d", "it\u2019s"),
]
# IAM knows variables in resources and conditions only.
VARIABLES = [
    *("${aws:username}", "home/${aws:username}/*", "x-${aws:userid}", "${aws:username}-x"),
    *("arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::${aws:username}", "a${aws:username}b"),
    *("arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/x${aws:username}*", "10.${aws:a}0.0.1"),
    *("a$", "$HOME"),
]


def one_or_more(values: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.one_of(values, st.lists(values, min_size=1, max_size=3))


def objects(
    required: dict[str, st.SearchStrategy[Any]], optional: dict[str, st.SearchStrategy[Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    """Make objects whose members stand in any order."""
    return st.fixed_dictionaries(required, optional=optional).flatmap(
        lambda members: st.permutations(list(members.items())).map(dict)
    )


def some_of(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return objects({}, members).filter(bool)


def policies(odd: list[str], most: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    """Make policies of the common grammar, whose texts may also be odd ones."""

    def texts(*usual: str) -> st.SearchStrategy[str]:
        return st.sampled_from([*usual, *odd])

    def with_variables(*usual: str) -> st.SearchStrategy[str]:
        return texts(*usual, *(VARIABLES if odd else []))

    principal = st.one_of(
        st.just("*"),
        some_of(
            AWS=one_or_more(texts("123456789012", "*", ARNS[2])),
            Service=one_or_more(texts("ec2.amazonaws.com", "s3.amazonaws.com")),
            Federated=texts("www.amazon.com", "arn:aws:iam::123456789012:saml-provider/p"),
            CanonicalUser=texts("79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"),
        ),
    )
    free = one_or_more(with_variables(*TEXTS))
    condition = some_of(
        **{
            "StringLike": some_of(**{"aws:username": free, "s3:prefix": free, "SAML:aud": free}),
            "ForAnyValue:StringEqualsIfExists": some_of(**{"aws:TagKeys": free}),
            "IpAddress": some_of(
                **{"aws:SourceIp": one_or_more(with_variables("10.0.0.0/8", "::1"))}
            ),
            "ArnLike": some_of(**{"aws:SourceArn": one_or_more(with_variables(*ARNS))}),
            "DateLessThan": some_of(**{"aws:CurrentTime": with_variables("2013-08-16T12:00:00Z")}),
        }
    )
    actions = one_or_more(texts(*ACTIONS))
    resources = one_or_more(with_variables("*", *ARNS))
    statement = st.one_of(
        [
            objects(
                {"Effect": st.sampled_from(["Allow", "Deny"]), action: actions, on: value},
                {"Sid": texts("", "Stmt1", "MyId"), "Condition": condition},
            )
            for action in ("Action", "NotAction")
            for on, value in [
                ("Resource", resources),
                ("NotResource", resources),
                ("Principal", principal),
                ("NotPrincipal", principal),
            ]
        ]
    )
    return objects(
        {"Statement": st.one_of(statement, st.lists(statement, min_size=1, max_size=most))},
        {
            "Version": st.sampled_from(["2012-10-17", "2008-10-17"]),
            "Id": texts("my-policy", "cd3ad3d9-2776-4ef1-a904-4c229d1642ee"),
        },
    )


def compact(policy: dict[str, Any]) -> str:
    return json.dumps(policy, separators=(",", ":"), ensure_ascii=False)


THOROUGH = settings(
    max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


@THOROUGH
@given(policy=policies([]))
def test_any_policy_torn_by_bash_comes_back(bash: Tearing, policy: dict[str, Any]) -> None:
    words = bash.type(compact(policy))
    assert words is not None
    assert offered(explain(NAME, words)) == compact(policy)


def blanks(policy: dict[str, Any], comma: str = ", ", colon: str = ": ", **more: Any) -> str:
    text = json.dumps(policy, separators=(comma, colon), ensure_ascii=False, **more)
    return " ".join(text.split("\n"))


LAYOUTS = {
    "compact": compact,
    "blanks": blanks,
    "blanks after commas": lambda policy: blanks(policy, colon=":"),
    "blanks after colons": lambda policy: blanks(policy, comma=","),
    "indented": lambda policy: blanks(policy, indent=2),
    "one blank": lambda policy: blanks(policy, comma=",", indent=0),
    "only outer quotes": lambda policy: f'"{compact(policy)}"',
    "only outer quotes, with blanks": lambda policy: f'"{blanks(policy)}"',
}


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(THOROUGH, max_examples=100)
@given(policy=policies(ODD, most=6))
def test_nothing_is_guessed(
    bash: Tearing, dash: Tearing, layout: str, policy: dict[str, Any]
) -> None:
    for shell in (bash, dash):
        words = shell.type(LAYOUTS[layout](policy))
        told = explain(NAME, words) if words else None
        if told:
            has_dollar = "$" in compact(policy)
            assert offered(told, unless_dollar=not has_dollar) in {None, compact(policy)}, words
