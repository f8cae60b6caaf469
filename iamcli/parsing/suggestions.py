"""The errors for arguments that are not options, with suggestions and hints."""

from __future__ import annotations

import difflib
import os.path
import re
from itertools import chain

from iamcli import quoting
from iamcli.errors import concealed
from iamcli.parsing import habits
from iamcli.parsing.options import UsageError, joined, match, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from iamcli.parsing.options import Option

#: They are never values.
_HELP = ("-h", "--help")
#: How similar two texts are at least that a suggestion takes for each other: 1 is the same.
_NEAR = 0.75
#: Characters that word processors and web pages substitute for the ASCII hyphen.
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
#: What parameters in AWS begin with, each up to a word of the option.
_PARAMETERS = (
    "allow-users-to-change authentication-code1 authentication-code2 certificate-body "
    "certificate-chain endpoint-url new-path password-reset-required permissions-boundary "
    "require-lowercase require-number require-symbol require-uppercase server-certificate "
    "virtual-mfa-device"
)
#: The parameters of documents, and the placeholder of the option that takes the text of one.
_DOCUMENTS = {"certificatebody": "CERTIFICATE", "policydocument": "POLICYDOCUMENT"}


class TypedLine:
    """A wrong command line as its user means it. It is read once, when an error is printed.

    ``parts``: each option with its words, with ASCII dashes, separate values, and placeholders in
    place of secrets, and each word that belongs to no option; ``certain``: whether the options are
    all that the user typed; ``joined``: whether one was joined with its value; ``habits``: the
    options of the table HABITS, with their values or "".
    """

    def __init__(self, options: Sequence[Option], arguments: Sequence[str]) -> None:
        self.parts: list[tuple[Option | None, list[str]]] = []
        self.habits: dict[str, str] = {}
        self.certain, self.joined = True, False
        names = {name for option in options for name in option.names}
        words = [*reversed(arguments)]
        while words:
            self._read(options, names, words)

    def _read(self, options: Sequence[Option], names: set[str], words: list[str]) -> None:
        """Read the last of ``words``, and the one before it if that is its value."""
        argument = words.pop()
        typed = with_ascii_dashes(names, argument)
        option, attached = match(options, typed)
        name, equals, value = argument.partition("=")
        if option and (option.switch or attached is not None or not words):
            self.parts.append((option, [typed]))
        elif option:
            operand = words.pop()
            if (ascii_operand := with_ascii_dashes(names, operand)) in _HELP:
                operand = ascii_operand
            elif option.secret:
                operand = str(option.metavar)
            self.parts.append((option, [typed, operand]))
        elif name in habits.HABITS:
            # A variable that is not set leaves the option without its value.
            separate = habits.HABITS[name][0] and not equals and words
            self.habits[name] = words.pop() if separate and words[-1][:1] != "-" else value
        elif typed[:1] != "-" or typed == "-":
            self.parts.append((None, [argument]))
        elif self.certain and typed != "--":
            # With another dash, only a name that the shell has not joined is certain.
            if typed == argument or typed.partition("=")[0] in names:
                option, value = meant(options, typed)
            self.certain, self.joined = option is not None, True
            if option:
                shown = value if value and not option.secret else str(option.metavar)
                self.parts.append((option, [option.name, shown]))

    @property
    def given(self) -> list[Option]:
        """The options that the line has, in their order."""
        return [option for option, _ in self.parts if option]

    @property
    def extra(self) -> list[str]:
        """The words that belong to no option."""
        return [words[0] for option, words in self.parts if option is None]

    def corrected(
        self, program: str, left_out: Option | None = None, before: Option | None = None
    ) -> str:
        """Return the command line to type, "" if it is not certain, or would show a secret.

        ``left_out``: an option without which it is typed; ``before``: the option to type before the
        word that belongs to none.
        """
        if not self.certain or len(self.extra) != (before is not None):
            return ""
        words = (
            ([before.name] if before and option is None else []) + words
            for option, words in self.parts
            if option is None or option is not left_out
        )
        line = quoting.command_line(program, *chain.from_iterable(words))
        return line if concealed(line) == line else ""


def unknown(
    program: str,
    options: Sequence[Option],
    argument: str,
    arguments: Sequence[str] | None = None,
    secret: Option | None = None,
) -> UsageError:
    """Return the error for ``argument``, the first wrong one of the ``arguments`` of ``program``.

    For a dash that is not ASCII, the message shows the corrected command line without its secrets,
    if it is certain. For an unknown option, the message says what to write instead, if that is
    known; otherwise the hint is that for an option of aws, or separates letters that are options.
    ``arguments``: None if not all are known; the hint is then only about the argument. ``secret``:
    the last option with a secret value before it.
    """
    line = TypedLine(options, arguments or ())
    safe = shown(options, argument)
    if argument[:1] in DASHES and argument:
        corrected = "" if line.habits or arguments is None else line.corrected(program)
        instead = f"type: {corrected}" if corrected else 'type "-" instead'
        return UsageError(
            f'"{safe}" begins with a dash that is not the ASCII "-", as '
            f"pasted from a web page; {instead}"
        )
    if not argument.startswith("-") or argument == "-":
        return _unexpected(program, options, argument, line, secret)
    name, given = argument.partition("=")[0], [option.name for option in line.given]
    instead, hint = advice(options, argument), ""
    if name in habits.HABITS and (not instead or instead.split('"')[1] in given):
        instead, hint = "", _habit(program, name, line, known=arguments is not None)
    elif not instead:
        hint = _separated(options, argument)
    return UsageError(
        f'"{safe}" is not a valid option{instead and f"; {instead}"}',
        option=meant(options, argument)[0],
        hint=hint,
    )


def _habit(program: str, name: str, line: TypedLine, *, known: bool) -> str:
    """Return what to type instead of the option ``name`` of aws, with the others of the ``line``.

    ``known``: whether that is the whole line.
    """
    keys = [option for option in line.given if option.dest == "credential_file"]
    left_out = keys[0] if keys and "--profile" in line.habits else None
    text = line.corrected(program, left_out) if known else ""
    key_option = left_out.name if left_out else ""
    values = line.habits or {name: ""}
    return habits.instead(name, values, text, key_option=key_option, known=known)


def advice(options: Sequence[Option], argument: str) -> str:
    """Return what to write instead of ``argument``, which begins with a dash; "" if not known."""
    if argument == "--":
        return "leave it out"
    option, value = meant(options, argument)
    # A code of an MFA device has six digits.
    name = re.sub(r"(?s)(=.*|\d{6})$", "", argument)
    numbered = [option for option in options if option.name[:-1] == name and option.secret]
    if numbered:
        return f"write: {' '.join(f'{each.name} {each.metavar}' for each in numbered)}"
    if option:
        typed = quoting.quoted(value) if value and not option.secret else option.metavar
        return f"write: {option.name} {typed}"
    named = _named(options, argument)
    return f'did you mean "{named}"?' if named else ""


def meant(options: Sequence[Option], argument: str) -> tuple[Option | None, str]:
    """Return the option and the value that ``argument`` joins; None if that is not certain.

    The value is "" if it is not allowed, or if another word can be meant: ``-ubob``, ``-region``.
    """
    option, rest = joined(options, argument)
    value = rest.removeprefix("=")
    named = value == rest and _named(options, argument) is not None
    if option is None or named or value in _HELP:
        return None, ""
    word = value == rest and re.fullmatch("[a-z-]+", rest)
    if refused(option, value) or concealed(bare := value.strip("/")) != bare:
        return option if word or value != rest else None, ""
    return option, "" if word else value


def _unexpected(
    program: str, options: Sequence[Option], argument: str, line: TypedLine, secret: Option | None
) -> UsageError:
    """Return the error for an ``argument`` that is no option's value.

    After an option with a ``secret`` value, the argument may be a part of it, and is not shown; nor
    if ``may_be_secret`` says so. The hint says that a shell may have replaced ``*``, if the
    argument is a name that ``*`` matches in the current directory; that a typographic quote does
    not quote; which line to write, if the argument can only be the value of one option; or how to
    get help, if it is only ``help``.
    """
    if secret:
        return UsageError(
            f"No argument is allowed after {secret.name} {secret.metavar}; quote a value that "
            "contains a blank"
        )
    alone = line.extra == ["help"] and len(line.parts) == 1
    hint = f"type: {program} -h" if alone and not line.habits else ""
    if may_be_secret(options, [option for option, words in line.parts if option and words[1:]]):
        return UsageError("No argument is allowed: ...", hint=hint)
    hint = hint or of_asterisk(argument)
    if not hint and quoting.typographic(argument):
        hint = f"{argument} contains a typographic quote; to quote, type ' or \""
    elif not (hint or line.habits or line.joined):
        missing = missing_option(options, line.given, argument)
        completed = missing and line.corrected(program, before=missing)
        hint = f"write: {completed}" if completed else ""
    return UsageError(f"No argument is allowed: {argument}", hint=hint)


def may_be_secret(
    options: Sequence[Option], given: Collection[Option], before: Iterable[Option] = ()
) -> bool:
    """Return whether a word that is no option may be a secret.

    It may be if an option with one is ``before`` it, or if a required one is not ``given``.
    """
    lacking = any(each.secret and each.required and each not in given for each in options)
    return lacking or any(each.secret for each in before)


def of_asterisk(argument: str) -> str:
    """Return the hint that the shell may have replaced ``*`` with ``argument``, or "".

    That is possible if ``*`` matches the argument in the current directory.
    """
    if argument.startswith(".") or "/" in argument or not os.path.lexists(argument):
        return ""
    return (
        f"{argument} is in the current directory; if you typed * without quotes, the shell "
        "replaced it with the names there; type '*'"
    )


def missing_option(
    options: Sequence[Option], typed: Collection[Option], argument: str
) -> Option | None:
    """Return the one of the ``options`` whose value a single ``argument`` can only be.

    It names an entity and is not among those ``typed``. None if there is no such option, if there
    are several, or if the argument is not within its limits.
    """
    naming = [o for o in options if o.names_entity and not o.secret and o not in typed]
    naming = [option for option in naming if option.required] or naming
    alone = naming[0] if len(naming) == 1 else None
    # Another optional option names a new entity, or what the command would add the new one to.
    if alone and not alone.required and alone.dest not in ("user", "policy"):
        return None
    return alone if alone and alone.limit and alone.limit.allows(argument) else None


def _separated(options: Sequence[Option], argument: str) -> str:
    """Return how to type the letters that ``argument`` combines; only the last can have a value."""
    names = [f"-{letter}" for letter in argument[1:]]
    known = {option.name: option.switch for option in options}
    switches = [known.get(name) for name in names]
    valid = None not in switches and all(switches[:-1]) and len(set(names)) == len(names)
    return f"type each option separately: {' '.join(names)}" if valid else ""


def shown(options: Sequence[Option], argument: str) -> str:
    """Return what may be shown of an ``argument`` with a dash that is no option.

    Source: docs/decisions.md (unknown options).
    """
    typed = with_ascii_dashes({name for option in options for name in option.names}, argument)
    secrets = [option for option in options if option.secret]
    # A capital letter may be the only mistake, as in -PS3cret.
    rest = joined(secrets, typed[:2].lower() + typed[2:])[1]
    option, value = match(options, typed)
    if option is None:
        option, value = joined(options, typed)
    letters = "A-Za-z_-" if typed.startswith("--") and not secrets else "a-z-"
    allowed = option and not refused(option, (value or "").removeprefix("="))
    if rest:
        kept = argument[: -len(rest)]
    elif allowed and concealed(bare := (value or "").strip("=/")) == bare:
        kept = argument
    else:
        kept = re.findall(rf"(?s)[{DASHES}-]*(?:[{letters}]*(?==|\Z)|.?)", argument)[0]
    kept += "=" * argument[len(kept) :].startswith("=")
    return argument if kept == argument else f"{kept}..."


def with_ascii_dashes(by_name: Collection[str], argument: str) -> str:
    """Return ``argument`` with ASCII dashes; ``by_name`` contains the names of options."""
    if argument[:1] not in DASHES or not argument:
        return argument
    bare = argument.lstrip(DASHES + "-")
    return f"--{bare}" if f"--{bare.partition('=')[0]}" in by_name else f"-{bare}"


def _named(options: Sequence[Option], argument: str) -> str | None:
    """Return the name of the option with the longest word that ``argument`` begins with, or None.

    The words are its names, placeholder and ``dest``, the words of that, and its parameter in AWS;
    if the argument begins with no option, also words that it resembles. ``-output`` is a format in
    AWS, so it names no option: "". A document names the option for a file and that for its text.
    """
    name = argument.partition("=")[0].lstrip("-").lower().removeprefix("assume-role-")
    pairs = [(word, o.name) for o in options for word in (*o.names, o.dest, o.metavar or "")]
    pairs += [(word, o.name) for o in options for word in o.dest.split("_")]
    # The first of the same words counts.
    known = {word.lower().lstrip("-"): option for word, option in reversed(pairs)}
    begin = {re.sub("[-_]|s$", "", word): option for word, option in known.items()}
    ends = ((each.replace("-", ""), each.rpartition("-")[2]) for each in _PARAMETERS.split())
    begin |= {"output": "", **{whole: begin.get(end, "") for whole, end in ends}}
    for whole, metavar in _DOCUMENTS.items():
        given = [o.name for o in options if o.metavar in (metavar, f"{metavar}FILE")]
        begin[whole] = '" or "'.join(sorted(given)) or begin.get(whole, "")
    longest = max(filter(name.replace("-", "").startswith, begin), key=len)
    if longest[2:]:
        return begin[longest]
    near = "" if joined(options, argument)[0] else nearest(name, filter(None, known))
    return known[near] if near else None


def nearest(wrong: str, known: Iterable[str], *, only: bool = False) -> str:
    """Return the text of ``known`` that is almost ``wrong``, or ""; the case does not matter.

    A text is near if most of its characters are the same in the same order, or all in another one.
    ``only``: return "" if several are equally near.
    """
    by_lower = {text.lower(): text for text in known}
    lower = wrong.lower()
    near = difflib.get_close_matches(lower, by_lower, n=2, cutoff=_NEAR)
    # "user06" resembles user106 as much as user206.
    ratios = {difflib.SequenceMatcher(None, text, lower).ratio() for text in near if only}
    if not near:
        near = [text for text in by_lower if sorted(text) == sorted(lower)]
    return by_lower[near[0]] if near and not (only and near[1:] and len(ratios) < len(near)) else ""
