"""An unquoted policy: it is recognized, and restored only if that is certain.

The shells are real. printf shows the arguments that the command would get.
"""

from __future__ import annotations

import itertools
import json
import shlex
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.limits import TIMEOUT
from support.requirements import PATH, needs
from support.selection import usual

from iamcli.policies.unquoted import FORM, expand_braces, repair_policy

if TYPE_CHECKING:
    from pathlib import Path

NAME = "iam-useruploadpolicy"


def typed_in(shell: str, line: str, folder: Path) -> list[str] | None:
    """Return the arguments that the command in ``line`` gets, None if the shell rejects it."""
    done = subprocess.run(
        [shell, "-c", line.replace(NAME, r"printf '%s\0'")],
        cwd=folder,
        env={"PATH": PATH, "HOME": str(folder), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=False,
        timeout=TIMEOUT,
    )
    assert done.returncode == 0 or not done.stdout
    return done.stdout.decode().split("\0")[:-1] if done.returncode == 0 else None


@pytest.fixture(
    params=[pytest.param(name, marks=needs(name)) for name in ("bash", "dash", "zsh", "fish")]
)
def each_shell(request: pytest.FixtureRequest) -> str:
    return request.param


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
def test_suggested_line_passes_the_policy(each_shell, name, tmp_path):
    line = LINES[name]
    before, after = ["-u", "it's me"], ["-p", "All Access", "--url", "http://localhost:1"]
    command = f"{NAME} {shlex.join(before)} -o {line.typed} {shlex.join(after)}"
    arguments = typed_in(each_shell, command, tmp_path)
    if each_shell in line.refused_by:
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
    assert typed_in(each_shell, shown, tmp_path) == expected


def test_escaped_quotes_do_not_keep_braces_from_expanding(each_shell, tmp_path):
    policy = OBJECT.replace('"', '\\"').replace("*", "\\*")
    arguments = typed_in(each_shell, f"{NAME} -o {policy}", tmp_path)
    assert arguments
    message = repair_policy(NAME, arguments)
    if each_shell == "dash":
        assert arguments == ["-o", OBJECT]
        assert message is None
    else:
        assert offered(message) == OBJECT


def test_unquoted_variable_is_only_split_at_spaces(each_shell, tmp_path):
    pretty = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    setting = f"set POLICY '{pretty}'" if each_shell == "fish" else f"POLICY='{pretty}'"
    arguments = typed_in(each_shell, f"{setting}; {NAME} -o $POLICY -u Bob", tmp_path)
    assert arguments
    if each_shell in {"zsh", "fish"}:
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
        assert repair_policy(NAME, ["-u", "Bob", "-o", policy, "-d"]) == (
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
def test_each_element_is_restored(number, tmp_path):
    policy = [*ELEMENTS, WHOLE][number]
    typed = typed_in("bash", f"{NAME} {compact(policy)}", tmp_path)
    assert typed == expand_braces(compact(policy).replace('"', ""))
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


def with_value(element: str, value: str) -> dict[str, Any]:
    """Return a policy that has ``value`` as its ``element``."""
    members = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    if element in ("Version", "Id"):
        return {element: value, "Statement": members}
    if element in ("Effect", "Sid"):
        return {"Statement": {**members, element: value}}
    if element in ("AWS", "Service", "Federated", "CanonicalUser"):
        principal = {element: value}
        return {"Statement": {"Effect": "Deny", "Action": "*", "Principal": principal}}
    rest = {name: members[name] for name in members if name != element[-len(name) :]}
    return {"Statement": {**rest, element: value}}


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
    found = {}
    for value in values:
        policy = compact(with_value(element, value))
        found[value] = offered(repair_policy(NAME, ["-o", policy.replace('"', "")])) == policy
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
    "condition", ["{Bool:{aws:MultiFactorAuthPresent:true}}", "{StringLike:{s3:prefix:[a,b]}}"]
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
        (["{"], ""),
        # An object with a comma in a string, as bash expands it, and two statements.
        (
            [
                "{Statement:[Sid:a,b]}",
                *(f"{{Statement:[{each}:*]}}" for each in ("Action", "Resource")),
            ],
            "",
        ),
        (
            ["{Statement:[{Effect:Allow,Action:*,Resource:*},{Effect:Deny,Action:*,Resource:*}]}"],
            "",
        ),
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
    "arn:aws:s3:::b/${aws:username}",
    "arn:aws:s3:::${aws:username}",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:::b/x${aws:username}*",
    "${aws:username}",
    "$HOME",
]


def compact(policy: dict[str, Any]) -> str:
    return json.dumps(policy, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize(
    "element", usual(["Resource", "Sid"], ["Resource", "Sid", "Id", "Action", "AWS", "Federated"])
)
@needs("dash")
def test_an_odd_string_is_not_guessed(element, tmp_path):
    # IAM replaces variables only in resources and conditions.
    for text in (text for text in ODD if element == "Resource" or "$" not in text):
        policy = with_value(element, text)
        spaced = json.dumps(policy, ensure_ascii=False)
        for typed in (compact(policy), spaced, f'"{compact(policy)}"'):
            for name in ("bash", "dash"):
                arguments = typed_in(name, f"{NAME} -o {typed} -p P", tmp_path)
                message = repair_policy(NAME, arguments) if arguments else None
                if message:
                    found = offered(message, unless_dollar="$" not in text)
                    assert found in {None, compact(policy)}, arguments
