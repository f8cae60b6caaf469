"""iam-today(7): it names only what exists, gives its sources, and agrees with the help."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore
from botocore import xform_name
from botocore.loaders import Loader
from support.shell import ROOT

from iamcli.cli import index
from iamcli.help import docstring as documentation
from iamcli.parsing.shared import COMMON, TAGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.command import Command

COMMANDS: dict[str, Command] = {command.name: command for command in index.commands()}
MAN = ROOT / "man"
TEXT = (MAN / "iam-today.7").read_text().replace(r"\-", "-").replace(r"\&", "")

#: The API reference by the name that a source has, and the AWS CLI's name of the service.
REFERENCES = {
    "IAM": "iam",
    "STS": "sts",
    "EC2": "ec2",
    "ACM": "acm",
    "IAM Access Analyzer": "accessanalyzer",
}


def section(title: str) -> str:
    return TEXT.partition(f"\n.Sh {title}\n")[2].partition("\n.Sh ")[0]


def items() -> Iterator[tuple[str, list[str], str]]:
    """Yield the heading, the commands and the text of each item of COMMANDS."""
    for part in re.split(r"^\.Ss ", section("COMMANDS"), flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        names: list[str] = []
        for item in re.split(r"^\.It Xr ", body, flags=re.MULTILINE)[1:]:
            tag, _, text = item.partition("\n")
            names.append(tag.removesuffix(" 1"))
            if text:
                yield title, names, text
                names = []
        assert not names, names


def test_commands_are_listed_once_under_the_heading_of_their_group():
    groups = {title: [each.name for each in found] for title, found in index.groups().items()}
    listed = [(title, name) for title, names, _ in items() for name in names]
    assert list(dict.fromkeys(title for title, _ in listed)) == list(groups)
    assert all(name in groups[title] for title, name in listed)
    assert len({name for _, name in listed}) == len(listed) > len(COMMANDS) / 2


def test_each_name_is_that_of_a_command_or_a_page():
    pages = {page.stem for page in MAN.glob("*.[1-9]")}
    named = set(re.findall(r"(?<![\w./-])iam-[a-z]+", re.sub(r"aws iam \S+", "", TEXT)))
    assert {"iam-usercreate", "iam-toolkit"} <= named <= pages


def options(names: list[str]) -> set[str]:
    return {option for name in names for each in COMMANDS[name].options for option in each.names}


def test_each_option_is_one_of_the_commands_that_the_item_is_about():
    for _, names, text in items():
        mentioned = {f"-{option}" for option in re.findall(r"^\.Fl (\S+)", text, re.MULTILINE)}
        assert mentioned <= options(names), names
    for name, option in re.findall(r"^\.Ql (iam-\w+) (-\S+)", TEXT, re.MULTILINE):
        assert option in options([name])
    others = TEXT.replace(section("COMMANDS"), "")
    known = options(list(COMMANDS)) | {name for option in COMMON for name in option.names}
    assert {f"-{name}" for name in re.findall(r"^\.Fl (\S+)", others, re.MULTILINE)} <= known


def test_the_options_that_the_original_did_not_have_are_described():
    texts = {name: text for _, names, text in items() for name in names}
    added = {
        (command.name, option)
        for command in COMMANDS.values()
        for sentence in documentation.of(command).differs
        if sentence.startswith("The original had no ")
        for option in re.findall(r"no (-[a-z-]+)", sentence)
    }
    assert {"-a", "-b", "-t", "-l", "-o", "--reset"} == {option for _, option in added}
    for name, option in added:
        assert re.search(rf"^\.Fl {option[1:]}\b", texts[name], re.MULTILINE), (name, option)


def sources() -> list[str]:
    """Return the sources, which semicolons separate, also at the ends of lines."""
    comments = re.findall(r'^\.\\" Source: (.*(?:;\n\.\\" .*)*)\.$', TEXT, re.MULTILINE)
    assert len(comments) == TEXT.count("Source: ")
    return [source for comment in comments for source in re.split(r';(?:\n\.\\")? +', comment)]


def test_each_paragraph_begins_with_its_sources():
    body = TEXT.partition("\n.Sh DESCRIPTION\n")[2].partition("\n.Sh SEE ALSO")[0]
    paragraphs = re.split(r"^\.(?:Pp|It Xr .*|S[hs] .*|Bl -tag .*)\n", body, flags=re.MULTILINE)
    prose = [each for each in paragraphs if re.search(r"^[^.]", each, re.MULTILINE)]
    assert len(prose) > len(list(items()))
    for paragraph in prose:
        assert paragraph.startswith(r".\" Source: "), paragraph
    assert len(sources()) > len(prose)


@cache
def model(service: str) -> dict[str, Any]:
    found: dict[str, Any] = Loader().load_service_model(service, "service-2")
    return found


def test_each_source_is_an_operation_of_the_api_or_the_title_of_a_page():
    for source in sources():
        operations = re.fullmatch(r"(.*) API ([A-Z]\w+(?:, [A-Z]\w+)*)", source)
        if operations:
            known = model(REFERENCES[operations[1]])["operations"]
            assert set(operations[2].split(", ")) <= set(known), source
        elif source not in ("LEGACY.md", "docs/decisions.md"):
            assert re.fullmatch(r'[A-Z][^"]* "[A-Z][^"]+"(, "[A-Z][^"]+")*( \(.*\))?', source), (
                source
            )


#: Arguments that older releases of botocore do not know, with the first that does.
SINCE = {"--max-signin-session-duration": [1, 44, 6]}
RELEASE = [int(part) for part in botocore.__version__.split(".")]


def test_each_command_of_the_aws_cli_exists():
    lines = re.findall(r"^\.Ql aws (.*?)(?: [.,])?$", TEXT, re.MULTILINE)
    assert len(lines) > 20
    for line in lines:
        service, command, *arguments = line.split()
        assert service in REFERENCES.values()
        operations = {
            xform_name(name, "-"): each for name, each in model(service)["operations"].items()
        }
        assert command in operations, line
        for argument in arguments:
            if SINCE.get(argument, [0]) > RELEASE:
                continue
            shape = model(service)["shapes"][operations[command]["input"]["shape"]]
            assert argument in {f"--{xform_name(name, '-')}" for name in shape["members"]}, line


#: The quotas: for each subject and object of a sentence in the help, the name in the table.
NAMES = {
    ("an account", "users"): "UsersQuota",
    ("an account", "groups"): "GroupsQuota",
    ("an account", "roles"): "RolesQuota",
    ("an account", "instance profiles"): "InstanceProfilesQuota",
    ("an account", "server certificates"): "ServerCertificatesQuota",
    ("a user", "groups"): "GroupsPerUserQuota",
    ("a user", "access keys"): "AccessKeysPerUserQuota",
    ("a user", "signing certificates"): "SigningCertificatesPerUserQuota",
    ("a user", "mfa devices"): "MFA devices of a user",
    ("a trust policy", "characters"): "AssumeRolePolicySizeQuota",
    ("the inline policies of a user", "characters"): "UserPolicySizeQuota",
    ("the inline policies of a group", "characters"): "GroupPolicySizeQuota",
    ("the inline policies of a role", "characters"): "RolePolicySizeQuota",
}
SENTENCE = re.compile(
    r"(?:^|\band )([\w ]+?) can (?:have|be in)(?: up to)? (\d+|one|two|three) ([\w ]+?)"
    r"(?=[,.]| unless| in total| and )"
)
NUMBERS = {"one": 1, "two": 2, "three": 3}


def quotas() -> dict[str, tuple[int, bool]]:
    """Return the rows of the tables: the number, and whether AWS can raise it."""
    tables = section("QUOTAS").split(".Bl -column")[1:]
    assert len(tables) == 2
    found = {}
    for table, adjustable in zip(tables, (True, False), strict=True):
        for name, number, text in re.findall(r"\.It Li (\S+) Ta (\d+) Ta (.*)", table):
            found[text if name == "-" else name] = (int(number), adjustable)
    return found


def said(text: str) -> Iterator[tuple[str, int, bool]]:
    """Yield the quotas that ``text`` states: the name, the number, and whether it can be raised."""
    for sentence in re.split(r"(?<=\.)\s+", text):
        for subject, number, thing in SENTENCE.findall(sentence):
            name = NAMES[subject.lower(), thing.lower()]
            yield name, NUMBERS.get(number) or int(number), "unless AWS has raised" in sentence


def prose_of(command: Command) -> list[str]:
    document = documentation.of(command)
    return [*document.description, *document.notes]


def test_the_pages_state_the_quotas_of_the_table():
    table = quotas()
    stated = {quota for command in COMMANDS.values() for quota in said(" ".join(prose_of(command)))}
    assert {name for name, _, _ in stated} == set(NAMES.values())
    for name, number, adjustable in stated:
        assert table[name] == (number, adjustable), name
    assert f"at most {table['tags of a resource'][0]} tags" in TAGS.limits


def test_the_page_states_the_quotas_of_its_table():
    prose = re.split(r"^\..*$", section("COMMANDS"), flags=re.MULTILINE)
    stated = [quota for text in prose for quota in said(" ".join(text.split()))]
    assert stated == [("MFA devices of a user", *quotas()["MFA devices of a user"])]


def test_the_quotas_have_the_names_that_the_command_prints(aws, run_fast):
    printed = set(re.findall(r"^(\w+Quota): ", run_fast("iam-accountgetsummary").out, re.MULTILINE))
    names = {name for name in quotas() if name.endswith("Quota")}
    assert len(names) > 15
    assert names <= printed


def test_the_page_and_the_commands_that_it_lists_refer_to_each_other():
    listed = {name for _, names, _ in items() for name in names}
    for name in COMMANDS:
        also = (MAN / f"{name}.1").read_text().partition(".Sh SEE ALSO\n")[2]
        assert (".Xr iam-today 7" in also) == (name in listed), name
    assert ".Xr iam-today 7" in (MAN / "iam-toolkit.7").read_text().partition(".Sh SEE ALSO\n")[2]
    assert ".Xr iam-toolkit 7" in TEXT.partition(".Sh SEE ALSO\n")[2]
