"""Files that options name: read unchanged, or reported before a request is sent."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.forked import Done
from support.requirements import needs
from support.stub import ok

from iamcli.config import files
from iamcli.errors import Failure

if TYPE_CHECKING:
    from support.shell import Shell
    from support.stub import Endpoint, Stub

#: Each option that names a file, in a line that is otherwise right; ``{}`` is the file.
LINES = {
    "iam-useruploadpolicy -u b -p p -f {}": "the policy",
    "iam-groupuploadpolicy -g g -p p -f {}": "the policy",
    "iam-roleuploadpolicy -r r -p p -f {}": "the policy",
    "iam-rolecreate -r r -f {}": "the policy",
    "iam-roleupdateassumepolicy -r r -f {}": "the policy",
    "iam-useraddcert -f {}": "the certificate",
    "iam-servercertupload -s s -k good -b {}": "the certificate",
    "iam-servercertupload -s s -b good -k {}": "the private key",
    "iam-servercertupload -s s -b good -k good -c {}": "the certificate chain",
}
POLICY = '{"Statement": [\r\n\t{"Effect": "Allow", "Action": "caf\u00e9:*", "Resource": "*"}]}\n\n'


def refusal(command: str, text: str) -> tuple[int, str, str]:
    """Return what a command does that refuses a file."""
    return 1, "", f"{command}: {text}\n"


@pytest.fixture
def policy_endpoint(run: Shell, stub: Stub) -> Endpoint:
    """An endpoint that accepts a policy, and a valid file."""
    made = stub.endpoint(ok("PutUserPolicy"))
    run.env["AWS_IAM_URL"] = made.url
    (run.home / "good").write_text("{}")
    return made


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "the file name for the policy is empty"),
        ("absent", "cannot read the policy from absent: No such file or directory"),
        (
            "-",
            (
                "cannot read the policy from -: No such file or directory; to read standard "
                "input, specify /dev/stdin"
            ),
        ),
        (".", ". is a directory; the policy must be a file"),
        ("good/x", "cannot read the policy from good/x: Not a directory"),
        ("loop", "cannot read the policy from loop: Too many levels of symbolic links"),
        ("socket", f"cannot read the policy from socket: {os.strerror(errno.ENXIO)}"),
        ("empty", "empty is empty; it must contain the policy"),
        ("latin-1", "latin-1, line 3: not UTF-8; the policy must be text"),
        ("/dev/zero", "/dev/zero is larger than 1048576 bytes, which is too large for the policy"),
        ("large", "large is larger than 1048576 bytes, which is too large for the policy"),
    ],
)
def test_a_file_that_cannot_be_read(name, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("good").write_text("{}")
    Path("empty").touch()
    Path("loop").symlink_to("loop")
    Path("latin-1").write_bytes(b'{\n\n"Id": "caf\xe9"}')
    Path("large").write_bytes(b" " * ((1 << 20) + 1))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        with pytest.raises(Failure) as raised:
            files.text(name, "the policy")
    assert str(raised.value) == said


@pytest.mark.parametrize("line", LINES)
def test_a_file_that_cannot_be_read_is_named(line, run_fast, policy_endpoint):
    name, *arguments = line.format("absent").split()
    said = f"cannot read {LINES[line]} from absent: No such file or directory"
    assert run_fast(name, *arguments) == refusal(name, said)
    assert policy_endpoint.requests == []


def test_a_policy_is_sent_byte_for_byte(run, policy_endpoint):
    (run.home / "policy").write_bytes(POLICY.encode())
    upload = "iam-useruploadpolicy -u b -p p"
    for line in (
        f"{upload} -f policy",
        f"{upload} -f /dev/stdin < policy",
        f"{upload} -f <(cat policy)",
        f'{upload} -o "$(cat policy)"',
    ):
        done = run("bash", "-c", line)
        assert (done.status, done.err) == (0, "")
    sent = [request.parameters["PolicyDocument"] for request in policy_endpoint.requests]
    assert sent[:3] == [POLICY] * 3
    assert sent[3] == POLICY.rstrip("\n")


# Standard input that is a socket, as the pipes of ksh93 and Node.js are.


def from_socket(run: Shell, *arguments: str, content: bytes, number: int = 0) -> Done:
    """Run a command with a socket as descriptor ``number``, which does not block, and a pause."""
    ours, theirs = socket.socketpair()
    theirs.settimeout(0)
    shell = ("bash", "-c", f'exec {number}<&0; [ {number} = 0 ] || exec <&-; exec "$@"', "bash")
    with ours, theirs:
        process = run.start(
            *shell, *arguments, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        middle = len(content) // 2
        ours.sendall(content[:middle])
        time.sleep(0.1)
        ours.sendall(content[middle:])
        ours.shutdown(socket.SHUT_WR)
        out, err = process.communicate()
    return Done(process.returncode, out.decode(), err.decode()).told(arguments)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("/dev/stdin", 0),
        ("/dev/fd/9", 9),
        *(
            pytest.param(name, number, marks=(pytest.mark.full, needs("/proc/self/fd")))
            for name, number in (("/proc/self/fd/0", 0), ("/proc/self/fd/9", 9))
        ),
        pytest.param("/dev/fd/0", 0, marks=pytest.mark.full),
    ],
)
def test_a_descriptor_may_be_a_socket(run, policy_endpoint, name, number):
    line = ("iam-useruploadpolicy", "-u", "b", "-p", "p", "-f", name)
    assert from_socket(run, *line, content=POLICY.encode(), number=number) == (0, "", "")
    assert [one.parameters["PolicyDocument"] for one in policy_endpoint.requests] == [POLICY]


@pytest.mark.parametrize(
    ("line", "content", "said"),
    [
        ("iam-servercertupload -s s -k good -b /dev/stdin", b"", "/dev/stdin is empty; it must"),
        ("iam-userlistbypath --aws-credential-file /dev/stdin", b"AWSAccessKeyId", "/dev/stdin"),
        ("iamcli recreate /dev/stdin all", b"[]", "/dev/stdin is not a snapshot"),
        ("iamcli snapshot x.json --from /dev/stdin", b"[]", "/dev/stdin is not the output of aws"),
        pytest.param(
            "iamcli sandbox --account /dev/stdin true",
            b"[]",
            "/dev/stdin is not a snapshot",
            marks=pytest.mark.full,
        ),
        ("iamcli check /dev/stdin", b"iam-userlis\n", "/dev/stdin:1:1: E"),
    ],
)
def test_all_files_may_be_sockets(run, policy_endpoint, line, content, said):
    done = from_socket(run, *line.split(), content=content)
    assert done.status == 1
    assert said in done.err + done.out
    assert "No such device" not in done.err
    assert policy_endpoint.requests == []


@needs("ksh93")
def test_a_pipe_of_ksh93(forked, policy_endpoint):
    (forked.home / "policy").write_bytes(POLICY.encode())
    done = forked("ksh93", "-c", "cat policy | iam-useruploadpolicy -u b -p p -f /dev/stdin")
    assert done == (0, "", "")
    assert [one.parameters["PolicyDocument"] for one in policy_endpoint.requests] == [POLICY]


# Byte order marks.


def test_a_policy_with_a_byte_order_mark(run, run_fast, policy_endpoint):
    (run.home / "a b.json").write_text(f"\ufeff{POLICY}", newline="")
    upload = ("iam-useruploadpolicy", "-u", "b", "-p", "p")
    done = run_fast(*upload, "-f", "a b.json")
    command = "tail -c +4 './a b.json' >NEWFILE".replace("./", "")
    said = "begins with a byte order mark, which JSON does not allow"
    assert done == refusal(upload[0], f"a b.json {said}; to remove it, run: {command}")
    done = run_fast(*upload, "-o", "\ufeff{}")
    assert done == refusal(upload[0], f"the policy of -o {said}; remove it")
    assert policy_endpoint.requests == []
    run("sh", "-c", command.replace("NEWFILE", "new.json"))
    assert run_fast(*upload, "-f", "new.json").status == 0
    assert policy_endpoint.requests[0].parameters["PolicyDocument"] == POLICY


# Private keys that are where a certificate belongs, and keys with a passphrase.

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIBcertificate\n-----END CERTIFICATE-----\n"
PRIVATE = "-----BEGIN {0}-----\nMIIEsecretsecret\n-----END {0}-----\n"
KEYS = {
    "pkcs8": PRIVATE.format("PRIVATE KEY"),
    "rsa": PRIVATE.format("RSA PRIVATE KEY").replace("\n", "\r\n"),
    "ec": f"-----BEGIN EC PARAMETERS-----\nBggq\n{PRIVATE.format('EC PRIVATE KEY')}",
    "encrypted": PRIVATE.format("ENCRYPTED PRIVATE KEY"),
    "openssh": PRIVATE.format("OPENSSH PRIVATE KEY"),
    "pgp": PRIVATE.format("PGP PRIVATE KEY BLOCK"),
    "ssh2": "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nMIIEsecretsecret\n",
    "after a certificate": CERTIFICATE + PRIVATE.format("PRIVATE KEY"),
    "between certificates": CERTIFICATE + PRIVATE.format("PRIVATE KEY") + CERTIFICATE,
    "without its first line": "MIIEsecretsecret\n-----END RSA PRIVATE KEY-----\n",
    "on one line": PRIVATE.format("PRIVATE KEY").replace("\n", " "),
    "in lower case": PRIVATE.format("PRIVATE KEY").lower(),
    "in two bytes a character": PRIVATE.format("PRIVATE KEY").encode("utf-16-le").decode(),
}
FOR_CERTIFICATES = [line for line, what in LINES.items() if what.startswith("the certificate")]


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_private_key_is_no_certificate(key, tmp_path):
    file = tmp_path / "key"
    file.write_text(key, newline="")
    with pytest.raises(Failure) as raised:
        files.certificate(str(file), "the certificate")
    assert str(raised.value) == (
        f"{file} contains a private key, which must not be sent as the certificate; "
        "specify a file that contains only certificates"
    )


@pytest.mark.parametrize("line", FOR_CERTIFICATES)
def test_a_private_key_is_not_sent_as_a_certificate(line, run_fast, policy_endpoint):
    (run_fast.home / "key").write_text(KEYS["rsa"], newline="")
    name, *arguments = line.format("key").split()
    assert run_fast(name, *arguments, "-d") == refusal(
        name,
        f"key contains a private key, which must not be sent as {LINES[line]}; "
        "specify a file that contains only certificates",
    )
    assert policy_endpoint.requests == []


def test_a_private_key_on_the_command_line_is_not_sent_as_a_certificate(run_fast, policy_endpoint):
    assert run_fast("iam-useraddcert", "-c", KEYS["pkcs8"], "-d") == refusal(
        "iam-useraddcert",
        "the value of -c contains a private key, which must not be sent as the certificate; "
        "specify only the certificate",
    )
    assert policy_endpoint.requests == []


@pytest.mark.parametrize(
    "key",
    [
        KEYS["encrypted"],
        KEYS["encrypted"] + CERTIFICATE,
        PRIVATE.format("RSA PRIVATE KEY").replace(
            "\nM", "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nM"
        ),
        PRIVATE.format("RSA PRIVATE KEY").replace("\nM", "\r\nProc-Type:4, ENCRYPTED\r\n\r\nM"),
    ],
)
def test_a_private_key_with_a_passphrase_is_refused(key, run_fast, policy_endpoint):
    (run_fast.home / "key").write_text(key, newline="")
    arguments = ("iam-servercertupload", "-s", "s", "-b", "good", "-k", "key", "-d")
    assert run_fast(*arguments) == refusal(
        arguments[0],
        "key is encrypted with a passphrase; specify the private key without one, for example as "
        "written by: openssl pkey -in FILE -out NEWFILE",
    )
    assert policy_endpoint.requests == []


@pytest.mark.parametrize(
    "content",
    [
        CERTIFICATE,
        CERTIFICATE * 3,
        "no PEM at all",
        "the private key is elsewhere -- BEGIN",
        "-----BEGIN PUBLIC KEY-----\nMII\n-----END PUBLIC KEY-----\n",
        f"Bag Attributes\n    friendlyName: PRIVATE KEY\n{CERTIFICATE}PRIVATE KEY\n",
    ],
)
def test_what_is_not_a_private_key_is_sent_unchanged(content, run_fast, stub):
    result = "<Certificate><CertificateId>ID</CertificateId></Certificate>"
    endpoint = stub.endpoint(ok("UploadServerCertificate"), ok("UploadSigningCertificate", result))
    run_fast.env["AWS_IAM_URL"] = endpoint.url
    (run_fast.home / "file").write_text(content)
    arguments = ("iam-servercertupload", "-s", "s", "-b", "file", "-k", "file", "-c", "file")
    assert run_fast(*arguments) == (0, "", "")
    assert run_fast("iam-useraddcert", "-c", content) == (0, "ID\n", "")
    server, signing = (request.parameters for request in endpoint.requests)
    for member in ("CertificateBody", "PrivateKey", "CertificateChain"):
        assert server[member] == content
    assert signing["CertificateBody"] == content
