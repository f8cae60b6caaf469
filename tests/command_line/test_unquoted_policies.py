"""An unquoted policy: it is recognized, and restored only if that is certain.

The shells are real. The command is a script that records its arguments.
"""

from __future__ import annotations

import itertools
import json
import shlex
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.limits import TIMEOUT
from support.requirements import need
from support.selection import every

from iamcli.policies.unquoted import FORM, expand_braces, repair_policy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "iam-useruploadpolicy"
RECORDER = """#!/bin/sh
printf '%s\\0' "$@" >"$ARGUMENTS"
"""

# Command lines in the shells.


class RecordingShell:
    """A shell in an empty folder, and a command that records its arguments."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program = program
        self.arguments = folder / "arguments"
        self.empty = folder / "empty"
        self.empty.mkdir()
        command = folder / "bin" / NAME
        command.parent.mkdir()
        command.write_text(RECORDER)
        command.chmod(0o755)
        self.environment = {
            "PATH": f"{command.parent}:/usr/bin:/bin",
            "HOME": str(self.empty),
            "ARGUMENTS": str(self.arguments),
            "LC_ALL": "C.UTF-8",
        }

    def type(self, line: str) -> list[str] | None:
        """Run a line; return the arguments of the command, None if the shell did not start it."""
        self.arguments.unlink(missing_ok=True)
        done = subprocess.run(
            [self.program, "-c", line],
            cwd=self.empty,
            env=self.environment,
            capture_output=True,
            check=False,
            timeout=TIMEOUT,
        )
        if not self.arguments.exists():
            assert done.returncode != 0
            return None
        return self.arguments.read_bytes().decode().split("\0")[:-1]


@pytest.fixture(params=["bash", "dash", "zsh", "fish"])
def recording_shell(request: pytest.FixtureRequest, tmp_path: Path) -> RecordingShell:
    need(request.param)
    return RecordingShell(request.param, tmp_path)


class Line(NamedTuple):
    typed: str
    policy: str
    refused_by: set[str]
    advice: str = "Type this instead:"


def plain(policy: str, *refused_by: str) -> Line:
    return Line(policy, policy, set(refused_by))


UNQUOTED = "The shell changed the policy because it is not in single quotes; nothing was sent."
DOLLAR = "Type this instead, unless the policy contained a $ (as in ${aws:username}):"
ALL = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
TWO = (
    '{"Version":"2012-10-17","Statement":[{"Sid":"One","Effect":"Allow","Action":["s3:Get*",'
    '"s3:List*"],"Resource":"*"},{"Effect":"Deny","NotAction":"iam:*","Resource":["*"]}]}'
)
OBJECT = '{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"ec2:*","Resource":"*"}}'
BUCKET = (
    '{"Id":"my-policy","Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},'
    '"Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/a.b/*"}}'
)
# zsh reads [ as a pattern that matches nothing; fish an unquoted *.
LINES = {
    "issue": plain(ALL, "zsh"),
    "an object": plain(OBJECT),
    "a bucket": plain(BUCKET)._replace(advice=DOLLAR),
    "spaces after : and ,": Line(
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}', ALL, {"zsh"}
    ),
    "spaces everywhere": Line(
        '{ "Statement" : [ { "Effect" : "Allow" , "Action" : "*" , "Resource" : "*" } ] }',
        ALL,
        {"zsh"},
    ),
    "only outer quotes": Line(f'"{ALL}"', ALL, {"zsh", "fish"}),
    "only outer quotes, with spaces": Line(
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
def test_suggested_line_passes_the_policy(recording_shell, name, after):
    line = LINES[name]
    before = ["-u", "it's me", *([] if after else ["-p", "AllAccessPolicy"])]
    arguments = recording_shell.type(
        f"{NAME} {shlex.join(before)} -o {line.typed} {shlex.join(after)}"
    )
    if recording_shell.program in line.refused_by:
        assert arguments is None
        return
    assert arguments is not None
    message = repair_policy(NAME, arguments)
    assert message is not None
    first, advice, shown = message.split("\n")
    assert first.endswith("; nothing was sent.")
    expected = [*before, "-o", line.policy, *after]
    assert advice == line.advice
    assert shown == "  " + shlex.join([NAME, *expected])
    assert recording_shell.type(shown) == expected


@pytest.mark.parametrize(
    ("typed", "refused_by"),
    [
        ("{", {"fish"}),
        ('{"Statement":[{"Effect":"Allow"', {"zsh", "fish"}),
        ('{"Version":"2012-10-17", "Statement":{"Effect":"Allow","Action":"*"}}', {"zsh"}),
        (TWO, {"zsh"}),
        (OBJECT.replace("}}", ',"Condition":{"Bool":{"a:b":"true"}}}}'), set()),
        (f'"{TWO}"', {"zsh", "fish"}),
        (TWO.replace(":", ": ").replace(",", ", "), {"zsh"}),
        ('{"Statement":[{"Sid":"a b","Effect":"Allow","Action":"*","Resource":"*"}]}', {"zsh"}),
        ('{"Statement":[{"Sid":"a,b","Effect":"Allow","Action":"*","Resource":"*"}]}', {"zsh"}),
        ('{"Statement":[{"Sid":"a{b","Effect":"Allow","Action":"*","Resource":"*"}]}', {"zsh"}),
    ],
)
def test_uncertain_policy_is_not_suggested(recording_shell, typed, refused_by):
    arguments = recording_shell.type(f"{NAME} -u Bob -o {typed} -p 'My Policy'")
    assert (arguments is None) == (recording_shell.program in refused_by)
    if arguments:
        assert_only_the_form(
            repair_policy(NAME, arguments), f"{NAME} -u Bob -o {FORM} -p 'My Policy'"
        )


def test_escaped_quotes_do_not_keep_braces_from_expanding(recording_shell):
    arguments = recording_shell.type(f"{NAME} -o " + OBJECT.replace('"', '\\"').replace("*", "\\*"))
    assert arguments
    message = repair_policy(NAME, arguments)
    if recording_shell.program == "dash":
        assert arguments == ["-o", OBJECT]
        assert message is None
    else:
        assert offered(message) == OBJECT


def test_unquoted_variable_is_only_split_at_spaces(recording_shell):
    pretty = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    setting = (
        f"set POLICY '{pretty}'" if recording_shell.program == "fish" else f"POLICY='{pretty}'"
    )
    arguments = recording_shell.type(f"{setting}; {NAME} -o $POLICY -u Bob")
    assert arguments
    if recording_shell.program in {"zsh", "fish"}:
        # These do not split it.
        assert arguments == ["-o", pretty, "-u", "Bob"]
        assert repair_policy(NAME, arguments) is None
        return
    assert len(arguments) > 4
    message = repair_policy(NAME, arguments)
    assert offered(message) == ALL
    assert str(message).startswith(f"{UNQUOTED}\n")


def assert_only_the_form(message: str | None, line: str) -> None:
    assert message is not None
    _, advice, shown = message.split("\n")
    assert "cannot be determined" in advice
    assert shown == f"  {line}"


def offered(message: str | None, *, unless_dollar: bool = True) -> str | None:
    """Return the suggested policy; None if there is none, or only on a condition."""
    assert message is not None
    _, advice, shown = message.split("\n")
    if FORM in shown:
        return None
    if advice == DOLLAR and not unless_dollar:
        return None
    arguments = shlex.split(shown)
    return arguments[arguments.index("-o") + 1]


# Arguments without a shell.


@pytest.mark.parametrize(
    "arguments",
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
def test_other_arguments_have_no_message(arguments):
    assert repair_policy(NAME, arguments) is None


def test_curly_quotes_are_straightened():
    curly = '{“Statement”: [{“Effect”: “Allow”, “Action”: "*", ‘Resource’: "*"}]}'  # noqa: RUF001
    straight = ALL.replace(":", ": ").replace(",", ", ")
    for policy in (curly, straight.replace('"', "'")):
        message = repair_policy(NAME, ["-u", "Bob", "-o", policy, "-d"])
        assert message == (
            "The policy must use straight double quotes, as JSON does; nothing was sent.\n"
            "Type this instead:\n"
            f"  {NAME} -u Bob -o '{straight}' -d"
        )


def test_curly_quotes_inside_a_string_are_kept():
    message = repair_policy(NAME, ["-o", "{“Id”:“it’s”,“Statement”:[]}"])  # noqa: RUF001
    assert offered(message) == '{"Id":"it’s","Statement":[]}'  # noqa: RUF001


def test_curly_quotes_that_do_not_help_show_the_form():
    assert_only_the_form(repair_policy(NAME, ["-o", "{“Id”:“a"]), f"{NAME} -o {FORM}")


def test_every_occurrence_of_the_option_is_looked_at():
    arguments = ["-o", "text", "-o", "{Statement:[{Effect:Allow,Action:*,Resource:*}]}"]
    assert offered(repair_policy(NAME, arguments[2:])) == ALL
    assert repair_policy(NAME, arguments) is not None


@pytest.mark.parametrize(
    "before",
    [
        "-d",
        "--debug",
        "-h",
        "--help",
        "-v",
        "--version",
        "--url=http://x",
        "-f x",
        "--url http://x",
        "-f -d",
        "-u b -p x -d",
        "x",
    ],
)
def test_options_before_the_policy_do_not_hide_it(before):
    arguments = [*before.split(), "-o", "{Statement:[{Effect:Allow,Action:*,Resource:*}]}"]
    assert offered(repair_policy(NAME, arguments)) == ALL


def test_what_comes_before_and_after_the_policy_is_in_the_line_too():
    typed = "{Statement:[{Effect:Allow,Action:*,Resource:*}]}"
    for before, after in ((["-u", "it's"], ["-p", "x y"]), ([], ["--url=http://x"]), (["-d"], [])):
        message = repair_policy(NAME, [*before, "-o", typed, *after])
        shown = str(message).split("\n")[2]
        assert shown == "  " + shlex.join([NAME, *before, "-o", ALL, *after])


#: Policies with the elements that exclude each other, and with lists and strings.
ELEMENTS = [
    {"Statement": {"Effect": effect, action: what, on: where}}
    for effect, action, what in (("Allow", "Action", "*"), ("Deny", "NotAction", ["a:b", "c:*"]))
    for on, where in (
        ("Resource", "*"),
        ("NotResource", ["*"]),
        ("Principal", "*"),
        ("NotPrincipal", {"AWS": "*"}),
        ("Principal", {"Service": ["a.b", "c.d"], "Federated": "x.y/z"}),
        ("Principal", {"CanonicalUser": "0af", "AWS": ["123456789012", "*"]}),
    )
]
WHOLE = {
    "Version": "2012-10-17",
    "Id": "my.id-1",
    "Statement": [{"Sid": "", "Effect": "Deny", "Action": "a:b", "Resource": ["*"]}],
}


def words_of(text: str) -> list[list[str]]:
    """The words of an unquoted policy: in dash, within outer quotes, and in bash, with escapes."""
    plain = text.replace('"', "")
    return [plain.split(), [plain], expand_braces(plain), expand_braces(text)]


@pytest.mark.parametrize("number", range(len(ELEMENTS) + 1))
def test_each_element_is_restored(number):
    policy = [*ELEMENTS, WHOLE][number]
    found = [offered(repair_policy(NAME, ["-o", *words])) for words in words_of(compact(policy))]
    assert found == [compact(policy)] * 4


def test_each_layout_is_restored():
    """With no space, or one or two, at each place, but the same everywhere."""
    policy = {"Version": "2012-10-17", "Statement": [{**ELEMENTS[6]["Statement"], "Sid": "a"}]}
    lost = []
    for comma, colon, brace, bracket in itertools.product(
        (",", ", ", " , "), (":", ": ", " : "), ("", " "), ("", " ")
    ):
        text = json.dumps(policy, separators=(comma, colon))
        text = text.replace("{", f"{{{brace}").replace("}", f"{brace}}}")
        text = text.replace("[", f"[{bracket}").replace("]", f"{bracket}]")
        for words in words_of(text):
            if offered(repair_policy(NAME, ["-o", *words])) != compact(policy):
                lost.append(words)  # noqa: PERF401 - as the message
    assert lost == []


@pytest.mark.parametrize(
    ("element", "values"),
    [
        ("Version", {"2012-10-17": True, "2008-10-17": True, "2012-10-18": False}),
        ("Id", {"a.b-c_1": True, "a:b": False}),
        ("Sid", {"": True, "a1": True, "a*": False}),
        ("Effect", {"Allow": True, "Deny": True, "allow": False, "Allows": False}),
        ("Action", {"*": True, "a:b?*": True, "a": False, "a:b:c": False, "**": False}),
        ("NotAction", {"*": True, "a:": False}),
        ("Resource", {"*": True, "arn:aws:s3:::b": True, "b": False, "arn:aws:s3:b": False}),
        ("NotResource", {"*": True, "arn:aws:iam::1:user/a": True, "arn:aws": False}),
        ("AWS", {"*": True, "123456789012": True, "12345678901": False, "bob": False}),
        ("Service", {"a.b-c": True, "a/b": False}),
        ("Federated", {"a.b/c": True, "arn:aws:iam::1:saml-provider/p": True, ".a": False}),
        ("CanonicalUser", {"09af": True, "x": False}),
    ],
)
def test_which_values_an_element_has(element, values):
    members = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    found = {}
    for value in values:
        policy: dict[str, Any] = {"Statement": members}
        if element in ("Version", "Id"):
            policy = {element: value, **policy}
        elif element in ("Effect", "Sid"):
            policy = {"Statement": {**members, element: value}}
        elif element in ("AWS", "Service", "Federated", "CanonicalUser"):
            principal = {element: value}
            policy = {"Statement": {"Effect": "Deny", "Action": "*", "Principal": principal}}
        else:
            rest = {name: members[name] for name in members if name != element[-len(name) :]}
            policy = {"Statement": {**rest, element: value}}
        typed = compact(policy).replace('"', "")
        found[value] = offered(repair_policy(NAME, ["-o", typed])) == compact(policy)
    assert found == values


def test_what_begins_like_a_policy():
    for name in (
        "Version",
        "id",
        "STATEMENT",
        "Sid",
        "effect",
        "principal",
        "NotPrincipal",
        "Action",
        "notaction",
        "Resource",
        "NotResource",
        "Condition",
    ):
        for text in (f"{name}:x", f" \u201c{name}\u201d :x", f"{name} : x"):
            assert repair_policy(NAME, ["-o", text]), text
    for text in ("Statements:x", "x:Statement:x", "Statement", "NotEffect:x", "Notes: {x}"):
        assert repair_policy(NAME, ["-o", text]) is None, text


def test_a_policy_may_be_as_long_as_any_of_the_service():
    """More than that is not looked at, because it would take long."""
    policy: dict[str, Any] = {"Statement": {"Sid": "", **ELEMENTS[0]["Statement"]}}
    rest = len(compact(policy).replace('"', ""))
    for length, certain in ((20_000, True), (20_001, False)):
        policy["Statement"]["Sid"] = "a" * (length - rest)
        found = offered(repair_policy(NAME, ["-o", compact(policy).replace('"', "")]))
        assert (found == compact(policy)) is certain


def test_a_policy_with_its_quotes_may_be_two_words():
    words = OBJECT.replace('"Statement":', '"Statement": ').split()
    assert len(words) == 2
    assert offered(repair_policy(NAME, ["-o", *words])) == OBJECT


def test_words_keep_the_spaces_of_an_expanded_layout():
    spaced = "{Version: 2008-10-17, Statement: {Effect: Allow, Action: ec2:*, Resource: *}}"
    words = expand_braces(spaced)
    assert words[1].startswith(" Statement")
    assert offered(repair_policy(NAME, ["-o", *words])) == OBJECT


@pytest.mark.parametrize(
    ("rest", "advice"),
    [
        ("Resource:*", "Type this instead:"),
        ("Resource:[*]", "Type this instead:"),
        ("Principal:*", "Type this instead:"),
        ("Resource:arn:aws:s3:::bucket", DOLLAR),
        ("NotResource:[arn:aws:s3:::bucket]", DOLLAR),
        ("Principal:{AWS:123456789012}", DOLLAR),
    ],
)
def test_a_lost_dollar_is_mentioned_if_there_could_have_been_one(rest, advice):
    message = repair_policy(NAME, ["-o", f"{{Statement:[{{Effect:Allow,Action:s3:Get*,{rest}}}]}}"])
    assert message is not None
    assert message.split("\n")[:2] == [UNQUOTED, advice]


@pytest.mark.parametrize(
    "condition",
    [
        "{Bool:{aws:MultiFactorAuthPresent:true}}",
        "{NumericLessThan:{s3:max-keys:10}}",
        "{StringLike:{s3:prefix:[a,b]}}",
        "{StringLike:{s3:prefix:home/}}",
        "{StringLike:{aws:RequestTag/a:b:c}}",
        "{StringLike:{s3:prefix: a}}",
        "{IpAddress:{aws:SourceIp:[10.0.0.0/8,192.168.0.0/16]}}",
    ],
)
def test_a_policy_with_a_condition_is_not_restored(condition):
    policy = f"{{Statement:{{Effect:Allow,Action:*,Resource:*,Condition:{condition}}}}}"
    for words in ([policy], expand_braces(policy)):
        message = repair_policy(NAME, ["-o", *words])
        assert_only_the_form(message, f"{NAME} -o {FORM}")
        lost = "which values of its Condition were in quotes"
        assert f"(the arguments no longer show {lost})" in str(message)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (
            ['{"Statement":', '"a', 'b"}'],
            " (the arguments no longer show the spaces in its strings)",
        ),
        (
            ["{Statement:{Effect:Allow,Action:*,Resource:arn:aws:s3:::/x}}"],
            " (the arguments no longer show whether it contained a $)",
        ),
        (
            ["\u2018{Statement: {Sid: a b}}"],
            " (the arguments no longer show the spaces in its strings)",
        ),
        (
            ["{Statement: {Sid: a b}}\u2019"],
            " (the arguments no longer show the spaces in its strings)",
        ),
        (["{Statement:{Effect:Allow,Action:\u201ca:b,Resource:*}}"], ""),
        (["{x{a,b}{c,d}}"], ""),
        (["{Version:2012-10-17}"], ""),
        # Not complete, or not in the grammar.
        (["{Statement:{Action:*,Resource:*}}"], ""),
        (["{Statement:{Effect:Allow,Resource:*}}"], ""),
        (["{Statement:{Effect:Allow,Action:*}}"], ""),
        (["{Statement:{Effect:[Allow],Action:*,Resource:*}}"], ""),
        (["{Id:[a],Statement:{Effect:Allow,Action:*,Resource:*}}"], ""),
        (["{Version:[2012-10-17],Statement:{Effect:Allow,Action:*,Resource:*}}"], ""),
        (["{Statement:{Sid:[a],Effect:Allow,Action:*,Resource:*}}"], ""),
        (["{Statement:{Effect:Allow,Action:[a:b,Resource:*}}"], ""),
        (["{Statement:{Effect:Allow,Action:a:b,Action:c:d,Resource:*}}"], ""),
    ],
)
def test_a_policy_that_cannot_be_determined(words, reason):
    message = repair_policy(NAME, ["-o", *words])
    assert_only_the_form(message, f"{NAME} -o {FORM}")
    assert f"cannot be determined{reason}. Put" in str(message)


def test_a_space_at_the_edge_of_a_string_is_not_layout():
    arguments = ["{Statement:", "{Effect:", "Allow,", "Action:", "a:b,", "Resource:", "*,"]
    assert offered(repair_policy(NAME, ["-o", *arguments, "Sid:", "a}}"]))
    assert_only_the_form(repair_policy(NAME, ["-o", *arguments, "Sid: a}}"]), f"{NAME} -o {FORM}")


@pytest.mark.parametrize(
    "arguments",
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
def test_nonsense_is_reported_at_once(arguments):
    assert_only_the_form(repair_policy(NAME, ["-o", *arguments]), f"{NAME} -o {FORM}")


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
def test_any_arguments_are_accepted(arguments):
    assert isinstance(repair_policy(NAME, ["-o", *arguments]), str | None)


# Any policy of the grammar, unquoted in real shells.


class ExpandingShell:
    """A shell that expands line after line, each in a subshell, which a rejected line ends."""

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
        """Return the arguments that ``-o OPERAND`` becomes; None if the shell rejects the line."""
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
def bash(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExpandingShell]:
    yield from expanding("bash", ["bash", "--norc", "--noprofile"], tmp_path_factory)


@pytest.fixture(scope="module")
def dash(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExpandingShell]:
    yield from expanding("dash", ["dash"], tmp_path_factory)


def expanding(
    name: str, shell: list[str], folders: pytest.TempPathFactory
) -> Iterator[ExpandingShell]:
    need(name)
    process = ExpandingShell(shell, folders.mktemp(name))
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
# Strings that the shell changes, or that the arguments do not show unambiguously.
ODD = [
    "",
    " ",
    "a b",
    " a",
    "a ",
    "a, b",
    "a,b",
    "a: b",
    "a{b",
    "a}b",
    "a{b,c}d",
    "a[b",
    "a]",
    "true",
    "false",
    "null",
    "3600",
    "-1",
    "1.5",
    "it's",
    "a\\b",
    'a"b',
    "a`b",
    "arn:aws:s3:::b/a,b",
    "arn:aws:s3:::b/a b",
    "arn:aws:iam::1:user/a,b",
    "cn=x,ou=y",
    "Allow",
    "Effect:Allow",
    "aws:x:y",
    "\u201ca\u201d",
    "it\u2019s",
]
# IAM replaces variables only in resources and conditions.
VARIABLES = [
    "${aws:username}",
    "home/${aws:username}/*",
    "x-${aws:userid}",
    "${aws:username}-x",
    "arn:aws:s3:::b/${aws:username}",
    "arn:aws:s3:::${aws:username}",
    "a${aws:username}b",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:::b/x${aws:username}*",
    "10.${aws:a}0.0.1",
    "a$",
    "$HOME",
]


def one_or_more(values: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.one_of(values, st.lists(values, min_size=1, max_size=3))


def objects(
    required: dict[str, st.SearchStrategy[Any]], optional: dict[str, st.SearchStrategy[Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    """Make objects with their members in any order."""
    return st.fixed_dictionaries(required, optional=optional).flatmap(
        lambda members: st.permutations(list(members.items())).map(dict)
    )


def some_of(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return objects({}, members).filter(bool)


def policies(odd: list[str], most: int = 1) -> st.SearchStrategy[dict[str, Any]]:
    """Make policies of the common grammar; ``odd`` strings and conditions may occur in them."""

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
                {"Sid": texts("", "Stmt1", "MyId"), **({"Condition": condition} if odd else {})},
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


THOROUGH = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)


@pytest.mark.parametrize("number", [20, pytest.param(200, marks=pytest.mark.full)])
def test_a_policy_of_one_statement_is_restored(bash, number):
    @settings(THOROUGH, max_examples=number)
    @given(policies([]))
    def restored(policy: dict[str, Any]) -> None:
        arguments = bash.type(compact(policy))
        assert arguments is not None
        assert offered(repair_policy(NAME, arguments)) == compact(policy)

    restored()


def spaces(policy: dict[str, Any], comma: str = ", ", colon: str = ": ", **more: Any) -> str:
    text = json.dumps(policy, separators=(comma, colon), ensure_ascii=False, **more)
    return " ".join(text.split("\n"))


LAYOUTS = {
    "compact": compact,
    "spaces": spaces,
    "spaces after commas": lambda policy: spaces(policy, colon=":"),
    "spaces after colons": lambda policy: spaces(policy, comma=","),
    "indented": lambda policy: spaces(policy, indent=2),
    "one space": lambda policy: spaces(policy, comma=",", indent=0),
    "only outer quotes": lambda policy: f'"{compact(policy)}"',
    "only outer quotes, with spaces": lambda policy: f'"{spaces(policy)}"',
}


@pytest.mark.parametrize(
    ("number", "layout"),
    [
        *every(4, [(20, layout) for layout in LAYOUTS]),
        *(pytest.param(100, layout, marks=pytest.mark.full) for layout in LAYOUTS),
    ],
)
def test_an_odd_policy_is_not_guessed(bash, dash, number, layout):
    @settings(THOROUGH, max_examples=number)
    @given(policies(ODD, most=6))
    def not_guessed(policy: dict[str, Any]) -> None:
        for shell in (bash, dash):
            arguments = shell.type(LAYOUTS[layout](policy))
            message = repair_policy(NAME, arguments) if arguments else None
            if message:
                unless_dollar = "$" not in compact(policy)
                found = offered(message, unless_dollar=unless_dollar)
                assert found in {None, compact(policy)}, arguments

    not_guessed()
