"""E101 to E108, E110 and W213: command lines that are refused, or do not do what they did."""

from __future__ import annotations

import os
import re
from shutil import which

from iamcli.cli import index
from iamcli.cli.check.rules.commands import Commands, Fault, Invocation, fault, with_variables
from iamcli.cli.check.rules.policies import unquoted_policy
from iamcli.cli.check.script.calls import REMOVED, Call, ExpandedWord, output_files
from iamcli.config.settings import JAVA_PROXY
from iamcli.parsing import suggestions
from iamcli.parsing.command_names import is_meant, suggest
from iamcli.parsing.options import NEEDED, refused
from iamcli.quoting import quoted, typographic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_LETTERS = re.compile(r"iam(?:-[A-Za-z]+)+")


def check(commands: Commands) -> Iterator[Fault]:
    """Yield what is wrong with the arguments of the commands."""
    for call in commands.unknown:
        yield from _unknown_command(commands, call)
    yield from _java_proxy(commands)
    for invocation in commands.invocations:
        pasted = list(_pasted(invocation))
        yield from pasted
        if pasted or invocation.helps:
            continue
        yield from _another_key(invocation)
        yield from unquoted_policy(invocation)
        yield from _options(invocation)
        if not invocation.open:
            yield from _original(commands, invocation)
        for option, _, word, text in invocation.values:
            if word and text is not None and (reason := refused(option, text)):
                yield fault(invocation.call, word, "E105", *reason)


def _java_proxy(commands: Commands) -> Iterator[Fault]:
    proxies = {"HTTPS_PROXY", "https_proxy"} & commands.facts.values.keys()
    for call in commands.facts.settings:
        java = call.program == "AWS_IAM_JVM_OPTS" and re.search(JAVA_PROXY, call.words[0].known)
        if java and not proxies:
            message = "the proxy in AWS_IAM_JVM_OPTS is not used"
            fix = "set HTTPS_PROXY=http://HOST:PORT to that proxy"
            yield fault(call, call.head, "W213", message, fix)


def _another_key(invocation: Invocation) -> Iterator[Fault]:
    call = invocation.call
    removed = call.inner.environment["AWS_CREDENTIAL_FILE"] == REMOVED
    if removed and "--aws-credential-file" not in invocation.names:
        message = "sudo, doas and su - do not pass on AWS_CREDENTIAL_FILE: another key may be used"
        fix = f"add env AWS_CREDENTIAL_FILE=FILE before {call.program}"
        yield fault(call, call.head, "W213", message, fix)


def _unknown_command(commands: Commands, call: Call) -> Iterator[Fault]:
    name = str(call.program)
    ascii_name = re.sub(f"[{suggestions.DASHES}]", "-", name)
    if ascii_name != name:
        if ascii_name in index.names():
            message = f"the dash in {name} is not ASCII, as pasted from a web page"
            yield fault(call, call.head, "E106", message, f"type {ascii_name}")
        return
    if not (_LETTERS.fullmatch(name) or is_meant(name, index.names())):
        return
    near = suggest(name, index.names())
    folder = call.head.known.rpartition("/")[0]
    literal = call.head.literal
    variables = [call.head.source, *(unknown.name for unknown in call.head.unknowns)]
    similar = folder and (not near or literal is None or os.path.exists(literal))
    own = similar and "AWS_IAM_HOME" not in " ".join(variables)
    values, here = commands.facts.values.get("PATH", ()), call.script.root.folder
    # A directory that is not known may be that of the script, but no directory of the PATH before.
    paths = ":".join(with_variables(value, {"PATH": "/"}) for value in values)
    places = (os.path.join(here, each, name) for each in paths.split(":") if values)
    if own or which(name) or any(map(os.path.exists, places)):
        # A program of the user, which may only have a similar name.
        return
    # A file that is not read can define functions, whose names often have "_".
    if not commands.facts.all_read and (not near or "_" in name):
        return
    fix = f"did you mean {near}?" if near else "run iamcli for a list of the commands"
    yield fault(call, call.head, "E101", f"the toolkit has no command {name}", fix)


def _pasted(invocation: Invocation) -> Iterator[Fault]:
    call = invocation.call
    options = invocation.command.all_options
    names = [name for option in options for name in option.names]
    quotes = False
    for word in call.words:
        text = word.known
        if text[:1] in suggestions.DASHES and text:
            typed = suggestions.with_ascii_dashes(names, text)
            if word.parts[0].quoted and typed not in names:
                continue
            safe, right = (suggestions.shown(options, each) for each in (text, typed))
            message = f'"{safe}" begins with a dash that is not ASCII, as pasted from a web page'
            known = typed.partition("=")[0] in names
            yield fault(call, word, "E106", message, f"type {right}" if known else 'type "-"')
        elif not quotes and any(map(typographic, word.unquoted)):
            quotes = True
            message = "a curly quote, as pasted from a web page; the shell takes it for a letter"
            yield fault(call, word, "E106", message, "type straight quotes, ' or \"")


def _options(invocation: Invocation) -> Iterator[Fault]:
    call, command = invocation.call, invocation.command
    wrong = list(_words(invocation))
    yield from wrong
    if wrong or invocation.incomplete:
        return
    names = invocation.names
    for option in command.all_options:
        if (option.required or NEEDED in option.limits) and option.name not in names:
            message = f"{command.name} requires {option.name}"
            if not option.required:
                message = f"the service refuses {command.name} without {option.name}"
            yield fault(call, call.head, "E103", message, f"add {option.name} {option.metavar}")
    for option, other in command.conflicts(names)[:1]:
        if other == option.requires:
            message = f"{command.name} requires {other} with {option.name}"
            yield fault(call, call.head, "E103", message, f"add {other}")
        else:
            yield _pair(invocation, option.name, other)
    for option in command.options:
        pair = (option.name, option.alternative)
        if option.name < option.alternative and len(names.intersection(pair)) != 1:
            yield _pair(invocation, *pair)


def _words(invocation: Invocation) -> Iterator[Fault]:
    call, command = invocation.call, invocation.command
    options = command.all_options
    for word in invocation.unknown:
        text = str(word.literal)
        error = suggestions.unknown(command.name, options, text)
        general = error.hint or f"run {command.name} -h for its options"
        fix = suggestions.advice(options, text) or general
        message = f'"{suggestions.shown(options, text)}" is not an option of {command.name}'
        yield fault(call, word, "E102", message, fix)
    for option, word in invocation.joined:
        message = f"{option.name} and its value are one word"
        fix = f"write: {option.name} {option.metavar}"
        if word.literal is not None:
            fix = suggestions.advice(options, word.literal)
        elif not option.secret and word.source.startswith(option.name):
            source = word.source.removeprefix(option.name).removeprefix("=")
            plain = word.may_split and not re.search(r"[\"'\\`]", source)
            fix = f'write: {option.name} "{source}"' if plain else f"write: {option.name} {source}"
        yield fault(call, word, "E110", message, fix)
    for word in invocation.extra:
        if word.source.startswith("\\") and word.source[1:].isspace():
            message = "a blank after the backslash ends the command in this line"
            fix = "remove the blank at the end of the line"
        else:
            before = [each for each in invocation.values if each.name.place < word.place]
            given, earlier = ([v.option for v in each] for each in (invocation.values, before))
            secret = suggestions.may_be_secret(command.options, given, earlier)
            text = str(word.literal)
            safe = suggestions.shown(options, text) if text[:1] in suggestions.DASHES else text
            message = "an unexpected word" if secret else f'unexpected word "{safe}"'
            fix = _instead(invocation, word, secret=secret)
        yield fault(call, word, "E108", message, fix)
    if invocation.without_value is not None:
        name = invocation.without_value.literal
        message = f"{name} is without its value"
        yield fault(call, invocation.without_value, "E108", message, f"add the value of {name}")


def _instead(invocation: Invocation, word: ExpandedWord, *, secret: bool) -> str:
    """Return what to do about the unexpected ``word``, which may be part of a ``secret``."""
    typed = [value.option for value in invocation.values]
    places = {value.word.place: value.option.name for value in invocation.values if value.word}
    if name := places.get(word.place):
        source = f"the value of {name}" if secret else word.source
        return f"the shell makes words of {source}; put it in quotes"
    names = [name for place, name in places.items() if place < word.place]
    text = str(word.literal)
    missing = suggestions.missing_option(invocation.command.all_options, typed, text)
    single = len(invocation.extra) == 1
    if missing and single and not secret and (missing.required or not names):
        return f"write: {missing.name} {quoted(text)}"
    if names:
        return f"remove it; if it belongs to the value of {names[-1]}, put the value in quotes"
    return "remove it, or put an option before it"


def _pair(invocation: Invocation, one: str, other: str) -> Fault:
    """Return the finding that both or neither of two options are given."""
    words = [value.name for value in invocation.values if value.option.name in (one, other)]
    if words:
        message = f"{one} and {other} exclude each other"
        return fault(invocation.call, words[-1], "E104", message, "remove one of them")
    message = f"neither {one} nor {other} is given"
    fix = f"add one of {one} and {other}; -f /dev/stdin reads standard input"
    return fault(invocation.call, invocation.call.head, "E104", message, fix)


def _original(commands: Commands, invocation: Invocation) -> Iterator[Fault]:
    """Yield what does something else than in the original."""
    call, command = invocation.call, invocation.command
    options = {option.dest: option for option in command.options}
    given = {value.option.dest: value.text or "" for value in invocation.values}
    if "pretend" in given and "recursive" not in given:
        other = options["recursive"].name
        message = f"-p without {other} removes nothing, but it did in the original"
        fix = f"remove -p, or add {other} to list what would be removed"
        yield fault(call, call.head, "W213", message, fix)
    files = [file for file in output_files(call) if file.literal != "/dev/tty"]
    redirected = files or call.substitution or commands.after(call)
    if given.get("method", "").lower() == "qrcodepng" and "file" not in given and redirected:
        message = f"{command.name} requires -o with QRCodePNG, unless it prints on a terminal"
        yield fault(call, call.head, "E103", message, "add -o FILE")
