"""Properties for any text: files, documents, paths and redaction."""

from __future__ import annotations

import json
import time
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from iamcli.config import properties
from iamcli.config.settings import Settings
from iamcli.errors import Failure, InvalidPolicy, is_shown, one_line
from iamcli.output import lines as text
from iamcli.output.redaction import SECRET_MEMBERS, Secrets
from iamcli.parsing import shared as options
from iamcli.parsing.options import entity_path
from iamcli.policies import documents as policy

ANY = limits(max_examples=150, deadline=None)
IN_FOLDER = limits(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
UNICODE = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = UNICODE.filter(bool)
#: Blanks around a value are taken away, which Java would keep at its end.
VALUES = UNICODE.filter(lambda value: value == value.strip())


# Properties files.


def written(entries: dict[str, str], separator: str) -> str:
    """Return the text that Java's Properties.store would write, with this ``separator``."""
    return "".join(
        f"{store(key, ' ')}{separator}{store(value, '')}\n" for key, value in entries.items()
    )


def store(plain: str, blanks: str) -> str:
    """Return ``plain`` with Java's escapes; ``blanks`` are escaped wherever they stand."""
    escapes = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\f": "\\f"}
    shown = []
    for letter in plain:
        if letter in escapes:
            shown.append(escapes[letter])
        elif letter in "\\=:#!" or letter in blanks:
            shown.append(f"\\{letter}")
        elif " " <= letter <= "~":
            shown.append(letter)
        else:
            halves = letter.encode("utf-16-be")
            shown += [f"\\u{halves[at : at + 2].hex()}" for at in range(0, len(halves), 2)]
    return "".join(shown)


@ANY
@given(
    st.dictionaries(KEYS, VALUES),
    st.sampled_from(["=", ":", " = ", "\t:\f", " ", "\t"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["", "# remark\n", "! remark\\\n", "\n  \n", "  # remark\n"]),
)
def test_what_java_writes_is_read(entries, separator, line_end, before):
    content = (before + written(entries, separator)).replace("\n", line_end)
    assert properties.parse(content) == entries


@pytest.mark.parametrize("line", ["a\\\n", "\\\\\\\n", "\\\n", " \\\n"])
def test_many_continuation_lines_take_no_more_time_than_few(line):
    begun = time.process_time()
    entries = properties.parse(f"AWSSecretKey={line * (1_000_000 // len(line))}\nb=c")
    assert entries["b"] == "c"
    # What grows with the square of their number takes minutes.
    assert time.process_time() - begun < 10


@pytest.mark.full
@ANY
@given(st.dictionaries(KEYS, VALUES, min_size=1), st.data())
def test_a_line_may_be_continued_anywhere(entries, data):
    lines = []
    for line in written(entries, "=").splitlines():
        at = data.draw(st.integers(1, len(line) - 1))
        broken = "\\" in line[max(0, at - 6) : at] or line[at] in " \t\f"
        lines.append(line if broken else f"{line[:at]}\\\n   \t{line[at:]}")
    assert properties.parse("\n".join(lines)) == entries


@ANY
@given(st.text())
def test_any_text_is_properties(content):
    for key, value in properties.parse(content).items():
        assert isinstance(key, str)
        assert 1 <= value.line <= content.count("\n") + content.count("\r") + 1


@pytest.mark.parametrize(
    ("content", "found"),
    [
        # An odd number of backslashes at its end continues a line, an even number does not.
        ("a=b\\\nc=d", {"a": "bc=d"}),
        ("a=b\\\\\nc=d", {"a": "b\\", "c": "d"}),
        ("a=b\\\\\\\nc=d", {"a": "b\\c=d"}),
        ("a=b\\\\\\\\\nc=d", {"a": "b\\\\", "c": "d"}),
        ("a=b\\", {"a": "b"}),
        # A separator after a backslash is part of the key.
        ("A=b", {"A": "b"}),
        ("\\==b", {"=": "b"}),
        ("\\\\=b", {"\\": "b"}),
        ("a\\ b c", {"a b": "c"}),
        ("[=b", {"[": "b"}),
        ("]=b", {"]": "b"}),
        # An escape without a meaning is the letter.
        (r"k\ey=\a\v\x41\z\~", {"key": "avx41z~"}),
    ],
)
def test_backslashes(content, found):
    assert properties.parse(content) == found


PIECES = (
    "AWSAccessKeyId AWSSecretKey ClientProxyHost ClientProxyPort ClientProxyUsername "
    "ClientProxyPassword = : \\u d83d \\ x 80 < > @ \xe9 \U0001f600 \ufeff \0"
)
BYTES = st.binary() | st.lists(
    st.sampled_from([b"\n", b"\r", b"\xff", *PIECES.encode().split()])
).map(b"".join)


FILES = {"credential_file": "credential file", "client_config_file": "client configuration"}


@IN_FOLDER
@given(content=BYTES)
def test_any_file_is_a_configuration_or_a_failure(content, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(content)
    for option in FILES:
        values = {"credential_file": None, "client_config_file": None, "url": None}
        try:
            settings = Settings(values | {option: str(file)}, {})
        except Failure:
            continue
        assert settings.keys or settings.proxy or option == "client_config_file"


@ANY
@given(given=st.text() | st.from_regex(r"(http|https|ftp)://[a-z@:\[\]%.0-9]{0,20}/?"))
def test_any_address_is_an_endpoint_or_a_failure(given):
    values = {"credential_file": None, "client_config_file": None, "url": given}
    try:
        settings = Settings(values, {})
    except Failure:
        return
    assert settings.url.startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("given", "warns"),
    [
        ("http://iam.example.com", True),
        ("http://10.0.0.1", True),
        ("http://127.example.com", True),
        ("http://[fd00::1]", True),
        ("http://127.0.0.1:5000", False),
        ("http://127.1.2.3", False),
        ("http://localhost", False),
        ("http://[::1]", False),
        ("https://iam.example.com", False),
        ("https://10.0.0.1", False),
        ("iam.example.com", False),
    ],
)
def test_an_address_elsewhere_without_tls_gives_a_warning(given, *, warns):
    values = {"credential_file": None, "client_config_file": None, "url": given}
    warning = f"{given} is not encrypted; use https, because responses can contain secrets"
    assert Settings(values, {}).warnings == [warning] * warns


@pytest.mark.parametrize(("mode", "warns"), [(0o600, 0), (0o640, 1), (0o604, 1), (0o620, 1)])
def test_a_credential_file_for_others_gives_a_warning(mode, warns, credential_file):
    credential_file.chmod(mode)
    values = {"credential_file": str(credential_file), "client_config_file": None, "url": None}
    said = f"{credential_file} is readable by other users; run: chmod 600 {credential_file}"
    assert Settings(values, {}).warnings == [said] * warns


@pytest.mark.parametrize(("option", "what"), FILES.items())
def test_a_configuration_may_be_as_large_as_is_allowed(option, what, credential_file):
    values = {"credential_file": None, "client_config_file": None, "url": None}
    values[option] = str(credential_file)
    content = credential_file.read_text().ljust(1 << 20)
    credential_file.write_text(content)
    Settings(values, {})
    credential_file.write_text(f"{content} ")
    said = rf"^{what} {credential_file} is larger than 1048576 bytes; "
    with pytest.raises(Failure, match=said):
        Settings(values, {})


# Documents.


@ANY
@given(
    UNICODE.filter(lambda document: "{" not in document) | UNICODE.map(lambda x: f'{{"a": "{x}"}}')
)
def test_a_document_is_shown_byte_for_byte(document):
    """As the service sends it, percent-encoded, however much of it is."""
    for safe in ("", "/", "-_.!~*'()", ":,", "+/"):
        shown = text.stored_document(quote(document, safe=safe))
        assert f"{shown}\n" == (document if document.endswith("\n") else f"{document}\n")


@ANY
@given(st.binary())
def test_bytes_that_are_no_text_pass_through(document):
    shown = text.stored_document("".join(f"%{byte:02X}" for byte in document))
    assert shown.encode("utf-8", "surrogateescape") == document.removesuffix(b"\n")


@ANY
@given(UNICODE)
def test_a_server_that_does_not_encode_is_understood(document):
    document = f'{{"100%25": "{document}"}}'
    assert text.stored_document(document) == document


@ANY
@given(
    st.lists(UNICODE, min_size=1), st.lists(UNICODE, min_size=1), st.sampled_from(["Allow", "Deny"])
)
def test_a_generated_policy_says_what_was_given(actions, resources, effect):
    made = policy.statement(effect, actions, resources)
    assert "\n" not in made
    assert json.loads(made) == {
        "Version": "2008-10-17",
        "Statement": [{"Effect": effect, "Action": actions, "Resource": resources}],
    }
    assert policy.given(None, made) == made
    assert list(json.loads(made)) == ["Version", "Statement"]
    assert list(json.loads(made)["Statement"][0]) == ["Effect", "Action", "Resource"]


def test_a_generated_policy_has_no_blanks():
    begin, end = '{"Version":"2008-10-17","Statement":[{"Effect":"Allow",', "}]}"
    put = f'{begin}"Action":["s3:Put"],"Resource":["*"]{end}'
    assert policy.statement("Allow", ["s3:Put"], ["*"]) == put
    trusted = '"Principal":{"Service":["ec2.amazonaws.com"]},"Action":["sts:AssumeRole"]'
    assert policy.trust_given(None, "ec2.amazonaws.com") == f"{begin}{trusted}{end}"
    assert policy.statement("Allow", ["é"], ["😀"]).endswith('"Action":["é"],"Resource":["😀"]}]}')


def is_json(document: str) -> bool:
    try:
        json.loads(document)
    except ValueError:
        return False
    return True


@ANY
@given(UNICODE | st.text(st.sampled_from('{}[]",:1 \n\\'), max_size=30))
def test_what_is_no_json_is_refused_with_its_place(document):
    if is_json(document):
        assert policy.given(None, document) == document
        return
    with pytest.raises(
        InvalidPolicy, match=r"^the policy of -o, line \d+, column \d+: not JSON \(.+\)$"
    ):
        policy.given(None, document)


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"a":' * 100_000])
def test_a_policy_that_is_too_deep_is_refused(deep):
    with pytest.raises(InvalidPolicy, match=r"nested too deeply|not JSON"):
        policy.given(None, deep)


@IN_FOLDER
@given(content=UNICODE | st.just("{}").map(lambda x: f"{x} \n\r\n"))
def test_a_policy_file_is_sent_as_it_stands(content, tmp_path):
    file = tmp_path / "policy.json"
    file.write_bytes(content.encode())
    if is_json(content):
        assert policy.given(str(file), None) == content
        assert policy.trust_given(str(file), None) == content
    else:
        with pytest.raises(Failure, match=r"policy\.json"):
            policy.given(str(file), None)


def test_a_file_that_is_no_json_says_where(tmp_path):
    file = tmp_path / "policy.json"
    file.write_text('{"a": 1')
    with pytest.raises(Failure) as failure:
        policy.given(str(file), None)
    said = f"{file}, line 1, column 8: not JSON (Expecting ',' delimiter)"
    assert str(failure.value) == said


def test_a_policy_file_may_be_as_large_as_is_allowed(tmp_path):
    file = tmp_path / "policy.json"
    file.write_text("1".rjust(1 << 20))
    assert len(policy.given(str(file), None)) == 1 << 20


def test_a_name_that_cannot_be_a_file_says_why():
    with pytest.raises(Failure, match=r"the policy from a\x00b: .*embedded null"):
        policy.given("a\0b", None)


@pytest.mark.parametrize("both", [(None, None), ("file", "text")])
def test_exactly_one_policy_is_given(both):
    with pytest.raises(Failure) as failure:
        policy.given(*both)
    assert str(failure.value) == "specify the policy with -f or -o, not both"
    with pytest.raises(Failure) as failure:
        policy.trust_given(*both)
    assert str(failure.value) == "specify the trust policy with -f or -s, not both"


# Paths and lines.


@ANY
@given(UNICODE | st.text(st.sampled_from("/ab")))
def test_a_path_is_completed_at_its_ends_only(path):
    completed = entity_path(path)
    assert completed.startswith("/")
    assert completed.endswith("/")
    assert entity_path(completed) == completed
    assert path in completed
    assert len(completed) <= len(path) + 2
    assert completed.strip("/") == path.strip("/")


@pytest.mark.parametrize(
    ("path", "completed"),
    [("", "/"), ("/", "/"), ("a", "/a/"), ("/a", "/a/"), ("a/", "/a/"), ("a//b", "/a//b/")],
)
def test_a_path(path, completed):
    assert entity_path(path) == completed
    assert options.PATH.value(path) == completed


@ANY
@given(st.text())
def test_one_line_is_one_and_shows_nothing_else(foreign):
    line = one_line(foreign)
    assert all(map(is_shown, line))
    assert line == line.strip()
    assert one_line(line) == line
    assert [c for c in foreign if is_shown(c) and c != " "] == [c for c in line if c != " "]


@ANY
@given(UNICODE)
@example("two lines\nand three newlines\n\n\n")
def test_a_document_keeps_all_but_its_last_newline(document):
    assert f"{text.document(document)}\n".startswith(document.removesuffix("\n"))
    assert len(text.document(document)) == len(document) - document.endswith("\n")


# What is hidden.

#: Passwords, keys and codes have at least four characters.
SECRETS = st.text(st.characters(exclude_categories=["Cs"]), min_size=4)


@ANY
@given(SECRETS, st.sampled_from(sorted(SECRET_MEMBERS)), UNICODE)
@example("Mess", "Password", "")
def test_a_known_secret_never_survives(secret, member, around):
    secrets = Secrets()
    secrets.gather({"Users": [{"Inner": {member: secret}}]})
    for form in (
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        escape(secret),
        escape(secret, {'"': "&quot;"}),
        escape(secret, {'"': "&quot;", "'": "&apos;"}),
        escape(secret, {'"': "&#34;", "'": "&#39;"}),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
    ):
        cleaned = secrets.redact(f"{around} {form} {around}")
        assert form not in cleaned or form in f"{around} *** {around}" * 2
        assert "***" in cleaned
        hidden = secrets.structure({"Message": f"<{form}>", "More": [form]})
        # The names of the members are those of this test, and can contain a short secret.
        assert form not in hidden["Message"]
        assert form not in str(hidden["More"])


@ANY
@given(st.sampled_from(sorted(SECRET_MEMBERS)), SECRETS | st.binary() | st.integers())
def test_a_secret_member_is_hidden_wherever_it_stands(member, value):
    structure = {"User": {member: value, "Name": "bob"}, "List": [{member: value}], "Count": 1}
    hidden = {"User": {member: "***", "Name": "bob"}, "List": [{member: "***"}], "Count": 1}
    assert Secrets().structure(structure) == hidden


def test_only_a_secret_member_makes_its_value_a_secret():
    secrets = Secrets()
    secrets.gather({"Users": [{"UserName": "susan", "Content": b"report"}, "text"]})
    assert secrets.redact("susan: report, text") == "susan: report, text"
    secrets.gather({"Users": [{"QRCodePNG": b"\xffpicture", "Password": 123456}]})
    assert secrets.redact("\xffpicture /3BpY3R1cmU= 123456") == "*** *** ***"


@pytest.mark.full
@ANY
@given(st.lists(SECRETS, min_size=2), UNICODE)
def test_each_line_of_a_secret_is_one(lines, around):
    secrets = Secrets()
    secrets.add("\n".join(lines))
    for line in "\n".join(lines).splitlines():
        if len(line) >= 4:
            assert line not in secrets.redact(f"<{line}>").replace("***", "")


def test_a_secret_with_blanks_at_its_ends_is_hidden_at_the_end_of_a_message():
    secrets = Secrets()
    secrets.add(" S3cretPassw0rd ")
    assert secrets.redact("bad value: S3cretPassw0rd") == "bad value: ***"


def test_what_is_shorter_than_any_secret_hides_nothing():
    secrets = Secrets()
    secrets.add("", "abc")
    assert secrets.redact("abc") == "abc"
    secrets.add("abcd")
    assert secrets.redact("abc abcd") == "abc ***"


def test_a_secret_within_another_leaves_nothing_of_it():
    secrets = Secrets()
    secrets.add("abcd", "abcdefgh", "efgh")
    assert secrets.redact("abcdefgh") == "***"
    secrets.add("one two", "two three four")
    assert secrets.redact("<one two three four>") == "<***>"
    secrets.add("red", "blue", "blue green")
    assert secrets.redact("<blue green>") == "<***>"
    secrets.add("long secret text", "secret")
    assert secrets.redact("<long secret text> secret") == "<***> ***"


#: What precedes the rest of a text: characters, and escapes of characters.
BEFORE = st.sampled_from(
    ["", *"aé7_ -/=<>&'\"%\\\n😀", "%3D", "%253d", "%C3%A9", "\\n", "\\u003d", "\\x1b", "&#34;"]
)


def is_boundary_after(before: str) -> bool:
    """Whether a value can begin after ``before``, which has no letter or digit at its end."""
    return not before[-1:].isalnum() or before[0] in "%\\"


@ANY
@given(st.text(st.sampled_from("aB7é _/=%\\"), min_size=4, max_size=8), BEFORE, UNICODE)
def test_a_secret_is_hidden_if_it_is_a_whole_value(secret, before, after):
    """It is one if neither end continues in a letter or a digit."""
    secrets = Secrets()
    secrets.add(secret)
    begins = not secret[0].isalnum() or is_boundary_after(before)
    ends = not secret[-1].isalnum() or not after[:1].isalnum()
    shown = secrets.redact(before + secret + after)
    if begins and ends:
        assert "***" in shown
        assert secret not in shown.replace("***", "\0") or secret in before + "\0" + after
    elif secret.isalnum() and secret not in after and not {*"%\\"} & {*before, *after}:
        assert shown == before + secret + after


@pytest.mark.parametrize(
    ("secret", "whole", "part"),
    [
        ("123456", "code 123456.", "arn:aws:iam::123456789012:mfa/phone"),
        ("123456", "AuthenticationCode1=123456&x", "0123456"),
        ("Password", "<Password>", "PasswordPolicyViolation: the OldPassword"),
        ("Secret&", "NewPassword%3DSecret%26", "NewPassword%3DASecret%26"),
        ('Secret"', '"line\\nSecret\\""', '"line\\naSecret\\""'),
        ("Secret", '"\\u003dSecret\\u003d"', '"\\u003daSecret"'),
        ("Secret", "%253DSecret%2526", "%253DSecrets"),
        ("Secret", "%3dSecret%3d", "%3d3Secret%3d"),
        ("Secret", "\\x1bSecret", "\\x1b0Secret"),
        ("café", "=caf%C3%A9&", "=caf%C3%A91"),
        ("café", '"caf\\u00e9"', '"caf\\u00e9s"'),
        ("=1234=", "a=1234=b", "a=1234"),
    ],
)
def test_whole_values_are_hidden_and_parts_of_others_are_not(secret, whole, part):
    secrets = Secrets()
    secrets.add(secret)
    assert "***" in secrets.redact(whole)
    assert secrets.redact(part) == part
