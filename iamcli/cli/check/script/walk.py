"""Follows a script from its first line to its last, and collects the commands in it."""

from __future__ import annotations

import os
import re
from contextlib import suppress

from iamcli.cli import index
from iamcli.cli.check.script import calls, embedded, kinds, nodes, prefixes, states
from iamcli.cli.check.script.calls import Call, Context, Flags, Part, Unknown
from iamcli.cli.check.script.expansion import WordReader, joined_elements
from iamcli.cli.check.script.programs import SHELLS
from iamcli.cli.check.script.shfmt import UnreadableError
from iamcli.cli.check.script.states import State, assigned, filled
from iamcli.parsing.command_names import is_meant
from iamcli.parsing.suggestions import DASHES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from iamcli.cli.check.script.calls import ExpandedWord, Pipeline, PipelineCommand, Test, Value
    from iamcli.cli.check.script.nodes import Node, Statement
    from iamcli.cli.check.script.scripts import Script

_DEFINED = re.compile(
    r"^[ \t]*(?:function\s+([\w.:-]+)|([\w.:-]+)\s*\(\s*\)|alias\s+(?:-\w\s+)?([\w.:-]+)=)",
    re.MULTILINE,
)
#: The arguments of a function, run as a command.
_RUNS_ARGUMENTS = re.compile(
    r"(?:^[ \t]*|(?:[;&|({!]|\b(?:then|do|else|if|eval|while|until))\s*)\"?\$\{?[@*]", re.MULTILINE
)
_SHEBANG_OPTIONS = re.compile(r"^#!\S+[ \t]+(?:\S*/?(?:ba|z)?sh[ \t]+)?-(\w+)")
_IAM = re.compile(rf"iam[-{DASHES}]\w+")
_PATH_OF_CRON = "PATH=/usr/bin:/bin"
_MOVES = re.compile(r"\b(?:cd|pushd|popd|chdir)\b")


class Walker:
    """Follows a script and the scripts that it reads.

    ``load``: returns a script by its path, or raises UnreadableError. ``calls``, ``loops`` and
    ``tests``: what was found; ``defined``: the functions and aliases; ``tested``: the variables
    that are tested for being empty; ``values``: those of each variable that is set; ``words``: the
    words in them, and by "NAME()" the arguments of a function; ``settings``:
    AWS_IAM_JVM_OPTS with its values; ``scripts``: what was read; ``complete``: whether all was.
    """

    def __init__(self, script: Script, load: Callable[[str], Script]) -> None:
        self.calls: list[Call] = []
        self.loops: list[calls.CompoundCommand] = []
        self.tests: list[Test] = []
        self.scripts: list[Script] = []
        self.settings: list[Call] = []
        self.defined: set[str] = set()
        #: $_ stands for what is not known.
        self.tested: set[str] = {"_"}
        self.complete = True
        self.values: dict[str, list[Value]] = {}
        self.words: dict[str, list[ExpandedWord]] = {}
        self.redirects: dict[Node, tuple[calls.ExpandedRedirect, ...]] = {}
        self._load = load
        self._aliases: dict[str, list[str]] = {}
        #: By the name of an alias that is not used: its body.
        self._unused: dict[str, Script | None] = {}
        self._wrappers: set[str] = set()
        self._changed_by_functions: set[str] = set()
        self._bodies: list[tuple[Sequence[Statement], Context]] = []
        self._flags: list[Flags] = []
        options = _SHEBANG_OPTIONS.findall(script.text) if script.statements else []
        flags = states.with_options(Flags(script.folder), [f"-{letters}" for letters in options])
        text = f"{_PATH_OF_CRON}\n{script.text}" if script.language == kinds.CRONTAB else ""
        state = State(flags)
        for line in kinds.CRON_LINE.finditer(text):
            if line["name"]:
                # In the values of a crontab nothing is expanded.
                value = line["value"].strip().strip("\"'")
                self._assign(state, line["name"], (value,), Context(script))
        self._enter(script, state)
        self._functions(state)

    def _enter(self, script: Script, state: State) -> None:
        """Follow ``script`` from its beginning."""
        self.scripts.append(script)
        self.tested |= states.tested_for_text(script.text)
        self.defined |= {name for names in _DEFINED.findall(script.text) for name in names}
        for part in script.parts:
            # make ends if a recipe fails.
            context = Context(part, tested=part is not script)
            self._statements(part.statements, state if part is script else state.copy(), context)

    def _functions(self, state: State) -> None:
        """Follow the bodies of functions, with the values that variables have in any case."""
        state = State(states.joined_flags([*self._flags, state.flags]))
        for name, values in self.values.items():
            known = name not in self._changed_by_functions and len(set(values)) == 1
            unknown = Unknown(name, filled=all(map(filled, values)))
            state.variables[name] = values[0] if known else (unknown,)
        while self._bodies:
            statements, context = self._bodies.pop(0)
            self._statements(statements, state.copy(), context)
        while self._unused:
            body = self._unused.pop(next(iter(self._unused)))
            self._script(body, state.copy(), Context(self.scripts[0]))

    # Statements. _visit_NODE returns the pipeline that the command of a statement is, or None.

    def _statement(self, node: Statement, state: State, context: Context) -> Pipeline:
        own = tuple(self._reader(state, context).redirects(node.redirects))
        self.redirects[node] = own
        if node.command is None:
            return ()
        inner = context._replace(redirects=(*context.redirects, *own))
        if node.negated:
            inner = inner._replace(tested=True, substitution=None)
        visit = getattr(self, f"_visit_{type(node.command).__name__.lower()}", self._visit_other)
        own_state = state.copy() if node.background else state
        pipeline: Pipeline = visit(node.command, own_state, inner) or ()
        if pipeline and isinstance(pipeline[-1], calls.CompoundCommand):
            pipeline[-1].redirects = pipeline[-1].redirects or own
        if context.substitution and pipeline:
            context.substitution.pipelines.append(pipeline)
        return pipeline

    def _statements(self, found: Sequence[Statement], state: State, context: Context) -> None:
        """Follow statements; only the status of the last one may be tested."""
        before = context._replace(tested=False)
        for node in found:
            self._statement(node, state, context if node is found[-1] else before)

    def _branch(self, body: Sequence[Statement], state: State, context: Context) -> State:
        """Follow the statements of a branch; return the state after it."""
        branch = state.copy()
        self._statements(body, branch, context._replace(tested=False))
        return branch

    def _condition(self, found: Sequence[Statement], state: State, context: Context) -> None:
        self._statements(found, state, context._replace(tested=True, substitution=None))

    def _script(self, script: Script | None, state: State, context: Context) -> None:
        """Follow a script in this one."""
        if script:
            inner = context._replace(script=script, tested=False)
            self._statements(script.statements, state, inner)

    def _reader(self, state: State, context: Context) -> WordReader:
        return WordReader(self._run, state, context)

    def _visit_other(self, node: Node, state: State, context: Context) -> None:
        self._reader(state, context).substitutions(node)

    def _visit_prefixed(self, node: nodes.Prefixed, state: State, context: Context) -> Pipeline:
        inner = context._replace(substitution=None)
        return self._statement(node.statement, state, inner) if node.statement else ()

    def _visit_group(self, node: nodes.Group, state: State, context: Context) -> Pipeline:
        self._statements(node.body, state.copy() if node.subshell else state, context)
        # A loop at the beginning reads what is passed to the group.
        first = [each.command for each in node.body[:1] if not each.redirects]
        return tuple(loop for loop in self.loops if loop.node in first)

    def _visit_binary(self, node: nodes.Binary, state: State, context: Context) -> Pipeline:
        if node.operator in ("|", "|&"):
            return self._pipeline(node, state, context)
        # What follows || does not change the output that is captured, in a script that ends there.
        inner = context._replace(substitution=None) if node.operator == "||" else context
        self._statement(node.left, state, context._replace(tested=True))
        state.join(state, [self._branch([node.right], state, inner)])
        return ()

    def _pipeline(self, node: nodes.Binary, state: State, context: Context) -> Pipeline:
        commands: list[PipelineCommand] = []
        branch = state
        last = context._replace(substitution=None)
        # The output of the others goes to the pipe, whatever is redirected around it.
        inner = last._replace(redirects=(), captured=True)
        for part, operator in _piped(node):
            branch = state.copy()
            pipeline = self._statement(part, branch, inner if operator else last)
            commands += pipeline or (calls.CompoundCommand(part),)
            if operator == "|&" and isinstance(commands[-1], Call):
                commands[-1].merging = True
        state.join(state, [branch])
        self._script(embedded.passed(commands), state.copy(), Context(context.script))
        for number, command in enumerate(commands):
            command.pipeline, command.position = tuple(commands), number
            command.substitution = command.substitution or context.substitution
        return tuple(commands)

    def _visit_if(self, node: nodes.If, state: State, context: Context) -> None:
        branches: list[State] = []
        clause: nodes.If | None = node
        while clause:
            self._condition(clause.condition, state, context)
            branches.append(self._branch(clause.body, state, context))
            node, clause = clause, clause.other
        state.join(state if node.condition else branches.pop(), branches)

    def _visit_while(self, node: nodes.While, state: State, context: Context) -> Pipeline:
        state.forget(assigned(node.text))
        self._condition(node.condition, state, context)
        state.join(state, [self._branch(node.body, state, context)])
        self.loops.append(calls.CompoundCommand(node))
        return (self.loops[-1],)

    def _visit_for(self, node: nodes.For, state: State, context: Context) -> Pipeline:
        reader = self._reader(state, context)
        loop = node.loop if isinstance(node.loop, nodes.Words) else None
        words = reader.words(loop.words) if loop else []
        if loop is None:
            reader.substitutions(node.loop)
        state.forget(assigned(node.text))
        branch = state.copy()
        if loop:
            context.script.cover(loop.start, loop.end, checked=None)
            single = len(words) == 1 and not words[0].may_split and not words[0].glob
            literal = words[0].literal if single else None
            # A word without quotes is left out if it is empty. Elements are taken to have text.
            never_empty = all(filled(word.value) or word.may_split for word in words)
            self.words.setdefault(loop.name, []).extend(words)
            value = literal or Unknown(loop.name, filled=never_empty)
            self._assign(branch, loop.name, (value,), context)
        state.join(state, [self._branch(node.body, branch, context)])
        self.loops.append(calls.CompoundCommand(node, words))
        return (self.loops[-1],)

    def _visit_case(self, node: nodes.Case, state: State, context: Context) -> None:
        reader = self._reader(state, context)
        words = reader.words([node.word])
        words += [reader.word(each) for item in node.items for each in item.patterns]
        state.join(state, (self._branch(item.body, state, context) for item in node.items))
        self.tests.append((context.script, words))

    def _visit_function(self, node: nodes.Function, state: State, context: Context) -> None:
        self._flags.append(state.flags)
        source = node.body.text
        self._changed_by_functions |= assigned(source) | set(_MOVES.findall(source))
        if _RUNS_ARGUMENTS.search(source):
            self._wrappers.add(node.name)
        self._bodies.append(([node.body], Context(context.script)))

    def _visit_test(self, node: nodes.Test, state: State, context: Context) -> None:
        words = self._reader(state, context).words(nodes.first(node, nodes.Word))
        self.tests.append((context.script, words))

    def _assignment(self, node: nodes.Assignment, state: State, context: Context) -> None:
        reader = self._reader(state, context)
        context.script.cover(node.start, node.end, checked=None)
        value: Value = ("",)
        if node.index:
            reader.substitutions(node.index)
        if node.array:
            words = reader.words(node.elements)
            value = reader.array(words)
            self.words.setdefault(node.name, []).extend(words)
        elif node.value:
            word = reader.word(node.value)
            value = word.value
            self.words.setdefault(node.name, []).append(word)
            if node.name == "AWS_IAM_JVM_OPTS":
                name = word._replace(parts=(Part(node.name, quoted=False),))
                inner = calls.InnerCommand([name, word])
                self.settings.append(Call(node.value, inner, context, state.flags))
        if node.index or node.append:
            before = state.value(node.name)
            many = node.index is not None
            elements = None if many else joined_elements(before, value)
            kept = filled((*before, *value))
            value = (Unknown(node.name, filled=kept, many=many, elements=elements),)
        if only := states.single_unknown(value):
            kept = only.filled or only.name in self.tested
            value = (only._replace(name=node.name, filled=kept),)
        self._assign(state, node.name, value, context)

    def _assign(self, state: State, name: str, value: Value, context: Context) -> None:
        if name == "IAMCLI_STRICT":
            strict, separate = value == ("1",), value == ("0",)
            state.flags = state.flags._replace(strict=strict, separate=separate)
        if not context.script.root.shown or kinds.CREDENTIAL.match(f"{name}="):
            value = (Unknown(name),)
        self.values.setdefault(name, []).append(state.set(name, value))

    def _visit_declaration(self, node: nodes.Declaration, state: State, context: Context) -> None:
        for child in node.assignments:
            if not child.naked:
                self._assignment(child, state, context)
            elif child.name and node.keyword in ("local", "declare"):
                self._assign(state, child.name, (Unknown(child.name),), context)
            elif child.value:
                self._reader(state, context).words([child.value])

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
        function = own_name and name in self.defined
        like_a_command = bool(_IAM.fullmatch(name)) or is_meant(name, index.names())
        inner = inner._replace(iam=like_a_command and not function, shell_function=function)
        call = Call(node, inner, context, own.flags)
        call.environment = {name: own.text(name) for name in calls.ENVIRONMENT}
        self.calls.append(call)
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
        if call.program in (".", "source"):
            self._source(call, state, context)
        elif call.program in ("[", "test"):
            self.tests.append((call.script, call.words))
        elif call.inner.shell_function:
            self.words.setdefault(f"{call.program}()", []).extend(call.words)
            state.forget(self._changed_by_functions)
            if any(map(_MOVES.fullmatch, self._changed_by_functions)):
                state.flags = state.flags._replace(folder=None)
        elif not self._embedded(call, state, context):
            before = state.flags
            if call.program == "set":
                self.words.setdefault(f"{nodes.function(call.node)}()", []).extend(call.words)
            # read -d '' NAME <<END: all of the here-document.
            whole = any(re.fullmatch("-[a-z]*d", text or "") for text in call.literals)
            texts = [each.word.value for each in call.redirects if whole and each.operator == "<<"]
            for name in states.apply(call, state):
                unknown = (Unknown(name, filled=call.program == "printf"),)
                self._assign(state, name, texts[-1] if texts else unknown, context)
            if state.flags != before:
                self._flags.append(state.flags)

    def _embedded(self, call: Call, state: State, context: Context) -> bool:
        """Follow the script in the arguments of ``call``; return whether there can be one."""
        replaced = call.inner.replaced or context.replaced
        inner = Context(context.script, replaced=replaced, captured=context.captured)
        if call.program == "eval":
            self._script(embedded.fragment(call.script, call.words), state, context)
            state.forget(state.variables)
        elif call.program == "ssh":
            self._script(embedded.remote(call), State(Flags(remote=True), state.variables), inner)
        elif "parallel" in call.inner.run_by:
            self._script(embedded.joined(call), state.copy(), inner)
        elif call.program in SHELLS:
            self._shell(call, state.copy(), inner)
        else:
            return False
        return True

    def _shell(self, call: Call, state: State, context: Context) -> None:
        """Follow the script of a shell, as in ``sh -c 'SCRIPT' NAME ARGUMENT`` and ``sh <<EOF``."""
        script = embedded.argument(call)
        inner = embedded.document(call) if embedded.reads(call) else embedded.quoted(call, script)
        if inner and script >= 0 and call.words[script].source.startswith("'"):
            arguments: list[Value] = [word.value for word in call.words[script + 1 :]]
            # xargs and find add at least one argument.
            arguments += [(Unknown(filled=True),)] * call.inner.arguments_added
            state.variables |= {str(number): value for number, value in enumerate(arguments)}
        self._script(inner, state, context)

    def _source(self, call: Call, state: State, context: Context) -> None:
        name = (call.words[0].literal if call.words else None) or ""
        outer, script = context.script, None
        paths = [states.in_folder(folder, name) for folder in (state.flags.folder, outer.folder)]
        path = next((path for path in paths if path and os.path.isfile(path)), "")
        if path and not os.path.isabs(name):
            folder = os.path.dirname(outer.file)
            path = os.path.join(folder, os.path.relpath(path, outer.folder))
        with suppress(UnreadableError, RecursionError):
            script = self._load(path) if path else None
        if script is None or not script.parts:
            self.complete = False
            state.forget(state.variables)
        elif script not in self.scripts:
            self._enter(script, state)

    def _run(self, node: nodes.Substitution, state: State, context: Context) -> Value:
        """Follow a command substitution; return its output."""
        source = node.text
        inside = source[2:-1] if source.startswith("$(") else source[1:-1]
        if states.OWN_FOLDER.fullmatch(inside):
            return (context.script.folder,)
        here = calls.SubstitutionContext(node, context.tested, [])
        inner = Context(context.script, substitution=here, replaced=context.replaced, captured=True)
        self._statements(node.body, state.copy(), inner)
        output = here.pipelines[0] if len(here.pipelines) == 1 else ()
        is_file = not source.startswith(("$", "`"))
        return (Unknown("", output, single=is_file, private="mktemp" in inside),)


def _piped(node: nodes.Binary) -> list[tuple[Statement, str]]:
    """Return the parts of a pipeline, each with the operator after it."""
    parts: list[tuple[Statement, str]] = [(node.right, "")]
    while True:
        left = node.left
        inner = left.command if not (left.redirects or left.negated) else None
        if not isinstance(inner, nodes.Binary) or inner.operator not in ("|", "|&"):
            return [(left, node.operator), *reversed(parts)]
        parts.append((inner.right, node.operator))
        node = inner
