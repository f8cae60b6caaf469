"""Examples for help and manual pages, taken from the transcripts that the tests run."""

from __future__ import annotations

import re
from pathlib import Path

from iamcli.help.text import continued

TRANSCRIPTS = Path(__file__).resolve().parent.parent / "tests" / "transcripts"

#: The maximum width of a command line (columns). Longer ones are broken.
WIDTH = 66

#: Sample values, which no account has, for the placeholders of values that change with each run.
SAMPLES = {
    "KEYID": ("AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"),
    "SECRET": (
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
    ),
    "ROLEID": ("AROADBQP57FF2AEXAMPLE",),
    "CERTID": ("TA7SMP42TDN5Z26OBPJE7EXAMPLE", "TA7SMP42TDN5Z26OBPJE8EXAMPLE"),
    "SEED": ("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",),
    "DATE": ("2012-07-11T10:20:30Z",),
}
#: Sample IDs of entities, by a part of the ARN on the line before.
IDS = {
    ":user/": "AIDACKCEVSQ6C2EXAMPLE",
    ":group/": "AGPACKCEVSQ6C2EXAMPLE",
    ":role/": "AROADBQP57FF2AEXAMPLE",
    ":instance-profile/": "AIPAD5ARO2C5EXAMPLE3G",
    ":server-certificate/": "ASCACKCEVSQ6C2EXAMPLE",
}
_TOKEN = re.compile(r"<([A-Z]+)-([0-9]+)>")


def example(name: str, command: str) -> list[str]:
    """Return ``command`` and its output, as a terminal shows them, from the transcript of ``name``.

    If the command line occurs several times, the one that succeeds with the longest output is used.
    Raises SystemExit if it is not there, and OSError if there is no transcript.
    """
    file = TRANSCRIPTS / f"{name}.txt"
    shown = _outputs(file.read_text(encoding="utf-8"), command)
    if not shown:
        raise SystemExit(f"{file} has no line `$ {command}`; nothing was changed")
    succeeded = [lines for lines in shown if not (lines and re.fullmatch(r"\[\d+\]", lines[-1]))]
    output = max(succeeded or shown, key=len)
    return [*continued(f"$ {command}", WIDTH), *_with_samples(output)]


def _outputs(text: str, command: str) -> list[list[str]]:
    """Return the output of ``command`` for each time that it occurs in the transcript."""
    pattern = rf"^\$ {re.escape(command)}\n(.*?)(?=^[$#%] |\Z)"
    return [shown.splitlines() for shown in re.findall(pattern, text, re.MULTILINE | re.DOTALL)]


def _with_samples(lines: list[str]) -> list[str]:
    above = ""
    shown = []
    for line in lines:

        def sample(token: re.Match[str], above: str = above) -> str:
            kind, number = token[1], int(token[2])
            if kind == "ID":
                return next(value for part, value in IDS.items() if part in above)
            return SAMPLES[kind][(number - 1) % len(SAMPLES[kind])]

        shown.append(_TOKEN.sub(sample, line))
        above = line
    return shown
