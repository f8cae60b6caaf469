"""iamcli check: what the parser cannot read is set aside, and nothing is passed over in silence."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.checking import checked, made_program, write
from support.limits import TIMEOUT
from support.selection import every, usual
from support.shell import ROOT

from iamcli.cli.check import report
from iamcli.cli.check.check import check
from iamcli.cli.check.script import shfmt

if TYPE_CHECKING:
    from pathlib import Path


WRONG = "iam-userdel -R"


def found(folder: Path, script: str) -> list[tuple[int, str]]:
    """The lines, counted without the first, and the codes of the findings in ``script``."""
    return [(each.line - 1, each.code) for each in checked(folder, script).findings]


#: Statements that bash accepts and other parsers do not read. They are read.
STATEMENTS = [
    "host=`hostname | sed s/$/.example.com/`",
    "for i do\n  echo $i\ndone",
    "while option=${arg:$index:1}; do\n  echo\ndone",
    "(eval 'select x; do break; done; exit') <>/dev/null 2>&0",
    'case $1 in\n*"\nname\n"*) ;;\nesac',
    "n=$(($1 + 0)) 2>/dev/null && test $n = $1",
    'if [ "$a" = ~ ]; then\n  echo\nfi',
    "<<\\END\nIt's ${ text\nEND",
    'cat >x <<SH\n[ -n "\\$A" ] && set -x\nprogram="\\${0##*/}"\nSH',
    "sed -e 's/[ ]*#.*//' |\n(\ncat <<-EOF\n\ta $(echo) \\`b\\`\n\tEOF\n)",
    "x=$(case a in a) echo;; esac | sed s/$/x/)",
    "a=${b:$c}",
    "exec 3<>/dev/null",
    "\n".join(f"a=`b${end}`" for end in ("/", "^", ",", ":", "+", ".", "]", "~", "|c")),
    "for a in [ b; do echo; done",
    "for a in if; do echo; done",
    "a=(b # c ) '\n)",
    "case a in\n# b)\na) echo;;\nesac",
    "bash <<A | cat <<'B'\n:\nA\nb\nB",
    'depends="postgresql${minor_version:+ (>> $minor_version)}"',
    "case $1 in\n  *[!${2}]*|'') echo;;\nesac",
    "case $1 in\nless' '45[1-9]* | \\\nless' '[5-9][0-9]*)\n  echo;;\nesac",
    "case $1 in\n  ?*' '?*) echo;;\nesac",
    "case $1 in\na) if b; then c; fi ;;\n*[!${2}]* | 'd e') echo;;\nesac",
    "offset=$((0x$vma + 0x$size))",
    "if ! IFS=x WORDS=($(echo a)); then\n  echo\nfi",
]
#: Those that shfmt does not read.
SET_ASIDE = [
    "echo $((1 +))",
    "echo ${a b}",
    ": <<=cut\ntext ' \" `\n=cut",
    "a=$(\n  ((gzip -c; echo $? >&4) 3>&- | cmp) 5<&0\n)",
]


@pytest.mark.parametrize("statement", STATEMENTS + SET_ASIDE)
def test_what_follows_a_statement_that_cannot_be_read_is_read(statement, tmp_path):
    assert subprocess.run(["bash", "-n", "-c", statement], check=False).returncode == 0
    script = f"{{\n{WRONG}\n{statement}\n{WRONG} $x\n}} | sort\n{WRONG}"
    last = script.count("\n") + 1
    result = checked(tmp_path, script)
    assert [(each.line - 1, each.code) for each in result.findings] == [
        (line, "E102") for line in (2, last - 2, last)
    ]
    assert (result.notes == []) == (statement in STATEMENTS)


#: Statements that are read also if there is another one that the grammar lacks. @ is a command.
AROUND = [
    *("echo $(( ((1)) + 2 )) $(@)", "(( ((1)) << 2 ))\n@\n2", "echo $(( ((1)) << 2 ))\n@\n2"),
    *("echo `@`", 'echo "`@`"', "echo $(@)", 'echo "$(@)"', "echo ${x:-$(@)}", 'echo "${x:-$(@)}"'),
    *("echo ${x:-`@`}", "[[ a < b ]] && @", "[[ ( a && b ) || c ]] && @", "[[ $(@) == a* ]]"),
    *("(( a < b )) && @", "(( $(@) ))", "echo $((1 + 2)) $(@)", "echo $(( (1) + $(@) ))"),
    *("a=(b c); @", "a=(b $(@))", "a=(b # c ) '\n); @", "a=(b#'c'); @", "a=(b); @", "a+=(b) && @"),
    *("cat <(@)", "a >(@)", "a > b 2>&1; @", "a &> b; @", "a >| b; @", "a <<< b; @"),
    *('a <<< "$(@)"', "a <&3; @", "a 2>&1 | @", "a 'b\n' c; @", 'a "b\nc"; @', "a $'b\\'c'; @"),
    *("a $'b\nc' \"$'\"; @", "a \\' b; @; c \\'", 'a \\" b; @; c \\"', 'a "\\"" b; @', "a # 'b\n@"),
    *("a # b ' \\\n@", "a ${#b}; @", "a ${b#c}; @", "a ${b%'}'}; @", "a \"${b%'}'}\"; @"),
    *('[[ $a = " ]] \' " ]] && @', "a `b` '`'; @", "`@` && @"),
    *("a $b'; ' c; @", "a {b,c}; @", "a |\n  @", "a \\\n  b; @"),
    *("if a\nthen\n@\nelif b\nthen\n@\nelse\nc\nfi", "for ((i=0;i<3;i++)); do @; done"),
    *("for u in a b; do @; done", "select u in a; do @; done", "for u; do @; done"),
    *("for u in a \\\n b; do @; done", "for u in $(@); do b; done", "for u in `@`; do b; done"),
    *("for u\ndo @; done", "for u in 'a\nb' # '\ndo @; done", "f() { @; }", "function f { @; }"),
    *("function f() { @; }", "f () ( @ )", "f ( ) { @; }", "function f ( ) { @; }", "! @"),
    *("{ @; }", "( @ )", "(@)", "@ & @", "a && @ || @", "a | @ |& @", "{ a; }; @", "( a ); @"),
    *("! a; @", "case x in a) b;; esac; @", "case x in (a) b;; (c) @;; esac"),
    *("case x in a|b) @;& c) @;;& d) e;; esac", "case $(@) in a) ;; esac"),
    *("case `@` in a) ;; esac", "case a in\n# c)\na) @;;\nesac"),
    *("case a in\n\n  a) @\n  ;;\n  *)\n  @\nesac; @", "case a in\na) ;;\nesac\n@"),
    *("case a in a) case b in b) @;; esac;; c) @;; esac", "case a\nin a) @;; esac"),
    *("case a \\\n  in a) @;; esac", "case a in 'b c') @;; esac", "case a in \\)) @;; esac"),
    *("case a in (a) @;; # b)\n(c) @;; esac", "case 'a in b)' in c) @;; esac"),
    *('case "a b" in c) @;; esac', "case a in a) @ ;; esac | @", "case a in b) (c); @;; esac; @"),
    *("case in in in) @;; esac", "cat <<A\n$(@)\nA", "cat <<A\n`@`\nA"),
    *("cat <<A\n\\$(b) \\` '\nA\n@", "cat <<'A'\n$(b '\nA\n@", 'cat <<"A"\n`\nA\n@'),
    *("cat <<\\A\n$(b\nA\n@", "cat <<-A\n\t$(@)\n\tA\n@", "cat <<-A\n'\n\t\tA\n@"),
    *("cat <<A | @\n'\nA", "cat <<A && @\n'\nA", "cat <<A\nA\n@", "cat <<A <<B\n'\nA\n\"\nB\n@"),
    *("cat << A\n'\nA\n@", "cat <<A-b\n'\nA\nA-b\n@", "cat <<A\n'\n A\nA \nA\n@"),
    *("x=$(cat <<A\nit's\nA\n)\n@", "cat <<A\n$(b)\n'\nA\n@", "cat <<A\n$(b 'c\n') '\nA\n@"),
    *("x=`a \\`@\\``", "x=`a \\`b\\` \\`@\\``", "x=`a`; @", 'x=`a "b"`; @', "a `b`; @"),
    *("a `b;c` && @", "`a`; @", "$(a); @", "x=`a; b` @", "x=`a # b\nc`; @", "x=`(a)`; @"),
    *("x=`case a in a) b;; esac`; @", "x=$(case a in a) b;; esac); @"),
    *("x=$(case a in (a) b;; esac) @", "x=$( (a) ; b ); @", "x=$(a # ) '\n); @", "a='\n'; @"),
    *("while a; do b; done < <(@)", "while a; do b; done <<< $(@)", "until a; do @; done"),
    *("while\na\ndo\n@\ndone", "\\@", "ifx; @", "iffy=1 @", "caseload; @", "format; @"),
    *("function-x; @", "for-x; @", "a[1]=b; @", "a[b]+=c; @", "[ a ] && @", "[[ a ]]\n@"),
    *("[[ a =~ ^(b|c)$ ]] && @", "let a=b; @", "a <&3 >&2 2>&-; @", "a;@", "a&@", "a|@"),
    *("\ta\n\t@", "done=1; @", "a do; @", "a if b; @", "echo case x in; @", "esac=1 @", "x=y; @"),
]


def test_a_fault_does_not_spoil_another_statement(tmp_path):
    found = {}
    for statement in AROUND:
        result = checked(tmp_path, "a=${b:$c}\n" + statement.replace("@", WRONG))
        found[statement] = ([each.code for each in result.findings], result.notes)
    assert found == {each: (["E102"] * each.count("@"), []) for each in AROUND}


#: Scripts with a syntax error, the findings in them, and the lines that are not read.
FAULTS: list[tuple[str, list[tuple[int, str]], list[tuple[int, int]]]] = [
    (f"{{\n{WRONG}\nfor x in", [(2, "E102"), (3, "E109")], [(1, 1), (3, 3)]),
    (
        f"(\n\ta\n\t{WRONG}\nfor x in\n{WRONG}",
        [(3, "E102"), (4, "E109"), (5, "E102")],
        [(1, 1), (4, 4)],
    ),
    (f"! a ( b\n\n  c\n{WRONG}", [(1, "E109"), (4, "E102")], [(1, 1)]),
    (f"while a; do\nb )\n{WRONG}\ndone", [(2, "E109"), (3, "E102")], [(2, 2)]),
    (f"for a in b; do\nc )\n{WRONG}\ndone", [(2, "E109"), (3, "E102")], [(2, 2)]),
    (f"case a in\nb)\nc )\n{WRONG}\n;; esac", [(3, "E109"), (4, "E102")], [(3, 3)]),
    (f"f() {{\nc )\n{WRONG}\n}}", [(2, "E109"), (3, "E102")], [(2, 2)]),
    (f"if a; then b\nelse\nc )\n{WRONG}\nfi", [(3, "E109"), (4, "E102")], [(3, 3)]),
    (f"{WRONG} )\na )\n{WRONG}", [(1, "E109"), (3, "E102")], [(1, 1), (2, 2)]),
    (f"bash <<A\nif a; then\n{WRONG}\nA", [(2, "E109"), (3, "E102")], [(2, 2)]),
    (f"cat <<A\n${{x:+ (>> $y)}}\nA\n{WRONG}", [(4, "E102")], []),
]


@pytest.mark.parametrize(("script", "expected", "unread"), FAULTS, ids=range(len(FAULTS)))
def test_which_lines_are_not_read(script, expected, unread, tmp_path):
    result = checked(tmp_path, script)
    assert [(each.line - 1, each.code) for each in result.findings] == expected
    assert [(first - 1, last - 1) for _, (first, last), _ in result.notes] == unread


def test_a_dollar_sign_in_backticks_does_not_hide_the_next_line(tmp_path):
    script = "host=`hostname | sed s/$/.example.com/`\niam-usercreate -x $host"
    result = checked(tmp_path, script)
    assert [finding[1:4] for finding in result.findings] == [(3, 16, "E102")]
    assert result.notes == []


def test_the_commands_around_it_in_the_same_statement_are_read(tmp_path):
    script = f"if true; then\n  x=${{y:+ (>> $z)}}; {WRONG}\n  for i do {WRONG}; done\nfi"
    assert found(tmp_path, script) == [(2, "E102"), (3, "E102")]


@pytest.mark.parametrize(
    ("script", "line"),
    [
        (f"cat <<A <<B\na\nA\n$({WRONG})\nB", 4),
        (f"cat <<A <<B\n$({WRONG})\nA\nb\nB", 2),
        (f"cat <<'A' <<B\n$(iam-userdel -Q)\nA\n$({WRONG})\nB", 4),
        (f"cat <<A <<B\na\nA\nb\nB\n{WRONG}", 6),
        (f"cat <<A\na\n \n$({WRONG}) ${{x}}\nA", 4),
        (f"cat <<A\n$(a)\n \n$({WRONG})\nA", 4),
        (f"cat <<A\n$({WRONG})\n \n$(a)\nA", 2),
        (f"bash <<EOF\n{WRONG}\nEOF", 2),
        (f"sudo -u x sh -s -- a <<'EOF'\nif true; then\n  {WRONG}\nfi\nEOF", 3),
        (f"su - x <<-EOF\n\t{WRONG}\n\tEOF", 2),
        (f"cat <<EOF | sh -x\n{WRONG}\nEOF", 2),
        (f"if true; then\n  bash <<\\EOF\nx=${{y:+ (>> $z)}}\n{WRONG}\nEOF\nfi", 4),
        (f"x=`echo \\`{WRONG}\\``", 1),
        (f": ${{X:=`{WRONG}`}}", 1),
        (f': "${{X:=`{WRONG}`}}"', 1),
        (f": ${{X:=$({WRONG})}}", 1),
        ("alias ud='iam-userdel -u bob'\nud -R", 2),
        ("alias a=ud ud=iam-userdel\nx() {\n  a -R\n}", 3),
        (f"repeat 3 {WRONG}", 1),
        (f"a=(b # c\n d)\nx=${{y:+ (>> $z)}}; {WRONG}", 3),
        ('eval "iam-userdel -u \\"bob\\" -R"', 1),
        (f"eval '{WRONG}' -u \\$user", 1),
        ('sh -c "u=1; iam-userdel -u \\"\\$u\\" -R"', 1),
        (f'bash <<EOF\nu=1; {WRONG} -u "\\$u"\nEOF', 2),
        (f'sh -c "{WRONG} -u a\\$u"', 1),
        (f'sh -c "{WRONG} -u a\\${{u}}"', 1),
        (f'sh -c "{WRONG} -u \\${{u}}"', 1),
        (f'eval "a=\\$({WRONG})"', 1),
        (f'sh -c "echo \\"\\$({WRONG})\\""', 1),
        (f"bash <<A\na=\\$({WRONG})\nA", 2),
        (f"cat <<A <<A\na\nA\n$({WRONG})\nA", 4),
        (f"if a; then b; fi <<E | sort\nE\n{WRONG}", 3),
        (f"while a; do {WRONG}; done <${{y:+ (>> $z)}}", 1),
        (f"x=${{y:+ (>> $z)}}; cat <({WRONG}) | sort", 1),
        (f"x=${{y:+ (>> $z)}}; echo \"$'\"; {WRONG} 'a'", 1),
        (f"bash <<A; cat <<B\n{WRONG}\nA\niam-userdel -Q\nB", 2),
        (f"cat <(x=${{y:+ (>> $z)}}; {WRONG}) | sort", 1),
        # No reserved word.
        (f"for x in if $({WRONG}); do a ${{y:+ (>> $z)}}; done", 1),
    ],
)
def test_what_is_followed(script, line, tmp_path):
    assert found(tmp_path, script) == [(line, "E102")]


@pytest.mark.parametrize(
    "script",
    [
        "cat <<A\niam-userdel -R\nA",
        "cat <<A <<A\na\nA\niam-userdel -R\nA",
        "bash x.sh <<A\niam-userdel -R\nA",
        "cat <<A | bash x.sh\niam-userdel -R\nA",
        "bash -c 'cat' <<A\niam-userdel -R\nA",
        "cat <<'A' | sh\niam-usergetattributes -u bob\nA",
        "alias ud='iam-userdel -u'",
        "alias ud='iam-userdel -u bob'\n\\ud -R",
        "alias ud='iam-userdel -u bob'\nalias ud='echo a; echo'\nud -R",
        "# iam-userdel ${ is a comment",
        "echo 'iam-userdel `'",
        # The mention is not in what cannot be read.
        "echo iam-userdel; x=${y:+ (>> $z)}",
        "x=${y:+ (>> $z)}\n# iam-userdel\n",
    ],
)
def test_what_is_no_fault(script, tmp_path):
    assert found(tmp_path, script) == []


UNREAD = "echo $((1 +)) $(iam-userdel -u bob)"
MISTAKE = 'echo "iam-userdel -u bob'
NOT_READ = "the parser of iamcli check cannot read this line, with iam-userdel"
#: What is said of them: the column, the code, the message and what to do.
SAID = {
    UNREAD: (
        17,
        "W212",
        f"{NOT_READ}: + must be followed by an expression",
        "check it yourself, or write it in a simpler form",
    ),
    MISTAKE: (6, "E109", "syntax error: reached EOF without closing quote ", "correct the script"),
}


@pytest.mark.parametrize("script", usual([UNREAD], SAID))
def test_what_cannot_be_read_is_said_in_each_format(script, run, tmp_path):
    file = write(tmp_path, f"echo\n{script}")
    column, code, message, fix = SAID[script]
    level, status = ("error", 1) if code == "E109" else ("warning", 0)
    numbers = "1 error, 0 warnings" if status else "0 errors, 1 warning"
    done = run("iamcli", "check", file)
    assert done.err == f"iamcli: {file}: line 3 cannot be parsed, not checked\n"
    assert done.status == status
    assert done.out == (
        f"{file}:3:{column}: {code} {message}\n"
        f"    {fix}\n"
        f"To read more about a code, run: iamcli check --explain {code}\n"
        f"0 commands, {numbers}, 1 line not read\n"
    )
    assert run("iamcli", "check", "--strict", file).status == status
    done = run("iamcli", "check", "--format", "json", file)
    assert done.status == status
    place = {"file": file, "line": 3}
    said = {"column": column, "code": code, "level": level, "message": message, "fix": fix}
    state = "needs a change" if code == "E109" else "not all checked"
    assert json.loads(done.out) == {
        "findings": [{**place, **said, "command": "iam-userdel"}],
        "commands": 0,
        "unread": [{**place, "last": 3, "reason": "cannot be parsed"}],
        "mentions": [],
        "files": [{"file": file, "language": "sh", "state": state, "codes": [code]}],
    }
    done = run("iamcli", "check", "--format", "github", file)
    assert done.status == status
    annotation = f"::{level} file={file},line=3,col={column},title={code}"
    assert done.out == f"{annotation}::{message}; {fix}\n"


def damaged(seed: int) -> str:
    """Return a script with a wrong command, and random characters in some places."""
    chosen = random.Random(seed)
    script = chosen.choice(AROUND).replace("@", WRONG)
    for _ in range(chosen.randint(1, 4)):
        at = chosen.randint(0, len(script))
        script = script[:at] + chosen.choice("'\"`$(){}[];&|<>\\#!\n\t =\u2013\x7fé") + script[at:]
    return script


@pytest.mark.parametrize(
    "seeds", [range(20), pytest.param(range(20, 500), marks=pytest.mark.full)], ids=["some", "all"]
)
def test_nothing_crashes_hangs_or_passes_in_silence(seeds, tmp_path):
    """A script with random damage has a finding, or bash sees no command in it, either."""
    silent = []
    for seed in seeds:
        script = damaged(seed)
        result = check([write(tmp_path, script)])
        assert not result.unreadable, script
        if not result.findings and not result.commands and _runs(script):
            silent.append(script)
    assert silent == []


def _runs(script: str) -> bool:
    """Return whether bash accepts ``script``, and reads its command as a command."""
    commands = (WRONG, "if :; then :; fi", "if :; then :; & fi")
    texts = [script.replace(WRONG, command).encode() for command in commands]
    bash = ["bash", "-n"]
    done = [subprocess.run(bash, input=each, capture_output=True, check=False) for each in texts]
    return [each.returncode == 0 for each in done] == [True, True, False]


def test_lines_after_too_many_faults_are_not_read(tmp_path):
    result = checked(tmp_path, "! a ( b\nc\n\n" * 30 + f"{WRONG}\necho")
    assert [(each.line, each.code) for each in result.findings] == [(2, "E109")]
    assert (1, 93) in [note.lines for note in result.notes]


def test_a_long_script_without_faults_is_read(tmp_path):
    assert found(tmp_path, "\n" * 80_001 + WRONG) == [(80_002, "E102")]


@pytest.fixture
def only_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no other directory in PATH; shfmt is found all the same."""
    found = shfmt.program()
    monkeypatch.setattr(shfmt, "program", lambda: found)
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("only_tmp_path")
@pytest.mark.parametrize("names", [[], ["bash"]], ids=str)
def test_without_a_shell_that_can_be_run_the_parser_is_blamed(names, tmp_path):
    for name in names:
        (tmp_path / name).touch(mode=0o755)  # no program
    (finding,) = checked(tmp_path, MISTAKE).findings
    assert finding.code == "W212"


@pytest.mark.parametrize(
    ("first", "name", "shell"),
    [
        ("#!/bin/bash\n", "old.sh", "bash -n"),
        ("#!/bin/sh\n", "old.sh", "bash -n"),
        ("#!/bin/zsh\n", "old.sh", "zsh -f -n"),
        ("", "old.zsh", "zsh -f -n"),
    ],
)
@pytest.mark.usefixtures("only_tmp_path")
def test_the_shell_of_the_script_says_whether_it_is_correct(first, name, shell, tmp_path):
    """It gets the script on standard input, and an empty environment."""
    command, _, options = shell.partition(" ")
    for each in ("bash", "sh", "zsh"):
        # The others find no fault.
        refuses = f'test "$*" != "{options}" -o "$HOME"; s=$?; while read -r l; do :; done; exit $s'
        text = refuses if each == command else "exit 0"
        made_program(tmp_path, text, each)
    (finding,) = checked(tmp_path, UNREAD, name=name, shebang=first).findings
    assert finding.code == "E109"


def test_other_lines_that_cannot_be_read_are_counted(run, tmp_path):
    file = write(tmp_path, "a $((1 +))\necho\na $((2 +))")
    done = run("iamcli", "check", file)
    assert (done.status, done.out) == (0, "0 commands, 0 errors, 0 warnings, 2 lines not read\n")
    again = write(tmp_path, "a $((1 +))", name="other.sh")
    assert list(report.text(check([file, again])))[-1].endswith(", 3 lines not read")
    done = run("iamcli", "check", "--format", "json", file)
    unread = [
        {"file": file, "line": line, "last": line, "reason": "cannot be parsed"} for line in (2, 4)
    ]
    assert json.loads(done.out)["unread"] == unread


def test_a_comment_silences_it(tmp_path):
    assert found(tmp_path, f":\n# iamcli: ignore=W212\n{UNREAD}\n{UNREAD}") == [(4, "W212")]


def test_it_is_found_in_a_file_that_the_script_reads(tmp_path):
    write(tmp_path, UNREAD, name="other.sh")
    result = checked(tmp_path, "echo a\n. ./other.sh")
    assert [(each.file[-8:], each.line) for each in result.findings] == [("other.sh", 2)]


def test_the_explanation_of_secrets_has_an_example_of_a_password(run):
    done = run("iamcli", "check", "--explain", "W205")
    examples = re.findall(r"(?:Before|After):\n((?:    .*\n)+)", done.out)
    assert [" ".join(example.split()) for example in examples] == [
        "iam-useraddkey -u bob >key.txt",
        "umask 077 iam-useraddkey -u bob >key.txt",
        "iam-useraddloginprofile -u bob -p Secret12345",
        "iam-useraddloginprofile -u bob -p - <password.txt",
    ]


def repeated(form: str, count: int) -> str:
    return "\n".join(form.replace("NEXT", str(at + 1)).replace("N", str(at)) for at in range(count))


@pytest.mark.parametrize(
    "script",
    every(
        8,
        [
            "A0=x\n" + repeated("ANEXT=$AN$AN", 40),
            repeated("ANEXT=$AN$AN", 40),
            "A0=(x)\n" + repeated('ANEXT=("${AN[@]}" "${AN[@]}")', 40) + '\necho "${A40[@]}"',
            "A0=x\n" + repeated("ANEXT=$(echo $AN $AN)", 40) + "\nread a b <<< $A40",
            "case $1 in\n" + repeated("aN) VN=x;;", 10_000) + "\nesac",
            repeated("WN=x", 3000) + "\ncase $1 in\n" + repeated("aN) VN=x;;", 3000) + "\nesac",
            repeated("bash <<E\n:\nE\nbash -c ':'", 2000),
            "eval " * 2000 + "x",
            " ".join(["sudo"] * 9000),
            "((" * 100 + "$(" * 20,
        ],
    ),
    ids=range(10),
)
def test_time_is_bounded(script, tmp_path):
    file = write(tmp_path, f"{WRONG}\n{script}")
    code = (
        "import resource, sys; from iamcli.cli.check.check import check\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (9, 9))\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "print([(each.line, each.code) for each in check([sys.argv[1]]).findings])"
    )
    command = [sys.executable, "-c", code, file]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=TIMEOUT
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("[(2, 'E102')")


def test_a_long_value_is_unknown(tmp_path):
    assert found(tmp_path, f"n=-R{'x' * 4094}\niam-userdel -u bob $n") == [(2, "E102")]
    assert found(tmp_path, f"n=-R{'x' * 4095}\niam-userdel -u bob $n") == []


@pytest.mark.parametrize(("others", "known"), [(999, True), (1000, False)])
def test_of_many_variables_the_others_are_unknown(others, known, tmp_path):
    names = " ".join(f"v{number}" for number in range(others))
    assert bool(found(tmp_path, f"read {names}; n=-R\niam-userdel -u bob $n")) is known


def test_a_script_for_csh_is_not_checked(run, tmp_path):
    file = write(tmp_path, f"set a = b\n{WRONG}", shebang="#!/bin/csh -f\n")
    done = run("iamcli", "check", file)
    said = "csh, which is not checked; 1 mention not checked: line 3"
    assert (done.status, done.err) == (0, f"iamcli: {file}: {said}\n")


# The measurement.


def measure(folder: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools/measure_check.py"), str(folder)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=cwd, timeout=TIMEOUT
    )


def test_the_measurement_finds_each_command(tmp_path):
    scripts = tmp_path / "scripts"
    write(scripts, 'x=`date`\nif a && b; then\n  (c "$(d)")\nfi\ncase $1 in\na) e;;\nesac')
    write(scripts, "if", name="mistake.sh")
    done = measure(scripts, ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("1 scripts, 0 of them with unread lines\n")
    (total,) = re.findall(r"all +(\d+) found +0 missed\n", done.stdout)
    assert int(total) >= 7 * 4


def test_the_measurement_fails_if_a_line_is_not_read(tmp_path):
    file = write(tmp_path, "echo $((1 +))")
    done = measure(tmp_path, ROOT)
    assert done.returncode == 1
    assert f"not read: {file}:2 (as it is)\n" in done.stdout


def test_the_measurement_fails_if_one_is_missed(tmp_path):
    file = write(tmp_path / "scripts", "a")
    write(tmp_path / "iamcli", "", "__init__.py", "")
    write(tmp_path / "iamcli", 'print(\'{"findings": [], "unread": []}\')', "__main__.py", "")
    done = measure(tmp_path / "scripts", tmp_path)
    assert done.returncode == 1
    assert f"missed: {file}:2 (pipe, line)\n" in done.stdout
