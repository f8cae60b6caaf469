"""Policy documents: generated from options, or provided by the user."""

from __future__ import annotations

from iamcli import quoting
from iamcli.config import files
from iamcli.errors import Failure, InvalidPolicy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

#: The byte order mark, with which Windows programs begin a file. It is three bytes of UTF-8.
_MARK = "\ufeff"


def statement(effect: str, actions: Sequence[str], resources: Sequence[str]) -> str:
    """Return a policy with one statement. Source: LEGACY.md (generated policies)."""
    return _policy({"Effect": effect, "Action": list(actions), "Resource": list(resources)})


def given(file: str | None, document: str | None) -> str:
    """Return the policy that the user specified with ``-f`` or ``-o``, unchanged.

    Raises Failure if none or both are given or if the file cannot be read, and InvalidPolicy if the
    policy is not JSON; its hint says what is certainly the reason. Source: LEGACY.md (policies that
    are not JSON).
    """
    if (file is None) == (document is None):
        raise Failure("specify the policy with -f or -o, not both")
    if document is None:
        return from_file(str(file))
    try:
        return _checked(document, "the policy of -o")
    except InvalidPolicy as failure:
        failure.hint = _file_instead(document) or failure.hint
        raise


def from_file(name: str) -> str:
    """Return the policy in the file ``name``, unchanged; raises as ``given`` does."""
    return _checked(files.text(name, "the policy"), name, name)


def trust_given(file: str | None, service: str | None) -> str:
    """Return the trust policy of ``-f``, or one for the service of ``-s``; raises as ``given``."""
    if (file is None) == (service is None):
        raise Failure("specify the trust policy with -f or -s, not both")
    if service is None:
        return from_file(str(file))
    principal = {"Service": [service]}
    return _policy({"Effect": "Allow", "Principal": principal, "Action": ["sts:AssumeRole"]})


def _file_instead(document: str) -> str:
    """Return the option to write if ``document``, which is no policy, is the name of a file."""
    import os

    # As the AWS CLI writes the name of a file.
    name = document.removeprefix("file://")
    return f"to read the file: {quoting.option('-f', name)}" if os.path.isfile(name) else ""


def _policy(single: dict[str, object]) -> str:
    import json

    policy = {"Version": "2008-10-17", "Statement": [single]}
    return json.dumps(policy, separators=(",", ":"), ensure_ascii=False)


def _checked(document: str, source: str, file: str | None = None) -> str:
    """Return ``document``, which is from ``source``; ``file``: its name, if it is a file."""
    import json

    if document.startswith(_MARK):
        advice = f"to remove it, run: tail -c +4 {quoting.file(file)} >NEWFILE" if file else ""
        raise InvalidPolicy(
            f"{source} begins with a byte order mark, which JSON does not allow; "
            f"{advice or 'remove it'}"
        )
    try:
        # The service decides about numbers, also those that are too long for Python.
        json.loads(document, parse_int=str)
    except json.JSONDecodeError as error:
        from iamcli.policies.findings import described, typographic_quotes

        failure = InvalidPolicy(f"{source}, {described(error)}")
        failure.hint = typographic_quotes(error)
        raise failure from None
    except RecursionError:
        raise InvalidPolicy(f"{source}: nested too deeply") from None
    return document
