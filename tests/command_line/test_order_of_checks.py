"""The order of checks: the first error is reported; nothing is sent before all checks pass."""

from __future__ import annotations

from support.stub import ok


def test_checks_come_in_the_originals_order(run_fast, stub):
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
        "endpoint": "--url is not an http or https address",
        "own": "cannot read the policy from absent.json",
    }
    steps = list(wrong)
    for number, step in enumerate(steps):
        # All later checks would fail as well, and their options come first.
        line = [argument for later in reversed(steps[number:]) for argument in wrong[later].split()]
        line += ["-u", "bob"] + ([] if number <= steps.index("missing") else ["-p", "name"])
        done = run_fast("iam-useruploadpolicy", *line, env={"AWS_IAM_URL": endpoint.url})
        assert done.status == 1
        assert done.err.startswith(f"iam-useruploadpolicy: {said[step]}")
    assert endpoint.requests == []
    (run_fast.home / "policy.json").write_text("{}")
    line = ["-u", "bob", "-p", "name", "-f", "policy.json"]
    done = run_fast("iam-useruploadpolicy", *line, env={"AWS_IAM_URL": endpoint.url})
    assert (done.status, done.out, done.err) == (0, "", "")
    assert endpoint.operations == ["PutUserPolicy"]
