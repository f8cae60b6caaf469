"""Ctrl-C stops the script, whatever shell it is for and however it runs a command.

A terminal sends SIGINT to the process group, so each script has one of its own. bash goes on unless
the command dies of SIGINT; the other shells, xargs and make stop in any case.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest
from support import moments
from support.faults import SILENT
from support.interrupting import full_pipe, shows_key
from support.limits import NEVER, TIMEOUT
from support.processes import running, wait_until
from support.requirements import needs
from support.selection import in_full, pairs, usual
from support.stub import canned, ok
from support.terminal import Terminal

if TYPE_CHECKING:
    from support.shell import Shell
    from support.stub import Endpoint

FORMS = {
    "loop": "for g in a b c; do iam-groupdel -g $g; done",
    "lines": "iam-groupdel -g a\niam-groupdel -g b",
    "function": "remove() { iam-groupdel -g $1; }\nremove a\nremove b",
    "substitution": "a=$(iam-groupdel -g a)\nb=$(iam-groupdel -g b)",
    "read": "printf '%s\\n' a b c | while read g; do iam-groupdel -g $g; done",
    "subcommand": "for g in a b c; do iamcli iam-groupdel -g $g; done",
    "strict": "export IAMCLI_STRICT=1; for g in a b c; do iam-groupdel -g $g; done",
    "xargs": "printf '%s\\n' a b c | xargs -n 1 iam-groupdel -g",
    "make": "printf 'all:\\n\\tiam-groupdel -g a\\n\\tiam-groupdel -g b\\n' | make -f -",
}
ADVICE = (
    "iam-groupdel: interrupted; DeleteGroup may have taken effect, check first: "
    "iam-grouplistusers -g a"
)


def script_of(run: Shell, text: str) -> str:
    """Write a script that says at its end that it went on; return its name."""
    script = run.home / "script"
    script.write_text(f"{text}\necho went on\n")
    return str(script)


def started(run: Shell, endpoint: Endpoint, *command: str) -> subprocess.Popen[bytes]:
    """Start a command in a process group of its own."""
    run.env |= {"AWS_IAM_URL": endpoint.url, "IAMCLI_TIMEOUT": str(NEVER)}
    return run.start(
        *command, stdin=subprocess.DEVNULL, stdout=-1, stderr=-1, start_new_session=True
    )


def interrupted(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    """Send SIGINT to the process group; return the status, output and errors."""
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=TIMEOUT)
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize(
    ("shell", "form", "option", "prefix"),
    pairs(
        ("bash", "dash", "zsh"),
        FORMS,
        ("", "set -e\n"),
        ("", "iamcli run"),
        first=[
            ("bash", "loop", "", ""),
            ("bash", "read", "", "iamcli run"),
            ("dash", "lines", "", ""),
            ("zsh", "loop", "", ""),
        ],
    ),
)
@needs("{shell}")
def test_script_stops(shell, form, option, prefix, run, stub):
    endpoint = stub.endpoint(SILENT, ok("DeleteGroup"))
    script = script_of(run, option + FORMS[form])
    process = started(run, endpoint, *prefix.split(), shell, script)
    wait_until(lambda: endpoint.requests)
    status, out, err = interrupted(process)
    assert endpoint.operations == ["DeleteGroup"]
    assert ADVICE in (out if form == "strict" else err).splitlines()
    assert "went on" not in out
    assert status == -signal.SIGINT or (shell == "zsh" and status == 128 + signal.SIGINT)


SUBCOMMANDS = ["iamcli snapshot $g", "iamcli doctor", "iamcli run iam-usergetattributes"]


@pytest.mark.parametrize("prefix", ["", in_full("iamcli run")])
@pytest.mark.parametrize("line", usual(["iamcli snapshot $g"], SUBCOMMANDS))
def test_script_of_subcommands_stops(line, prefix, run, stub):
    endpoint = stub.endpoint(SILENT)
    script = script_of(run, f"for g in a b c; do {line} 2>>err; done")
    process = started(run, endpoint, *prefix.split(), "bash", script)
    wait_until(lambda: endpoint.requests)
    assert interrupted(process)[0] == -signal.SIGINT
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("module", [in_full("iamcli.runner"), "botocore.endpoint"])
def test_script_stops_during_imports(module, run, stub):
    endpoint = stub.endpoint(ok("DeleteGroup"))
    script = script_of(run, "for g in a b; do iam-groupdel -g $g; done")
    run.env |= moments.variables(moments.importing, signal.SIGINT, module, "group")
    process = started(run, endpoint, "bash", script)
    out, err = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, out, err) == (-signal.SIGINT, b"", b"")
    assert endpoint.requests == []


def test_script_stops_at_a_prompt(run, stub):
    endpoint = stub.endpoint(ok("CreateLoginProfile"))
    script = script_of(run, "for u in a b; do iam-useraddloginprofile -u $u -p -; done")
    terminal = Terminal("bash", script, env=run.env | {"AWS_IAM_URL": endpoint.url})
    terminal.wait_for("Password: ")
    wait_until(lambda: not terminal.echoes())
    terminal.type("\x03")
    assert terminal.wait() == -signal.SIGINT
    assert terminal.shown.count("Password") == 1
    assert terminal.echoes()
    terminal.close()
    assert endpoint.requests == []


def test_second_one_stops_the_script(run, stub):
    """The first one begins to delete the key again, the second one ends that."""
    endpoint = stub.endpoint().on("CreateAccessKey", canned("CreateAccessKey"))
    endpoint.on("DeleteAccessKey", SILENT)
    reader, writer = full_pipe()
    script = script_of(run, "for u in a b; do iam-useraddkey -u $u; done")
    run.env |= {"AWS_IAM_URL": endpoint.url}
    process = run.start("bash", script, stdout=writer, stderr=-1, start_new_session=True)
    os.close(writer)
    wait_until(lambda: endpoint.answered)
    [command] = (pid for pid, line in running(run.home).items() if "bin/iam-useraddkey" in line)
    wait_until(lambda: shows_key(endpoint, command))
    os.killpg(process.pid, signal.SIGINT)
    wait_until(lambda: endpoint.operations == ["CreateAccessKey", "DeleteAccessKey"])
    # Two signals in no time are one.
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)
    err = process.communicate(timeout=TIMEOUT)[1].decode()
    os.close(reader)
    assert process.returncode == -signal.SIGINT
    assert "access key AKIAIOSFODNN7EXAMPLE may still exist but its secret is lost" in err
    assert endpoint.operations == ["CreateAccessKey", "DeleteAccessKey"]


@pytest.mark.parametrize(("script", "status"), [("kill -INT $$", -2), in_full("exit 130", 130)])
def test_status_of_a_script_in_iamcli_run(script, status, run):
    assert run("iamcli", "run", "bash", "-c", script) == (status, "", "")


def test_background_job_goes_on(run, stub):
    """Its shell ignores SIGINT for it."""
    released = threading.Event()
    endpoint = stub.endpoint(canned("GetUser")._replace(released=released))
    script = script_of(run, "trap : INT; iam-usergetattributes & wait; wait")
    process = started(run, endpoint, "bash", script)
    wait_until(lambda: endpoint.requests)
    os.killpg(process.pid, signal.SIGINT)
    released.set()
    out = process.communicate(timeout=TIMEOUT)[0].decode()
    assert (process.returncode, out.splitlines()[-1]) == (0, "went on")
    assert out.startswith("arn:")
