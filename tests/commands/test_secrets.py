"""Secrets: shown once, or deleted again, and never anywhere else."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import ssl
import stat
import threading
import time
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import pytest
from support.certificates import self_signed
from support.faults import SILENT, headed
from support.limits import TIMEOUT
from support.one_time_secrets import (
    DEVICE,
    KEY,
    NEW_ID,
    NEW_SECRET,
    ONCE,
    PICTURE,
    SEED,
    SERIAL,
    Once,
    base64_of,
    service,
)
from support.processes import wait_until
from support.selection import in_full, one_of_each, pairs, usual
from support.served import found
from support.shell import KEY_ID, NO_BYTE_CODE, SECRET
from support.stub import Answer, Stub, canned, faulty, ok, refused
from support.terminal import Terminal

import iamcli
from iamcli.errors import FAILED
from iamcli.output.redaction import SECRET_MEMBERS

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler

    from support.forked import ForkRunner
    from support.stub import Endpoint


pytestmark = pytest.mark.releases

every_secret = pytest.mark.parametrize("once", ONCE.values(), ids=ONCE)

# Shown once, or taken back.


def url(endpoint: Endpoint) -> dict[str, str]:
    return {"AWS_IAM_URL": endpoint.url}


def taken_back(once: Once, reason: str) -> str:
    """Return the lines of a command that has deleted again what it could not write."""
    return f"{once.arguments[0]}: {reason}; {once.what} was deleted again\n{once.state}"


@every_secret
@pytest.mark.parametrize(
    ("before", "message"),
    [
        ("os.close(1)", "standard output is closed"),
        ("os.dup2(os.open('/dev/null', 0), 1)", "standard output is not open for writing"),
        ("r, w = os.pipe(); os.dup2(w, 1); os.close(r)", "standard output has no reader"),
    ],
)
def test_nothing_is_created_where_output_takes_nothing(before, message, once, run_fast, stub):
    endpoint = service(stub)
    done = run_fast(*once.arguments, env=url(endpoint), before=f"import os; {before}")
    assert done.status == 1
    assert done.err.startswith(f"{once.arguments[0]}: {message}")
    assert len(done.err.splitlines()) == 1
    assert endpoint.requests == []


RUN = ("iamcli", "run")
STOPPED = [
    (scheme, prefix, word)
    for scheme in ("http", "https")
    for prefix, word in (((), ""), (RUN, ""), (RUN, "bin/iam-useraddkey"))
]


@pytest.mark.parametrize(("scheme", "prefix", "word"), usual([("http", (), "")], STOPPED))
def test_a_key_that_arrives_while_the_process_is_stopped_is_shown(scheme, prefix, word, run):
    """It is stopped for longer than the time limit: all of it, or the program whose name it is."""
    certificate = self_signed(run.home / "certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with contextlib.closing(Stub(context if scheme == "https" else None)) as server:
        released = threading.Event()
        endpoint = server.endpoint(KEY._replace(released=released))
        env = run.env | {"AWS_IAM_URL": endpoint.url, "AWS_CA_BUNDLE": str(certificate)}
        env |= {"IAMCLI_TIMEOUT": "4"}
        process = run.start(*prefix, "iam-useraddkey", "-u", "bob", env=env, stdout=-1, stderr=-1)
        wait_until(lambda: endpoint.requests)
        # The server before the program, as it stops and continues the command with it; and the
        # connection pool before the command, which has little time to read after its limit.
        stopped = found(run.home, word)
        for each in stopped:
            os.kill(each, signal.SIGSTOP)
        released.set()
        time.sleep(5)
        for each in stopped:
            # One that was continued with another may have ended.
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGCONT)
        assert process.communicate() == (f"{NEW_ID}\n{NEW_SECRET}\n".encode(), b"")
        assert endpoint.operations == ["CreateAccessKey"]


def test_the_time_limit_applies_if_its_signal_is_blocked(run, stub):
    env = run.env | {"AWS_IAM_URL": stub.endpoint(SILENT).url, "IAMCLI_TIMEOUT": "0.5"}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    process = run.start("iam-useraddkey", "-u", "bob", env=env, stderr=-1)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    assert b"timed out" in process.communicate(timeout=TIMEOUT)[1]


@every_secret
def test_what_cannot_be_shown_is_taken_back(once, run_fast, stub):
    endpoint = service(stub)
    done = run_fast(*once.arguments, stdout="/dev/full", env=url(endpoint))
    assert done.status == 1
    assert done.err == taken_back(once, "cannot write to standard output: No space left on device")
    assert endpoint.operations[-2:] == [once.create, once.delete]
    assert set(endpoint.requests[-1].parameters.values()) <= {"bob", NEW_ID, SERIAL}


@pytest.mark.parametrize("code", ["AccessDenied", "UnmodifiableEntity"])
@every_secret
def test_what_cannot_be_taken_back_is_named(once, code, run_fast, stub):
    endpoint = service(stub).on(once.delete, refused(code, "not you", 403))
    done = run_fast(*once.arguments, stdout="/dev/full", env=url(endpoint))
    assert done.status == 1
    assert done.err == (
        f"{once.arguments[0]}: cannot write to standard output: No space left on device; "
        f"{once.what} still exists but its secret is lost; delete it with {once.remedy}: "
        f"{code}: not you\n{once.state_left}"
    )
    assert endpoint.operations.count(once.delete) == 1


@every_secret
def test_reader_that_leaves_meanwhile(once, run_fast, stub):
    reader, writer = os.pipe()
    answer = {"CreateAccessKey": KEY, "CreateVirtualMFADevice": DEVICE}[once.create]

    def leave(handler: BaseHTTPRequestHandler) -> None:
        os.close(reader)
        handler.wfile.write(headed(answer.body))

    endpoint = service(stub).on(once.create, faulty(leave))
    process = run_fast.start(*once.arguments, env=url(endpoint), stdout=writer, stderr=-1)
    os.close(writer)
    err = process.communicate()[1].decode()
    assert process.returncode == 1
    assert err == taken_back(once, "cannot write to standard output: Broken pipe")
    assert endpoint.operations[-1] == once.delete


@pytest.mark.parametrize(
    ("name", "missing", "file"),
    [
        ("key", "SecretAccessKey", ()),
        ("seed", "Base32StringSeed", ()),
        ("key", "SecretAccessKey", ("-o", "seed")),
        ("user", "SecretAccessKey", ("-o", "seed")),
    ],
)
def test_secret_that_the_service_does_not_tell_is_taken_back(name, missing, file, run_fast, stub):
    once = ONCE[name]
    answer = {"CreateAccessKey": KEY, "CreateVirtualMFADevice": DEVICE}[once.create]
    body = answer.body.replace(missing.encode(), b"Other")
    endpoint = service(stub).on(once.create, Answer(body))
    done = run_fast(*once.arguments, *file, env=url(endpoint))
    reason = f"unexpected response: it has no {missing}; is this an IAM endpoint?"
    assert done == (1, "", taken_back(once, reason))
    assert not (run_fast.home / "seed").exists()


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_key_whose_last_characters_cannot_be_written_is_deleted(unbuffered, run, stub):
    endpoint = service(stub)
    whole = f"{NEW_ID}\n{NEW_SECRET}\n"
    before = 512 - len(whole) + 4
    limited = f'ulimit -f 1; head -c {before} /dev/zero >out; exec "$0" "$@" >>out'
    env = {**url(endpoint), **NO_BYTE_CODE, "PYTHONUNBUFFERED": unbuffered}
    done = run("sh", "-c", limited, "iam-useraddkey", "-u", "bob", env=env)
    assert (run.home / "out").read_bytes()[before:].decode() == whole[:-4]
    assert done.status == 1
    assert done.err.endswith(f"File too large; access key {NEW_ID} was deleted again\n")
    assert endpoint.operations == ["CreateAccessKey", "DeleteAccessKey"]


def test_what_comes_behind_the_secret_may_be_lost_and_the_key_stays(run, stub):
    """The key has been shown; the rest of the output has not, and the status says so."""
    endpoint = service(stub)
    limited = 'ulimit -f 1; head -c 430 /dev/zero >out; exec "$0" "$@" >>out'
    arguments = ("iam-usercreate", "-u", "bob", "-k", "-v")
    done = run("sh", "-c", limited, *arguments, env=url(endpoint) | NO_BYTE_CODE)
    assert done.status in (0, 1)
    shown = (run.home / "out").read_bytes()[430:].decode()
    assert (f"{NEW_ID}\n{NEW_SECRET}\n" in shown) != ("DeleteAccessKey" in endpoint.operations)


# A secret in a file.

IN_FILE = ("iam-virtualmfadevicecreate", "-s", "phone", "-b")
KEY_LINES = f"AWSAccessKeyId={NEW_ID}\nAWSSecretKey={NEW_SECRET}\n".encode()


class Saved(NamedTuple):
    """A command that saves a secret in a file: what it prints, and what is in the file."""

    once: Once
    what: str
    out: str
    content: bytes

    @property
    def arguments(self) -> tuple[str, ...]:
        """The command line, with a file that is named like what it is."""
        return (*self.once.arguments, "-o", "seed")


SAVED = {
    "seed": Saved(ONCE["seed"], "the seed", f"{SERIAL}\n", f"{SEED}\n".encode()),
    "picture": Saved(
        ONCE["seed"]._replace(arguments=(*IN_FILE, "QRCodePNG")), "the seed", f"{SERIAL}\n", PICTURE
    ),
    "key": Saved(ONCE["key"], "the access key", f"{NEW_ID}\n", KEY_LINES),
    "user": Saved(ONCE["user"], "the access key", f"{NEW_ID}\n", KEY_LINES),
}
every_saved = pytest.mark.parametrize("saved", SAVED.values(), ids=SAVED)


@pytest.mark.parametrize("strict", ["", "1"])
@every_saved
def test_the_file_is_for_its_owner_alone(saved, strict, run_fast, stub):
    env = url(service(stub)) | {"IAMCLI_STRICT": strict}
    done = run_fast(*saved.arguments, env=env, before="import os\nos.umask(0)")
    assert done == (0, saved.out, "")
    file = run_fast.home / "seed"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes() == saved.content


def test_the_commands_read_the_file_of_a_key(run_fast, stub):
    endpoint = service(stub).on("GetUser", canned("GetUser"))
    shown = run_fast("iam-usercreate", "-u", "bob", "-v", env=url(endpoint)).out
    arguments = ("iam-usercreate", "-u", "bob", "-v", "-k", "-o", "bob.key")
    assert run_fast(*arguments, env=url(endpoint)) == (0, f"{NEW_ID}\n{shown}", "")
    env = url(endpoint) | {"AWS_CREDENTIAL_FILE": "bob.key"}
    assert run_fast("iam-usergetattributes", env=env).status == 0
    assert f"Credential={NEW_ID}/" in endpoint.requests[-1].headers["authorization"]


PLACES = ["there", "link", "absent/seed", "there/seed", "."]


@pytest.mark.parametrize(("name", "place"), one_of_each(1, product(SAVED, PLACES)))
def test_no_file_that_is_there_is_written(name, place, run_fast, stub):
    (run_fast.home / "there").write_text("mine")
    (run_fast.home / "link").symlink_to("target")
    endpoint = service(stub)
    once = SAVED[name].once
    done = run_fast(*once.arguments, "-o", place, env=url(endpoint))
    assert (done.status, done.out) == (1, "")
    what = f"cannot create {place} for {SAVED[name].what}"
    assert done.err.startswith(f"{once.arguments[0]}: {what}: ")
    assert done.err.endswith("; nothing was sent\n")
    assert endpoint.requests == []
    assert (run_fast.home / "there").read_text() == "mine"
    assert not (run_fast.home / "target").exists()


NO_DASH = "-o - does not mean standard output; for that, omit -o; for a file named -, use -o ./-"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("iam-usercreate -u bob -o x", "-o saves the access key that -k creates; use it with -k"),
        ("iam-usercreate -u bob -k -o -", NO_DASH),
        ("iam-useraddkey -o -", NO_DASH),
        ("iam-virtualmfadevicecreate -s phone -b Base32String -o -", NO_DASH),
        ("iam-virtualmfadevicecreate -s phone -b QRCodePNG -o -", NO_DASH),
        ("iam-useraddkey -o ''", "the file name for the access key is empty; nothing was sent"),
    ],
)
def test_a_file_that_would_be_a_mistake(line, message, run_fast, stub):
    endpoint = service(stub)
    before = sorted(run_fast.home.iterdir())
    done = run_fast(*shlex.split(line), env=url(endpoint))
    assert done == (1, "", f"{line.split(maxsplit=1)[0]}: {message}\n")
    assert endpoint.requests == []
    assert sorted(run_fast.home.iterdir()) == before


def limited(size: int) -> str:
    """Code that sets the largest size of files."""
    return f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))"


@every_saved
def test_a_secret_that_fits_no_disk_is_taken_back(saved, run_fast, stub):
    endpoint = service(stub)
    reader, writer = os.pipe()
    process = run_fast.start(*saved.arguments, env=url(endpoint), stderr=writer, before=limited(0))
    os.close(writer)
    assert (process.wait(), process.communicate()[0]) == (1, b"")
    with os.fdopen(reader) as errors:
        assert errors.read() == taken_back(saved.once, "cannot write seed: File too large")
    assert endpoint.operations[-2:] == [saved.once.create, saved.once.delete]
    assert not (run_fast.home / "seed").exists()


@pytest.mark.parametrize(
    ("device", "reason"),
    [
        ("/dev/full", "cannot write to standard output: No space left on device"),
        (None, "standard output is closed"),
    ],
)
@every_saved
def test_a_secret_in_a_file_stays_if_its_id_cannot_be_printed(
    saved, device, reason, run_fast, stub
):
    endpoint = service(stub)
    done = run_fast(*saved.arguments, stdout=device, env=url(endpoint))
    error = f"{saved.arguments[0]}: {reason}; changes already made remain\n"
    assert done == (1, "", error)
    assert (run_fast.home / "seed").read_bytes() == saved.content
    assert endpoint.operations[-1] == saved.once.create


def test_picture_of_which_only_a_part_fits_is_taken_back(run_fast, stub):
    large = base64_of(PICTURE * 100).encode()
    answer = DEVICE._replace(body=DEVICE.body.replace(base64_of(PICTURE).encode(), large))
    endpoint = service(stub).on("CreateVirtualMFADevice", answer)
    arguments = (*IN_FILE, "QRCodePNG", "-o", "seed")
    done = run_fast(*arguments, env=url(endpoint), before=limited(512))
    taken_back = f"virtual MFA device {SERIAL} was deleted again"
    message = f"{IN_FILE[0]}: cannot write seed: No space left on device; {taken_back}\n"
    assert (done.status, done.err) == (1, message)
    assert endpoint.operations == ["CreateVirtualMFADevice", "DeleteVirtualMFADevice"]
    assert not (run_fast.home / "seed").exists()


@every_saved
def test_a_refusal_leaves_no_file(saved, run_fast, stub):
    refusal = refused("EntityAlreadyExists", "it is there", 409)
    endpoint = service(stub).on(saved.once.create, refusal)
    assert run_fast(*saved.arguments, env=url(endpoint)).status == 1
    assert not (run_fast.home / "seed").exists()


def test_file_that_someone_else_has_removed(run_fast, stub):
    def remove(handler: BaseHTTPRequestHandler) -> None:
        (run_fast.home / "seed").unlink()
        handler.wfile.write(headed(refusal.body, status="409 Conflict"))

    refusal = refused("EntityAlreadyExists", "it is there", 409)
    endpoint = stub.endpoint(faulty(remove))
    done = run_fast(*IN_FILE, "Base32String", "-o", "seed", env=url(endpoint))
    assert done == (1, "", f"{IN_FILE[0]}: EntityAlreadyExists: it is there\n")


# Out of logs.

PASSWORD = "sé<cr>&e\"t's /+=%41 pass"
CODES = ("491827", "605318")
TOKEN = "FwoGZXIvYXdzEBYaD+token/with=signs=="
PRIVATE = (
    "-----BEGIN PRIVATE KEY-----\nMIICdgIBADANBgkq/hki+G9w0BAQEF=\n-----END PRIVATE KEY-----\n"
)
DEVICE_CODES = ("-u", "bob", "-s", SERIAL, "-c1", CODES[0], "-c2", CODES[1])
TYPED = {
    "password": (("iam-useraddloginprofile", "-u", "bob", "-p", PASSWORD), [PASSWORD]),
    "changed password": (("iam-usermodloginprofile", "-u", "bob", "-p", PASSWORD), [PASSWORD]),
    "own password": (
        ("iam-userchangepassword", "-o", f"old {PASSWORD}", "-n", f"new {PASSWORD}"),
        [f"old {PASSWORD}", f"new {PASSWORD}"],
    ),
    "codes": (("iam-userenablemfadevice", *DEVICE_CODES), [*CODES]),
    "resync": (("iam-userresyncmfadevice", *DEVICE_CODES), [*CODES]),
    "private key": (
        ("iam-servercertupload", "-s", "web", "-b", "cert.pem", "-k", "key.pem"),
        [PRIVATE, "MIICdgIBADANBgkq/hki+G9w0BAQEF="],
    ),
    "credential": (("iam-usergetattributes", "-u", "bob"), [SECRET]),
    "session": (("iam-usergetattributes", "-u", "bob"), [SECRET, TOKEN]),
}


def forms(secret: str) -> list[str]:
    """The shapes in which a secret travels."""
    return [
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        re.sub("%..", lambda byte: byte[0].lower(), quote_plus(secret)),
        escape(secret),
        escape(secret, {'"': "&quot;", "'": "&apos;"}),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
    ]


def assert_hidden(text: str, secrets: list[str]) -> None:
    for secret in secrets:
        for form in forms(secret):
            assert form not in text
    for word in ("Signature=", "AWS4-HMAC", "X-Amz-Security-Token", "Authorization"):
        assert word not in text


@pytest.fixture
def run_with_files(run_fast: ForkRunner) -> ForkRunner:
    (run_fast.home / "cert.pem").write_text("-----BEGIN CERTIFICATE-----\nMIIB\n")
    (run_fast.home / "key.pem").write_text(PRIVATE)
    return run_fast


def environment(case: str, endpoint: Endpoint) -> dict[str, str]:
    if case != "session":
        return url(endpoint)
    keys = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
    return url(endpoint) | keys | {"AWS_SESSION_TOKEN": TOKEN, "AWS_CREDENTIAL_FILE": ""}


@pytest.mark.parametrize("debug", [("-d",), ()], ids=["debug", "plain"])
@pytest.mark.parametrize("case", TYPED)
def test_what_a_service_echoes_is_hidden(case, debug, run_with_files, stub):
    arguments, secrets = TYPED[case]
    echo = " | ".join(form for secret in secrets for form in forms(secret))
    endpoint = stub.endpoint(refused("ValidationError", f"you sent {echo} and that is too short"))
    done = run_with_files(*arguments, *debug, env=environment(case, endpoint))
    assert done.status == 1
    requested = f"{arguments[0]}: debug: {endpoint.operations[0]} to {endpoint.url}"
    assert (requested in done.err) == bool(debug)
    assert done.err.splitlines()[-1].startswith(f"{arguments[0]}: ValidationError: you sent ***")
    assert done.err.endswith(" and that is too short\n")
    assert_hidden(done.out + done.err, secrets)


@pytest.mark.parametrize("file", [(), ("-o", "seed")], ids=["shown", "saved"])
@every_secret
def test_debug_shows_answers_without_secrets(once, file, run_fast, stub):
    done = run_fast(*once.arguments, *file, "-d", env=url(service(stub)))
    assert done.status == 0
    assert f"debug: {once.create} succeeded, request ID 7a62c49f" in done.err
    assert "'***'" in done.err
    secrets = [NEW_SECRET, SEED, base64_of(SEED), base64_of(PICTURE), repr(PICTURE)[2:-1], SECRET]
    assert_hidden(done.err, secrets)


@pytest.mark.parametrize(
    ("once", "secret"),
    [("key", NEW_SECRET), ("seed", SEED), ("seed", base64_of(SEED)), ("seed", base64_of(PICTURE))],
)
def test_secret_of_an_answer_is_hidden_in_a_later_error(once, secret, run_fast, stub):
    denied = refused("AccessDenied", f"no {secret} for you", 403)
    endpoint = service(stub).on(ONCE[once].delete, denied)
    # The log of earlier requests has been written without the secrets that were known then.
    done = run_fast(*ONCE[once].arguments, "-d", stdout="/dev/full", env=url(endpoint))
    assert "AccessDenied: no *** for you" in done.err.splitlines()[-1]
    assert_hidden(done.err, [secret])


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxys_password_is_hidden(scheme, run_fast, stub):
    password = "pröxy/pass+word"
    config = run_fast.home / "client.properties"
    login = f"ClientProxyUsername=me\nClientProxyPassword={password}\n"
    config.write_text(f"ClientProxyHost=127.0.0.1\nClientProxyPort={stub.port}\n{login}")
    env = {
        "AWS_IAM_URL": f"{scheme}://iam.example.com/echo",
        "CLIENT_CONFIG_FILE": str(config),
        "AWS_MAX_ATTEMPTS": "1",
    }
    done = run_fast("iam-usergetattributes", "-d", env=env)
    assert done.status == 1
    assert_hidden(done.err, [password, base64_of(f"me:{password}")])


@pytest.mark.parametrize("bad", ["me:s3cretpass@proxy", "http://me:a@s3cretpass@proxy"])
def test_proxys_password_in_the_wrong_place_is_hidden(bad, run_fast):
    config = run_fast.home / "client.properties"
    config.write_text(f"ClientProxyHost={bad}\n")
    done = run_fast("iam-usergetattributes", env={"CLIENT_CONFIG_FILE": str(config)})
    assert "ClientProxyHost is not a host name: proxy" in done.err
    assert "s3cretpass" not in done.err


def test_password_in_an_address_is_hidden(run_fast):
    done = run_fast("iam-usergetattributes", "--url", "https://me:s3cretpass@iam.example.com")
    assert done.status == 1
    assert "s3cretpass" not in done.err


def test_credential_that_is_broken_is_not_shown(run_fast):
    file = run_fast.home / "broken"
    file.write_text(f"AWSAccessKeyId={KEY_ID}\nAWSSecretKey={SECRET} \\u00e9\n")
    done = run_fast("iam-usergetattributes", "--aws-credential-file", str(file))
    assert f"credential file {file}, line 2: AWSSecretKey contains an invalid character" in done.err
    assert SECRET not in done.err


def test_every_sensitive_member_of_the_model_is_known():
    model = json.loads((Path(iamcli.__file__).parent / "client" / "model.json").read_text())
    sensitive = {name for name, shape in model["shapes"].items() if shape.get("sensitive")}
    members = {
        name
        for shape in model["shapes"].values()
        for name, member in shape.get("members", {}).items()
        if member["shape"] in sensitive
    }
    assert sensitive
    assert members <= SECRET_MEMBERS


# Messages of the service.


def test_message_is_one_line_without_control_characters(run_fast, stub):
    nasty = "one\ntwo\r\nthree\tfour\u009b31mfive\u2028six\u202eseven\u0085eight\u200bnine"
    endpoint = stub.endpoint(refused("Bad\nCode", nasty))
    assert run_fast("iam-usergetattributes", env=url(endpoint)).err == (
        "iam-usergetattributes: Bad Code: one two three four 31mfive six seven eight nine\n"
    )


# Files and terminals.


CREATED = ok("CreateLoginProfile", "<LoginProfile><UserName>bob</UserName></LoginProfile>")
ASKING = ("iam-useraddloginprofile", "-u", "bob", "-p", "-")


@pytest.mark.parametrize(
    ("password", "end"),
    [
        ("s3 cret", "\n"),
        ("s3 cret", ""),
        (" s3cret ", "\r\n"),
        ("s3cret\t", "\nother\n"),
        ("\fs3cret\f", ""),
        ("\xa0s3cret\u2003", "\n"),
    ],
)
def test_password_from_standard_input(password, end, run_fast, stub):
    endpoint = stub.endpoint(CREATED)
    assert run_fast(*ASKING, stdin=password + end, env=url(endpoint)) == (0, "", "")
    assert endpoint.requests[0].parameters["Password"] == password


@pytest.mark.parametrize("given", ["!s3cret", "s3cret", "--"])
def test_password_on_the_command_line(given, run_fast, stub):
    endpoint = stub.endpoint(CREATED)
    done = run_fast(*ASKING[:-1], given, stdin="another\n", env=url(endpoint))
    assert done == (0, "", "")
    assert endpoint.requests[0].parameters["Password"] == given


def test_both_passwords_from_standard_input(run_fast, stub):
    endpoint = stub.endpoint(ok("ChangePassword"))
    arguments = ("iam-userchangepassword", "-n", "-", "-o", "-")
    assert run_fast(*arguments, stdin="old\nnéw\n", env=url(endpoint)) == (0, "", "")
    assert endpoint.requests[0].parameters == {"OldPassword": "old", "NewPassword": "néw"}


@pytest.mark.parametrize("given", [b"", b"\n", b"\r\n", b"caf\xe9\n"])
def test_no_password_on_standard_input(given, run_fast, stub):
    endpoint = stub.endpoint(CREATED)
    done = run_fast(*ASKING, stdin=given, env=url(endpoint))
    assert (done.status, done.out) == (1, "")
    assert "standard input" in done.err
    assert len(done.err.splitlines()) == 1
    assert endpoint.requests == []


@pytest.mark.parametrize(
    ("begin", "end"), [("half of ", "\n"), in_full("", "\n"), in_full("half of ", "")]
)
def test_a_line_that_arrives_in_parts(begin, end, run, stub):
    """It is read completely, also if reading does not wait for it."""
    endpoint = stub.endpoint(CREATED)
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.write(writer, begin.encode())
    process = run.start(*ASKING, env=run.env | url(endpoint), stdin=reader, stderr=-1)
    os.close(reader)
    time.sleep(0.8)
    os.write(writer, f"the password{end}".encode())
    # Whoever writes may keep the pipe open.
    if end:
        process.wait(TIMEOUT)
    os.close(writer)
    assert process.communicate()[1] == b""
    assert process.returncode == 0
    assert endpoint.requests[0].parameters["Password"] == f"{begin}the password"


TWO = "iam-useraddloginprofile -u alice -p -; iam-usermodloginprofile -u bob -p -"
#: Scripts that share their standard input with the commands, and what that is.
SHARED_INPUT = {
    "passwords": ("for u in alice bob; do iam-useraddloginprofile -u $u -p -; done", "a1\nb2\n"),
    "users and passwords": (
        "while read -r u; do iam-useraddloginprofile -u $u -p -; done",
        "alice\na1\nbob\nb2\n",
    ),
    "lines of Windows": (TWO, "a1\r\nb2\r\n"),
    "another reader": (f"{TWO}; cat", "a1\nb2\nthe rest\n without an end"),
    "old and new": ("iam-userchangepassword -o - -n -; cat", "a1\nb2\nthe rest\n"),
}


@pytest.mark.parametrize(
    ("name", "source", "prefix"),
    pairs(
        SHARED_INPUT,
        ("pipe", "file"),
        ((), ("iamcli", "run")),
        first=[
            ("users and passwords", "pipe", ()),
            ("users and passwords", "pipe", ("iamcli", "run")),
        ],
    ),
)
def test_what_follows_the_line_is_left_for_others(name, source, prefix, run, stub):
    script, given = SHARED_INPUT[name]
    endpoint = stub.endpoint(CREATED)
    for operation in ("UpdateLoginProfile", "ChangePassword"):
        endpoint.on(operation, ok(operation))
    (run.home / "input").write_text(given, newline="")
    before, after = ("cat input |", "") if source == "pipe" else ("", "<input")
    line = f"{before} {{ {script}; }} {after}"
    left = "".join(given.splitlines(keepends=True)[2:]) if "cat" in script else ""
    assert run(*prefix, "sh", "-c", line, env=url(endpoint)) == (0, left, "")
    sent = [request.parameters for request in endpoint.requests]
    passwords = [value for each in sent for name, value in each.items() if "Password" in name]
    assert passwords == ["a1", "b2"]
    if "change" not in script:
        assert [each["UserName"] for each in sent] == ["alice", "bob"]


def test_no_standard_input(run, stub):
    endpoint = stub.endpoint(CREATED)
    done = run("sh", "-c", 'exec "$0" "$@" <&-', *ASKING, env=url(endpoint))
    assert (done.status, done.out) == (1, "")
    assert "cannot read the password: standard input is closed" in done.err
    done = run("sh", "-c", '"$0" "$@" 0>file', *ASKING)
    assert done.err == f"{ASKING[0]}: cannot read the password: Bad file descriptor\n"
    assert endpoint.requests == []


def test_a_terminal_that_is_closed_without_a_signal(run, stub):
    """No signal arrives if it is not the terminal of the session."""
    endpoint = stub.endpoint(CREATED)
    terminal, own = os.openpty()
    process = run.start(
        *ASKING, env=run.env | url(endpoint), stdin=own, stderr=-1, start_new_session=True
    )
    os.close(own)
    assert process.stderr
    assert process.stderr.read(10) == b"Password: "
    os.close(terminal)
    assert process.wait(TIMEOUT) == 1
    said = process.stderr.read().decode()
    assert said == f"{ASKING[0]}: no password on standard input\n"
    assert endpoint.requests == []


def test_password_is_asked_for_without_echo(run, stub):
    endpoint = stub.endpoint(ok("ChangePassword"))
    arguments = ("iam-userchangepassword", "-o", "-", "-n", "-")
    terminal = Terminal(*arguments, env=run.env | url(endpoint))
    terminal.wait_for("Old password: ")
    terminal.type(" 0ldpass \n")
    for prompt in ("New password: ", "New password again: "):
        terminal.wait_for(prompt)
        terminal.type("n3wpass\t\n")
    assert terminal.status() == 0
    assert terminal.shown == "Old password: \r\nNew password: \r\nNew password again: \r\n"
    # The blanks belong to them.
    sent = {"OldPassword": " 0ldpass ", "NewPassword": "n3wpass\t"}
    assert endpoint.requests[0].parameters == sent


NEW_PASSWORDS = {
    "iam-useraddloginprofile -u bob -p -": ("CreateLoginProfile", "Password"),
    "iam-usermodloginprofile -u bob -p -": ("UpdateLoginProfile", "Password"),
    "iam-userchangepassword -o 0ldpass -n -": ("ChangePassword", "New password"),
}


@pytest.mark.parametrize("line", NEW_PASSWORDS)
def test_a_new_password_is_asked_for_until_it_is_the_same_twice(line, forked, stub):
    operation, what = NEW_PASSWORDS[line]
    login = "<LoginProfile><UserName>bob</UserName></LoginProfile>"
    endpoint = stub.endpoint(ok(operation, login))
    terminal = Terminal(*line.split(), env=forked.env | url(endpoint))
    for first, second in (("n3wpass", "n3wpas"), ("other", ""), ("n3wpass", "n3wpass")):
        terminal.wait_for(f"{what}: ")
        terminal.type(f"{first}\n")
        terminal.wait_for(f"{what} again: ")
        assert endpoint.requests == []
        terminal.type(f"{second}\n")
    assert terminal.status() == 0
    asked = f"{what}: \r\n{what} again: \r\n"
    assert terminal.shown == "The passwords do not match; try again.\r\n".join([asked] * 3)
    (request,) = endpoint.requests
    assert {"n3wpass"} < {*request.parameters.values()} <= {"n3wpass", "0ldpass", "bob"}


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        (["\x04"], FAILED, "no password on standard input"),
        (["\n"], FAILED, "no password on standard input"),
        (["half\x03"], -signal.SIGINT, ""),
        (["n3wpass\n", "\x04"], FAILED, "no password on standard input"),
        (["n3wpass\n", "n3w\x03"], -signal.SIGINT, ""),
    ],
)
def test_prompt_that_is_left(typed, status, said, run, stub):
    endpoint = stub.endpoint(CREATED)
    terminal = Terminal(*ASKING, env=run.env | url(endpoint))
    for prompt, answer in zip(("Password: ", "Password again: "), typed, strict=False):
        terminal.wait_for(prompt)
        terminal.type(answer)
    assert terminal.status() == status
    *_, shown = terminal.shown.split(": ")
    assert shown.strip() == said
    assert endpoint.requests == []


# Plain connections.


def test_plain_connection_to_elsewhere_warns_on_a_terminal(forked, stub):
    config = forked.home / "client.properties"
    config.write_text(f"ClientProxyHost=127.0.0.1\nClientProxyPort={stub.port}\n")
    forked.env |= {"CLIENT_CONFIG_FILE": str(config), "AWS_MAX_ATTEMPTS": "1"}
    warning = "http://10.0.0.1 is not encrypted; use https, because responses can contain secrets"
    arguments = ("iam-usergetattributes", "--url", "http://10.0.0.1")
    terminal = Terminal(*arguments, env=forked.env)
    terminal.status()
    assert terminal.shown.startswith(f"iam-usergetattributes: {warning}\r\n")
    assert warning not in forked(*arguments).err
