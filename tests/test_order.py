"""The order of checks: what is wrong first is told first, and nothing is sent before all hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.stub import ok

if TYPE_CHECKING:
    from support.shell import Shell
    from support.stub import Stub


def test_checks_come_in_the_originals_order(run: Shell, stub: Stub) -> None:
    endpoint = stub.endpoint(ok("PutUserPolicy"))
    wrong = {
        "-z": "-z",
        "missing": "",
        "credentials": "--aws-credential-file absent",
        "configuration": "--client-config-file absent",
        "endpoint": "--url ftp://x",
        "own": "-f absent.json",
    }
    said = {
        "-z": '"-z" is not a valid option',
        "missing": 'Option "-p" is required',
        "credentials": "credential file absent cannot be read",
        "configuration": "client configuration absent cannot be read",
        "endpoint": "--url is no http or https address",
        "own": "cannot read the policy from absent.json",
    }
    steps = list(wrong)
    for number, step in enumerate(steps):
        # All that comes later is wrong as well, and stands further left.
        line = [word for later in reversed(steps[number:]) for word in wrong[later].split()]
        line += ["-u", "bob"] + ([] if number <= steps.index("missing") else ["-p", "name"])
        done = run("iam-useruploadpolicy", *line, env={"AWS_IAM_URL": endpoint.url})
        assert done.status == 1
        assert done.err.startswith(f"iam-useruploadpolicy: {said[step]}")
    assert endpoint.requests == []
    (run.home / "policy.json").write_text("{}")
    done = run(
        *["iam-useruploadpolicy", "-u", "bob", "-p", "name", "-f", "policy.json"],
        env={"AWS_IAM_URL": endpoint.url},
    )
    assert (done.status, done.out, done.err) == (0, "", "")
    assert endpoint.operations == ["PutUserPolicy"]
