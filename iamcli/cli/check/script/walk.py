"""Follows a script from its first line to its last, and collects the commands in it."""

from __future__ import annotations

import os
import re
from contextlib import suppress

from iamcli.cli import index
from iamcli.cli.check.script import calls, embedded, kinds, nodes, prefixes, states
from iamcli.cli.check.script.calls import Call, Context, Flags, Part, Unknown
from iamcli.cli.check.script.other_programs import SHELLS
from iamcli.cli.check.script.shfmt import UnreadableError
from iamcli.cli.check.script.statements import StatementWalker
from iamcli.cli.check.script.states import State, assigned, filled
from iamcli.parsing.command_names import is_meant
from iamcli.parsing.suggestions import DASHES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from iamcli.cli.check.script.calls import Pipeline, ScriptFacts, Value
    from iamcli.cli.check.script.nodes import Statement
    from iamcli.cli.check.script.scripts import Fragment, Script

_DEFINED = re.compile(
    r"^[ \t]*(?:function\s+([\w.:-]+)|([\w.:-]+)\s*\(\s*\)|alias\s+(?:-\w\s+)?([\w.:-]+)=)",
    re.MULTILINE,
)
#: The arguments of a function, run as a command.
_RUNS_ARGUMENTS = re.compile(
    r"(?:^[ \t]*|(?:[;&|({!]|\b(?:then|do|else|if|eval|while|until))\s*)\"?\$\{?[@*]", re.MULTILINE
)
_SHEBANG_OPTIONS = re.compile(r"^#!\S+[ \t]+(?:\S*/?(?:ba|z)?sh[ \t]+)?-(\w+)")
_OWN_SHELL = re.compile(r"\"?\$\{?SHELL\b")
#: The HOME of another user.
_OTHER_HOME: Value = (Unknown("HOME"),)
_LOGIN = re.compile("-|--login|-[a-z]*l[a-z]*")
_IAM = re.compile(rf"iam[-{DASHES}]\w+(?:-[A-Za-z]+)*")
#: The variables of cron, as lines of a crontab, and those that a Makefile sets.
_OF_CRON = "PATH=/usr/bin:/bin\nIAMCLI_STRICT=\n"
_OF_MAKE = re.compile(
    rf"(?m)^[^\t\n#;]*?\b({'|'.join(calls.ENVIRONMENT)}|(?i:https_proxy))[ \t]*"
    r"(?::?:?=[ \t]*([^$#\n]*?)[ \t]*(?:#.*)?$|[:+?!]*=)"
)
_MOVES = re.compile(r"(?<!\()(?<!\( )\b(?:cd|pushd|popd|chdir)\b")


class Walker(StatementWalker):
    """Follows a script and the scripts that it reads.

    ``load``: returns a script by its path, or raises UnreadableError.
    """

    def __init__(self, load: Callable[[str], Script]) -> None:
        super().__init__()
        self._load = load
        self._aliases: dict[str, list[str]] = {}
        #: By the name of an alias that is not used: its body.
        self._unused: dict[str, Fragment | None] = {}
        self._wrappers: set[str] = set()
        self._changed_by_functions: set[str] = set()
        self._bodies: list[tuple[Sequence[Statement], Context]] = []
        self._flags: list[Flags] = []
        #: The last settings after a function that changes the directory.
        self._left: Flags | None = None
        self._runs_later = False

    def walk(self, script: Script) -> ScriptFacts:
        """Return what is in ``script`` and in the scripts that it reads."""
        options = _SHEBANG_OPTIONS.findall(script.text) if script.statements else []
        flags = states.with_options(Flags(script.folder), [f"-{letters}" for letters in options])
        state = State(flags)
        if not kinds.is_shared(script.file, script.language):
            self.facts.values["HOME"].append(state.set("HOME", (os.path.expanduser("~"),)))
        crontab, makefile = (script.language == each for each in (kinds.CRONTAB, kinds.MAKEFILE))
        for line in kinds.CRON_LINE.finditer(_OF_CRON + script.text if crontab else ""):
            if line["name"]:
                # In the values of a crontab nothing is expanded.
                value = line["value"].strip().strip("\"'")
                self._assign(state, line["name"], (value,), Context(script))
        for name, text in _OF_MAKE.findall(script.text if makefile else ""):
            self._assign(state, name, (text or Unknown(name),), Context(script))
        self._enter(script, state)
        self._functions(state)
        return self.facts

    def _enter(self, script: Script, state: State) -> None:
        """Follow ``script`` from its beginning."""
        self.facts.scripts.append(script)
        self.facts.tested |= states.tested_for_text(script.text)
        self.facts.defined |= {name for names in _DEFINED.findall(script.text) for name in names}
        for part in script.parts:
            # make ends if a recipe fails.
            context = Context(part, tested=part is not script)
            self._statements(part.statements, state if part is script else state.copy(), context)

    def _functions(self, end: State) -> None:
        """Follow the bodies of functions, with the values that variables have in any case."""
        bodies, self._bodies = self._bodies, []
        changed = assigned("\n".join(node.text for each, _ in bodies for node in each))
        # If a function has changed the directory last, no other function begins there.
        ends = [] if end.flags is self._left and not self._runs_later else [end.flags]
        state = State(states.joined_flags([*self._flags, *ends]))
        if not self.facts.all_read:
            state.forget()
        for name, values in self.facts.values.items():
            known = name not in changed and len(set(values)) == 1
            unknown = Unknown(name, filled=all(map(filled, values)))
            state.variables[name] = values[0] if known else (unknown,)
        for statements, context in bodies:
            self._statements(statements, state.copy(), context)
        if self._bodies:
            self._functions(end)
        while self._unused:
            body = self._unused.pop(next(iter(self._unused)))
            self._script(body, state.copy(), Context(self.facts.scripts[0]))

    def _visit_function(self, node: nodes.Function, state: State, context: Context) -> None:
        self._flags.append(state.flags)
        source = node.body.text
        self._changed_by_functions |= assigned(source) | set(_MOVES.findall(source))
        if _RUNS_ARGUMENTS.search(source):
            self._wrappers.add(node.name)
        self._bodies.append(([node.body], Context(context.script)))

    def _visit_simple(self, node: nodes.Simple, state: State, context: Context) -> Pipeline:
        own = state.copy() if node.assignments and node.words else state
        for child in node.assignments:
            self._assignment(child, own, context)
        typed = self._reader(state, context).words(node.words)
        outer = node.parent.parent if node.parent else None
        if typed and isinstance(outer, nodes.Prefixed):
            # shfmt takes the options of time for its command.
            typed.insert(0, typed[0]._replace(parts=(Part("time", quoted=False),)))
        expanded = embedded.expanded(typed, self._aliases)
        if expanded is not typed:
            self._unused.pop(typed[0].source, None)
        if not expanded:
            return ()
        inner = prefixes.inner_command(expanded)
        if not inner.words:
            inner = calls.InnerCommand(expanded)
        if inner.plain and inner.words[0].program in self._wrappers:
            inner = prefixes.unwrapped(inner)
        name = inner.words[0].program or ""
        own_name = inner.plain and expanded is typed and inner.words[0].literal == name
        function = own_name and name in self.facts.defined
        like_a_command = bool(_IAM.fullmatch(name)) or is_meant(name, index.names())
        values = {name: calls.revealed(own.value(name)) for name in calls.ENVIRONMENT}
        inner = inner._replace(
            iam=like_a_command and not function,
            shell_function=function,
            environment={**values, **inner.environment},
        )
        call = Call(node, inner, context, own.flags)
        self.facts.calls.append(call)
        for alias, words, script in embedded.aliases(call):
            self._aliases[alias] = words if context.script.root.shown else []
            self._unused[alias] = script
        self._effects(call, state, context)
        return (call,)

    def _effects(self, call: Call, state: State, context: Context) -> None:
        """Change ``state`` as the command does."""
        trap = embedded.quoted(call, 0) if call.program == "trap" else None
        if later := trap or embedded.written(call):
            self._bodies.append((later.statements, Context(later)))
            self._runs_later = True
        if call.program in (".", "source"):
            self._source(call, state, context)
        elif call.program in ("[", "test"):
            self.facts.tests.append(call.words)
        elif call.inner.shell_function:
            self._flags.append(state.flags)
            state.forget(self._changed_by_functions)
            if any(map(_MOVES.fullmatch, self._changed_by_functions)):
                state.flags = self._left = state.flags._replace(folder=None)
        elif not self._embedded(call, state, context):
            before = state.flags
            # read -d '' NAME <<END: all of the here-document.
            whole = any(re.fullmatch("-[a-z]*d", text or "") for text in call.literals)
            texts = [each.word.value for each in call.redirects if whole and each.operator == "<<"]
            for name in states.apply_builtin(call, state):
                unknown = (Unknown(name, filled=call.program == "printf"),)
                self._assign(state, name, texts[-1] if texts else unknown, context)
            if state.flags != before:
                self._flags.append(state.flags)

    def _embedded(self, call: Call, state: State, context: Context) -> bool:
        """Follow the script in the arguments of ``call``; return whether there can be a script."""
        replaced = call.inner.replaced or context.replaced
        inner = Context(context.script, replaced=replaced, captured=context.captured)
        if call.program == "eval":
            self._script(embedded.fragment(call.script, call.words), state, context)
            state.forget()
        elif call.program == "ssh":
            there = {**state.variables, "HOME": _OTHER_HOME}
            self._script(embedded.remote(call), State(Flags(remote=True), there), inner)
        elif "parallel" in call.inner.run_by:
            self._script(embedded.joined(call), state.copy(), inner)
        elif call.program in SHELLS or _OWN_SHELL.match(call.head.source):
            self._shell(call, state.copy(), inner)
        else:
            return False
        return True

    def _shell(self, call: Call, state: State, context: Context) -> None:
        """Follow the script of a shell, as in ``sh -c 'SCRIPT' NAME ARGUMENT`` and ``sh <<EOF``."""
        script = embedded.argument(call)
        login = call.program == "su" and any(_LOGIN.fullmatch(text or "") for text in call.literals)
        passed = call.inner.environment["AWS_CREDENTIAL_FILE"]
        state.variables["AWS_CREDENTIAL_FILE"] = calls.REMOVED if login else passed
        if not {"sudo", "doas", call.program}.isdisjoint({*call.inner.run_by, "su"}):
            state.variables["HOME"] = _OTHER_HOME
        inner = embedded.document(call) if embedded.reads(call) else embedded.quoted(call, script)
        if inner and script >= 0 and call.words[script].source.startswith("'"):
            arguments: list[Value] = [word.value for word in call.words[script + 1 :]]
            # xargs and find add at least one argument.
            arguments += [(Unknown(filled=True),)] * call.inner.arguments_added
            state.variables |= {str(number): value for number, value in enumerate(arguments)}
        self._script(inner, state, context)

    def _source(self, call: Call, state: State, context: Context) -> None:
        outer = context.script.root
        names = call.words[0].texts or [""] if call.words else []
        for name in (each for each in names if each != "/dev/null"):
            places = (state.flags.folder, outer.folder) if name else ()
            paths = [states.in_folder(folder, name) for folder in places]
            path = next((path for path in paths if path and os.path.isfile(path)), "")
            if path and not os.path.isabs(name):
                folder = os.path.dirname(outer.file)
                path = os.path.join(folder, os.path.relpath(path, outer.folder))
            script = None
            with suppress(UnreadableError, RecursionError):
                script = self._load(path) if path and not state.flags.remote else None
            if script is None or not script.parts:
                self.facts.unread.append((call, path or (paths and paths[0]) or ""))
                self.facts.all_read = False
                state.forget()
            elif script not in self.facts.scripts:
                self._enter(script, state)
            else:
                # The shell of su, for example, does not have its variables.
                known = assigned(script.text) & self.facts.values.keys()
                state.variables |= {each: self.facts.values[each][-1] for each in known}
