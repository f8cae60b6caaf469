"""Follows a script from its first line to its last, and collects the commands in it."""

from __future__ import annotations

import os
import re

from iamcli.cli import index
from iamcli.cli.check.script import embedded, nodes, prefixes
from iamcli.cli.check.script.calls import (
    Call,
    Capture,
    Context,
    Flags,
    Gap,
    Loop,
    Part,
    Target,
    Test,
    Use,
    Word,
    found_origin,
)
from iamcli.cli.check.script.expansion import WordReader, joined_elements
from iamcli.cli.check.script.shfmt import UnreadableError
from iamcli.cli.check.script.state import (
    State,
    apply,
    assigned,
    bounded,
    existing,
    filled,
    is_own_folder,
    joined_flags,
    tested_for_text,
    with_options,
)
from iamcli.parsing.command_names import is_meant
from iamcli.parsing.suggestions import DASHES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from iamcli.cli.check.script.calls import Stage, Value
    from iamcli.cli.check.script.nodes import Node, Statement
    from iamcli.cli.check.script.scripts import Script

    Visitor = Callable[[Any, State, Context], tuple[Stage, ...] | None]

_DEFINED = re.compile(
    r"^[ \t]*(?:function\s+([\w.:-]+)|([\w.:-]+)\s*\(\s*\)|alias\s+(?:-\w\s+)?([\w.:-]+)=)",
    re.MULTILINE,
)
#: The arguments of a function, run as a command.
_RUNS_ARGUMENTS = re.compile(
    r"(?:^|[;&|({!]|\b(?:then|do|else|if|eval|while|until))\s*\"?\$\{?[@*]", re.MULTILINE
)
_SHEBANG_OPTIONS = re.compile(r"^#!\S+\s+(?:\S*/?(?:ba|z)?sh\s+)?-(\w+)")
_IAM = re.compile(rf"iam[-{DASHES}]\w+")
_MOVES = re.compile(r"\b(?:cd|pushd|popd|chdir)\b")
_READS = re.compile(r"(?:IFS=\S*\s+)?read\b")
_MAX_SOURCES = 50


class Walker:
    """Follows a script and the scripts that it reads.

    ``load``: returns a script by its path, or raises UnreadableError. ``calls``, ``loops`` and
    ``tests``: what was found; ``defined``: the functions and aliases; ``tested``: the variables
    that are tested for being empty; ``scripts``: those that were read; ``complete``: whether all of
    them could be read.
    """

    def __init__(self, script: Script, load: Callable[[str], Script]) -> None:
        self.calls: list[Call] = []
        self.loops: list[Loop] = []
        self.tests: list[Test] = []
        self.scripts: list[Script] = []
        self.defined: set[str] = set()
        self.tested: set[str] = set()
        self.complete = True
        self._load = load
        self._aliases = embedded.Aliases()
        self._wrappers: set[str] = set()
        self._changed_by_functions: set[str] = set()
        self._values: dict[str, list[Value]] = {}
        self._bodies: list[tuple[Sequence[Statement], Context]] = []
        self._flags: list[Flags] = []
        self._functions_move = False
        self._visitors: dict[type[Node], Visitor] = {
            nodes.Simple: self._command,
            nodes.Binary: self._binary,
            nodes.Declaration: self._declaration,
            nodes.If: self._if,
            nodes.While: self._while,
            nodes.For: self._for,
            nodes.Case: self._case,
            nodes.Function: self._function,
            nodes.Group: self._group,
            nodes.Subshell: self._group,
            nodes.Test: self._test,
            nodes.Prefixed: self._prefixed,
        }
        state = State(Flags(script.folder))
        options = _SHEBANG_OPTIONS.match(script.first_line)
        if options:
            state.flags = with_options(state.flags, [f"-{options[1]}"])
        self._enter(script, state)
        self._functions(state)

    def _enter(self, script: Script, state: State) -> None:
        """Follow ``script`` from its beginning."""
        self.scripts.append(script)
        self.tested |= tested_for_text(script.text)
        for match in _DEFINED.finditer(script.text):
            self.defined.add(match[1] or match[2] or match[3])
        self._statements(script.statements, state, Context(script))

    def _functions(self, state: State) -> None:
        """Follow the bodies of functions, with the values that variables have in any case."""
        self._flags.append(state.flags)
        flags = joined_flags(self._flags)
        common: dict[str, Value] = {}
        for name, values in self._values.items():
            known = name not in self._changed_by_functions and all(
                value == values[0] for value in values
            )
            common[name] = values[0] if known else (Gap(name, filled=all(map(filled, values))),)
        while self._bodies:
            body, context = self._bodies.pop(0)
            self._statements(body, State(flags, dict(common)), context)

    # Statements. A method returns the stages of the pipeline that the statement is, if it is one.

    def _visit(self, node: Statement, state: State, context: Context) -> tuple[Stage, ...]:
        own = tuple(self._reader(state, context).redirects(node.redirects))
        inner = context._replace(redirects=(*context.redirects, *own))
        if node.negated:
            inner = inner._replace(tested=True, capture=None)
        command = node.command
        visit = self._visitors.get(type(command)) if command else None
        if command is None or visit is None:
            if command:
                self._reader(state, context).substitutions(command)
            return ()
        stages = visit(command, state.copy() if node.background else state, inner) or ()
        if own and stages and isinstance(stages[-1], Loop):
            stages[-1].redirects = stages[-1].redirects or own
        if context.capture and stages:
            context.capture.pipelines.append(stages)
        return stages

    def _statements(
        self, found: Sequence[Statement], state: State, context: Context, *, tested: bool = False
    ) -> None:
        """Follow statements; ``tested``: whether the status of the last one is."""
        for node in found:
            self._visit(node, state, context._replace(tested=tested and node is found[-1]))

    def _branch(self, body: Sequence[Statement], state: State, context: Context) -> State:
        """Follow the statements of a branch; return the state after it."""
        branch = state.copy()
        self._statements(body, branch, context)
        return branch

    def _script(self, script: Script | None, state: State, context: Context) -> None:
        """Follow a script in this one."""
        if script:
            self._statements(script.statements, state, context._replace(script=script))

    def _reader(self, state: State, context: Context) -> WordReader:
        return WordReader(self._run, state, context)

    def _prefixed(self, node: nodes.Prefixed, state: State, context: Context) -> tuple[Stage, ...]:
        inner = context._replace(capture=None)
        return self._visit(node.statement, state, inner) if node.statement else ()

    def _group(self, node: nodes.Group, state: State, context: Context) -> tuple[Stage, ...]:
        own = state.copy() if isinstance(node, nodes.Subshell) else state
        self._statements(node.body, own, context, tested=context.tested)
        # A loop at the beginning reads what is passed to the group.
        first = node.body[0].command if node.body and not node.body[0].redirects else None
        return tuple(loop for loop in self.loops if loop.node is first)

    def _binary(self, node: nodes.Binary, state: State, context: Context) -> tuple[Stage, ...]:
        if node.operator in ("|", "|&"):
            return self._pipeline(node, state, context)
        # What follows || does not change the output that is captured, in a script that ends there.
        inner = context._replace(capture=None) if node.operator == "||" else context
        self._visit(node.left, state, context._replace(tested=True))
        branch = state.copy()
        self._visit(node.right, branch, inner)
        state.join(state, [branch])
        return ()

    def _pipeline(self, node: nodes.Binary, state: State, context: Context) -> tuple[Stage, ...]:
        stages: list[Stage] = []
        branch = state
        last = context._replace(capture=None)
        # The output of the others goes to the pipe, whatever is redirected around it.
        inner = last._replace(redirects=())
        for part, operator in _piped(node):
            branch = state.copy()
            here = inner if operator else last
            stages += self._visit(part, branch, here) or (Loop(part),)
            if operator == "|&" and isinstance(stages[-1], Call):
                stages[-1].merging = True
        state.join(state, [branch])
        self._script(embedded.passed(stages), state.copy(), Context(context.script))
        for number, stage in enumerate(stages):
            if isinstance(stage, Call):
                stage.stages, stage.stage = tuple(stages), number
                stage.capture = stage.capture or context.capture
        return tuple(stages)

    def _if(self, node: nodes.If, state: State, context: Context) -> None:
        condition = context._replace(capture=None)
        branches: list[State] = []
        clause: nodes.If | None = node
        complete = False
        while clause:
            self._statements(clause.condition, state, condition, tested=True)
            branches.append(self._branch(clause.body, state, context))
            complete = not clause.condition
            clause = clause.other
        state.join(branches.pop() if complete else state, branches)

    def _while(self, node: nodes.While, state: State, context: Context) -> tuple[Stage, ...]:
        loop = Loop(node, "while")
        loop.condition, loop.body = node.texts
        loop.names = assigned(loop.condition) | {"REPLY"}
        loop.reads = any(_READS.match(each.text) for each in node.condition)
        state.forget(assigned(node.text))
        self._statements(node.condition, state, context._replace(capture=None), tested=True)
        state.join(state, [self._branch(node.body, state, context)])
        self.loops.append(loop)
        return (loop,)

    def _for(self, node: nodes.For, state: State, context: Context) -> tuple[Stage, ...]:
        loop = Loop(node, "for")
        reader = self._reader(state, context)
        name = ""
        if isinstance(node.loop, nodes.Words):
            name = node.loop.name
            loop.words = reader.words(node.loop.words)
        else:
            reader.substitutions(node.loop)
        loop.names = {name}
        state.forget(assigned(node.text))
        literals = [word.literal for word in loop.words]
        value: Value = (Gap(name, filled=all(map(_never_empty, loop.words))),)
        if len(literals) == 1 and literals[0] and not loop.words[0].open:
            value = (literals[0],)
        body = state.copy()
        if name:
            self._assign(body, name, value)
        _, loop.body = node.texts
        self._statements(node.body, body, context)
        state.join(state, [body])
        self.loops.append(loop)
        return (loop,)

    def _case(self, node: nodes.Case, state: State, context: Context) -> None:
        reader = self._reader(state, context)
        words = reader.words([node.word])
        patterns: list[Word] = []
        for pattern in (each for item in node.items for each in item.patterns):
            reader.substitutions(pattern)
            place = context.script.place(pattern.start)
            patterns.append(Word((Part(pattern.text, quoted=True),), pattern.text, *place))
        state.join(state, (self._branch(item.body, state, context) for item in node.items))
        self.tests.append(Test([gap for word in words for gap in word.gaps], patterns))

    def _function(self, node: nodes.Function, state: State, context: Context) -> None:
        self._flags.append(state.flags)
        source = node.body.text
        self._changed_by_functions |= assigned(source)
        self._functions_move = self._functions_move or bool(_MOVES.search(source))
        if _RUNS_ARGUMENTS.search(source):
            self._wrappers.add(node.name)
        self._bodies.append(([node.body], Context(context.script)))

    def _test(self, node: nodes.Test, state: State, context: Context) -> None:
        self._compare(self._reader(state, context).words(nodes.first(node, nodes.Word)))

    def _compare(self, words: list[Word]) -> None:
        gaps = [gap for word in words for gap in word.gaps]
        self.tests.append(Test(gaps, [word for word in words if word.known]))

    # Variables.

    def _assignment(
        self, node: nodes.Assignment, state: State, context: Context, use: str = "assignment"
    ) -> None:
        variable = node.name
        reader = self._reader(state, context)
        parts: Value = ("",)
        used = Use(use, variable, node)
        if node.index:
            reader.substitutions(node.index)
        if node.array:
            parts = reader.array(node.elements, used)
        elif node.value:
            parts = reader.word(node.value, used).value
        if node.index or node.append:
            before = state.value(variable)
            kept = filled(before) or filled(parts)
            many = node.index is not None
            elements = None if many else joined_elements(before, parts)
            parts = (Gap(variable, filled=kept, many=many, elements=elements),)
        if len(parts) == 1 and isinstance(parts[0], Gap):
            kept = parts[0].filled or parts[0].name in self.tested
            parts = (parts[0]._replace(name=variable, filled=kept),)
        self._assign(state, variable, parts)

    def _assign(self, state: State, name: str, value: Value) -> None:
        if name == "IAMCLI_STRICT" and value == ("1",):
            state.flags = state.flags._replace(strict=True)
        state.set(name, value)
        self._values.setdefault(name, []).append(bounded(name, value))

    def _declaration(self, node: nodes.Declaration, state: State, context: Context) -> None:
        for child in node.assignments:
            if not child.naked:
                self._assignment(child, state, context, "declaration")
            elif child.name:
                if node.keyword in ("local", "declare"):
                    self._assign(state, child.name, (Gap(child.name),))
            elif child.value:
                self._reader(state, context).words([child.value])

    # Simple commands.

    def _command(self, node: nodes.Simple, state: State, context: Context) -> tuple[Stage, ...]:
        own = state
        for child in node.assignments:
            if node.words:
                own = own.copy() if own is state else own
            self._assignment(child, own, context, "other" if node.words else "assignment")
        typed = self._reader(state, context).words(node.words)
        if typed and _is_timed(node):
            typed.insert(0, typed[0]._replace(parts=(Part("time", quoted=False),)))
        expanded = self._aliases.expanded(typed)
        target = prefixes.target(expanded)
        if target is None or not target.words:
            return ()
        call = self._call(node, target, context, aliased=expanded is not typed)
        call.redirects = context.redirects
        call.flags = own.flags
        self.calls.append(call)
        self._aliases.define(call)
        self._effects(call, state, context)
        return (call,)

    def _call(self, node: nodes.Simple, target: Target, context: Context, *, aliased: bool) -> Call:
        if target.plain and target.words[0].program in self._wrappers:
            target = prefixes.unwrapped(target)
        call = Call(context.script, node, target)
        own = target.plain and not aliased and call.head.literal == call.program
        call.shell_function = own and call.program in self.defined
        name = call.program or ""
        like_a_command = bool(_IAM.fullmatch(name)) or is_meant(name, index.names())
        call.iam = like_a_command and not call.shell_function
        call.capture = context.capture
        call.origin = found_origin(call)
        return call

    def _effects(self, call: Call, state: State, context: Context) -> None:
        """Change ``state`` as the command does."""
        if call.program == "trap":
            trap = embedded.quoted(call, 0)
            self._bodies += [(trap.statements, Context(trap))] if trap else []
        if call.program in (".", "source"):
            self._source(call, state, context)
        elif call.program in ("[", "test"):
            self._compare(call.words)
        elif call.shell_function:
            state.forget(self._changed_by_functions)
            if self._functions_move:
                state.flags = state.flags._replace(folder=None)
        elif not self._embedded(call, state, context):
            before = state.flags
            for name in apply(call, state):
                self._assign(state, name, (Gap(name, filled=call.program == "printf"),))
            if state.flags != before:
                self._flags.append(state.flags)

    def _embedded(self, call: Call, state: State, context: Context) -> bool:
        """Follow the script in the arguments of ``call``; return whether there can be one."""
        inner = Context(context.script, replaced=call.target.replaced or context.replaced)
        if call.program == "eval":
            self._script(embedded.fragment(call.script, call.words), state, context)
            state.forget(list(state.variables))
        elif call.program == "ssh":
            there = State(Flags(None), dict(state.variables))
            self._script(embedded.remote(call), there, inner)
        elif "parallel" in call.target.through:
            self._script(embedded.joined(call), state.copy(), inner)
        elif call.program in embedded.SHELLS:
            self._shell(call, state.copy(), inner)
        else:
            return False
        return True

    def _shell(self, call: Call, state: State, context: Context) -> None:
        """Follow the script of a shell, as in ``sh -c 'SCRIPT' NAME ARGUMENT`` and ``sh <<EOF``."""
        script = embedded.argument(call)
        inner = embedded.document(call) if embedded.reads(call) else embedded.quoted(call, script)
        if inner and script >= 0 and call.words[script].source.startswith("'"):
            arguments = [word.value for word in call.words[script + 1 :]]
            # xargs and find add at least one argument.
            arguments += [(Gap(filled=True),)] if call.target.open else []
            state.variables |= {str(number): value for number, value in enumerate(arguments)}
        self._script(inner, state, context)

    def _source(self, call: Call, state: State, context: Context) -> None:
        name = call.words[0].literal if call.words else None
        path = existing(name, [state.flags.folder, context.script.folder]) if name else None
        file = str(path)
        if path and not os.path.isabs(str(name)):
            file = os.path.relpath(path, context.script.folder)
            file = os.path.join(os.path.dirname(context.script.file), file)
        try:
            script = self._load(file) if path else None
        except UnreadableError:
            script = None
        if script is None:
            self.complete = False
            state.forget(list(state.variables))
        elif script not in self.scripts and len(self.scripts) < _MAX_SOURCES:
            self._enter(script, state)

    def _run(self, node: nodes.Substitution, state: State, context: Context, use: Use) -> Value:
        """Follow a command substitution; return its output."""
        source = node.text
        inside = source[2:-1] if source.startswith("$(") else source[1:-1]
        if is_own_folder(inside):
            return (context.script.folder,)
        capture = Capture(use, context.tested, [])
        inner = Context(context.script, capture=capture, replaced=context.replaced)
        self._statements(node.body, state.copy(), inner)
        output = capture.pipelines[0] if len(capture.pipelines) == 1 else ()
        return (Gap("", output, single=isinstance(node, nodes.File), private="mktemp" in inside),)


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


def _is_timed(node: Node) -> bool:
    """Return whether a command is that of ``time``, whose options shfmt takes for the command."""
    around = node.around.around if node.around else None
    return isinstance(around, nodes.Prefixed) and around.text.startswith("time")


def _never_empty(word: Word) -> bool:
    """Return whether the shell makes no empty word of ``word``.

    A word without quotes is left out if it is empty. The elements of arrays are taken to have text.
    """
    return (
        filled(word.value)
        or any(gap.many for gap in word.gaps)
        or not any(part.quoted for part in word.parts)
    )
