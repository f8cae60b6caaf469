"""The first request of each command line of the legacy toolkit, in tests/interface."""

from __future__ import annotations

import shlex

from support.shell import TESTS

INTERFACE = TESTS / "interface"


#: Rows of requests.tsv that are answered differently: what standard error says instead of sending.
REFUSED = {
    # A policy that is not JSON is refused before anything is sent.
    "iam-groupuploadpolicy -g g -p pn -f bad.json": "not JSON",
    "iam-useruploadpolicy -u u -p pn -o text": "not JSON",
    # So is what the service could not take.
    "iam-grouplistbypath -i 0": '"0" is not a valid value for "-i"',
    "iam-grouplistbypath -i -5": '"-5" is not a valid value for "-i"',
    "iam-virtualmfadevicecreate -s dev -b foo -o out.png": '"foo" is not a valid value for "-b"',
    # A QR code that nobody would see: standard output is not a terminal here.
    "iam-virtualmfadevicecreate -s dev -b QRCodePNG": "standard output is not a terminal",
    # Pretending really deleted; a defect of the original that is not copied.
    "iam-groupdel -g g -p": "nothing was sent",
}


#: Rows whose first request is another one, which only reads: the operation.
READ_FIRST = {"iam-accountmodpasswordpolicy -a -l -n": "GetAccountPasswordPolicy"}


#: The one parameter that differs: a whole list is read in pages of the service's maximum.
WHOLE_LIST = ("MaxItems: 100", "MaxItems: 1000")

FILES = {
    "pol.json": '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}\n',
    "bad.json": "not json\n",
    "cert.pem": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    "key.pem": "-----BEGIN RSA PRIVATE KEY-----\nMIIC\n-----END RSA PRIVATE KEY-----\n",
}

ROWS = [row.split("\t") for row in (INTERFACE / "requests.tsv").read_text().splitlines()[1:] if row]


def arguments_of(line: str) -> list[str]:
    """Return the arguments of a row's command line, which has quotes only in a policy."""
    return shlex.split(line) if '"' not in line else line.split(" ")


def listed(parameters: dict[str, str]) -> list[str]:
    return sorted(f"{name}: {value}".replace("\n", "⏎") for name, value in parameters.items())


def expected(line: str, parameters: str) -> list[str]:
    wanted = []
    rest = parameters
    while rest:
        # A document holds commas, but none that a name and a colon follow.
        end = next((at for at in commas(rest) if rest[at + 2].isupper()), len(rest))
        wanted.append(rest[:end])
        rest = rest[end + 2 :]
    asked_for_a_page = " -i " in line or " -m " in line
    if not asked_for_a_page:
        wanted = [WHOLE_LIST[1] if entry == WHOLE_LIST[0] else entry for entry in wanted]
    return sorted(wanted)


def commas(text: str) -> list[int]:
    return [at for at in range(len(text) - 2) if text[at : at + 2] == ", "]
