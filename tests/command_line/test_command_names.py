"""A wrong name of a command: what is suggested, and that it is the same wherever it is typed."""

from __future__ import annotations

import re
import shutil

import pytest
from support.checking import checked, codes
from support.private_iam import PROMPT, start_shell
from support.processes import environment
from support.requirements import needs
from support.selection import in_full
from support.terminal import USUAL_SIZE, Terminal

from iamcli.cli import index
from iamcli.parsing.command_names import is_meant, suggest

#: Names as people remember them, each with the command that they mean; "" if it is none.
MEANT = {
    "iam-user-create": "iam-usercreate",
    "iam_usercreate": "iam-usercreate",
    "iam-createuser": "iam-usercreate",
    "iam-adduser": "iam-usercreate",
    "iam-UserCreate": "iam-usercreate",
    "iam-usercraete": "iam-usercreate",
    "iam-users": "iam-userlistbypath",
    "iam-userlist": "iam-userlistbypath",
    "iam-listusers": "iam-userlistbypath",
    "iam-userlistbypaht": "iam-userlistbypath",
    "iam-grouplist": "iam-grouplistbypath",
    "iam-listroles": "iam-rolelistbypath",
    "iam-profiles": "iam-instanceprofilelistbypath",
    "iam-userdelete": "iam-userdel",
    "iam-rmuser": "iam-userdel",
    "iam-userget": "iam-usergetattributes",
    "iam-update-user": "iam-usermod",
    "iam-createkey": "iam-useraddkey",
    "iam-create-access-key": "iam-useraddkey",
    "iam-disablekey": "iam-usermodkey",
    "iam-listkeys": "iam-userlistkeys",
    "iam-userputpolicy": "iam-useruploadpolicy",
    "iam-userupdatepolicy": "iam-useruploadpolicy",
    "iam-getgrouppolicy": "iam-grouplistpolicies",
    "iam-useraddtogroup": "iam-groupadduser",
    "iam-userremovegroup": "iam-groupremoveuser",
    "iam-list-groups-for-user": "iam-userlistgroups",
    "iam-listusersingroup": "iam-grouplistusers",
    "iam-getgroup": "iam-grouplistusers",
    "iam-deletepassword": "iam-userdelloginprofile",
    "iam-setpassword": "iam-usermodloginprofile",
    "iam-changepassword": "iam-userchangepassword",
    "iam-accountpasswordpolicy": "iam-accountgetpasswordpolicy",
    "iam-summary": "iam-accountgetsummary",
    "iam-listaliases": "iam-accountaliaslist",
    "iam-updateassumerolepolicy": "iam-roleupdateassumepolicy",
    "iam-addroletoinstanceprofile": "iam-instanceprofileaddrole",
    "iam-rolelistinstanceprofiles": "iam-instanceprofilelistforrole",
    "iam-uploadsigningcertificate": "iam-useraddcert",
    "iam-createservercertificate": "iam-servercertupload",
    "iam-mfadevices": "iam-userlistmfadevices",
    "iam-deletevirtualmfadevice": "iam-virtualmfadevicedel",
    "iam-disablemfa": "iam-userdeactivatemfadevice",
    # The toolkit has nothing that does this; a removal must not be suggested for it.
    "iam-userattachpolicy": "",
    "iam-userdetachpolicy": "",
    "iam-deactivateuser": "",
    "iam-audit": "",
    "iam-rotate": "",
    "iam-userexport": "",
    "iam-list": "",
    "iam-": "",
}


@pytest.mark.parametrize(("name", "command"), MEANT.items())
def test_what_a_wrong_name_means(name, command):
    assert suggest(name, index.names()) == command
    assert suggest(re.sub("^iam[-_]", "", name), index.names()) == command


def test_each_command_means_itself():
    names = index.names()
    assert [name for name in names if suggest(name, names) != name] == []
    assert [name for name in names if suggest(name.replace("-", "_"), names) != name] == []


def test_a_very_long_name_is_not_read_as_words():
    assert suggest("iam-" + "mfadevices" * 1000, index.names()) == ""
    assert suggest("iam-" + "mfadevices" * 5 + "x", index.names()) == ""
    # The longest name that is read as words has 64 letters.
    assert suggest("iam-create-user" + "-all" * 18, index.names()) == "iam-usercreate"
    assert suggest("iam-create-user" + "-all" * 17 + "-path", index.names()) == ""


@pytest.mark.parametrize("name", ["iam_user-create", "iam-users"])
def test_a_name_that_begins_as_a_command_can_mean_one(name):
    assert is_meant(name, index.names())
    assert not is_meant(f"./{name}", index.names())
    # The user's own, as iam-userdel2 is.
    assert not is_meant(f"{name}2", index.names())
    assert not is_meant(name.replace("iam", "iam."), index.names())


# Wherever it is typed, the same is suggested.


#: A name that means a command, and one that means none.
TYPED = [("iam-user-create", "iam-usercreate"), ("iam-audit", "")]


@pytest.mark.parametrize(("name", "command"), TYPED)
def test_iamcli_and_explain_say_what_is_meant(name, command, run_fast):
    advice = f"did you mean {command}?" if command else "to list all commands, run iamcli list"
    line = f"iamcli: no such command: {name}; {advice}\n"
    for words in ([name], ["explain", "--", name, "-u", "bob"]):
        done = run_fast("iamcli", *words)
        assert (done.status, done.out, done.err) == (1, "", line)
    near = f"did you mean {command}?" if command else "for help, type: iamcli help -h"
    done = run_fast("iamcli", "help", name)
    assert done.err.startswith(f"iamcli help: unknown command or topic {name}; {near}\nUsage: ")


@pytest.mark.parametrize(("name", "command"), TYPED)
def test_check_says_what_is_meant(name, command, tmp_path):
    findings = checked(tmp_path, f"{name} -u bob").findings
    if command:
        assert [(each.code, each.message) for each in findings] == [
            ("E101", f"the toolkit has no command {name}")
        ]
        assert findings[0].fix == f"did you mean {command}?"
    else:
        assert "did you mean" not in "".join(each.fix for each in findings)


@pytest.mark.parametrize(
    "script",
    [
        "iam_usercreate() { echo; }\niam_usercreate bob",
        "iam-user-create() { echo; }\niam-user-create bob",
        "shopt -s expand_aliases\nalias iam-userlist='iam-userlistbypath'\niam-userlist",
        # It may define functions, whose names often have an underscore.
        '. "$1"\niam_user_create bob',
    ],
)
def test_check_is_silent_about_what_the_script_defines(script, tmp_path):
    assert "E101" not in codes(tmp_path, script)


def test_check_is_silent_about_a_program_of_the_user(tmp_path, monkeypatch):
    script = "iam-audit\niam-user-create bob"
    assert codes(tmp_path, script) == ["E101", "E101"]
    for name in ("iam-audit", "iam-user-create"):
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert codes(tmp_path, script) == []


# In the shells of the sandbox.

#: What is typed, and what the shell shows. "PLAIN" is what it shows outside of the sandbox.
SHELL_LINES = {
    "iam-user-create -u bob": "iam-user-create; did you mean iam-usercreate?",
    "iam_usercreate": "iam_usercreate; did you mean iam-usercreate?",
    "iam-userlist": "iam-userlist; did you mean iam-userlistbypath?",
    "iam-createuser bob": "iam-createuser; did you mean iam-usercreate?",
    "iam-audit": "iam-audit; to list all commands, run iamcli list",
    "nothing-here -u bob": "PLAIN",
    "true | nothing-here": "PLAIN",
    "eval nothing-here": "PLAIN",
    "iamcliq": "PLAIN",
}
IN_FUNCTION = {
    "bash": "first() { nothing-here; }; first",
    "zsh": "first() { nothing-here; }; first",
    "fish": "function first; nothing-here; end; first",
}
CONTROL = re.compile(r"\x1b\][^\x07]*\x07|\x1b[\[(][0-9;?<>=]*[A-Za-z]|\x1b[=>]|\r")


def shown(terminal: Terminal, line: str, status: str) -> list[str]:
    """Type ``line``, and return what it shows, with its exit status as the last line."""
    terminal.type(f"echo be''gin; {line}; echo st''atus={status}; echo e''nd\r")
    terminal.wait_for("begin\r\n")
    return CONTROL.sub("", terminal.wait_for("end\r\n")).splitlines()


@pytest.mark.parametrize("name", ["bash", in_full("zsh"), in_full("fish")])
@needs("{name}")
def test_a_shell_of_the_sandbox_says_what_is_meant(name, tmp_path):
    env = {**environment(tmp_path), "SHELL": str(shutil.which(name)), "TERM": "dumb"}
    program, *options = start_shell(env, str(tmp_path))
    plain = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[name]
    env_of_plain = {key: env[key] for key in env if key not in ("PROMPT_COMMAND", "ZDOTDIR")}
    status = "$status" if name == "fish" else "$?"
    ours = Terminal(program, *options, env=env, size=USUAL_SIZE)
    other = Terminal(program, *plain, env=env_of_plain, size=USUAL_SIZE)
    ours.wait_for(PROMPT)
    for line, expected in {**SHELL_LINES, IN_FUNCTION[name]: "PLAIN"}.items():
        found = shown(ours, line, status)
        assert found[-1] == "status=127", line
        if expected == "PLAIN":
            assert found == shown(other, line, status)
        else:
            # fish also shows the place in the line.
            assert found[0] == f"iamcli: no such command: {expected}"
            assert len(found) == 2 or name == "fish"
    # What the user defines is called.
    defined = (
        "function iam-audit; echo mine; end" if name == "fish" else "iam-audit() { echo mine; }"
    )
    ours.type(f"{defined}\r")
    assert shown(ours, "iam-audit", status) == ["mine", "status=0"]
    for terminal in (ours, other):
        terminal.close()


def test_bash_keeps_a_function_of_the_environment(tmp_path):
    env = {**environment(tmp_path), "SHELL": str(shutil.which("bash")), "TERM": "dumb"}
    env["BASH_FUNC_command_not_found_handle%%"] = "() { echo mine $1; return 3; }"
    program, *options = start_shell(env, str(tmp_path))
    terminal = Terminal(program, *options, env=env, size=USUAL_SIZE)
    terminal.wait_for(PROMPT)
    assert shown(terminal, "iam-userlist", "$?") == ["mine iam-userlist", "status=3"]
    terminal.close()
