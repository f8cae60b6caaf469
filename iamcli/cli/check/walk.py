"""Follows a script from its first line to its last, and collects the commands in it."""

from __future__ import annotations

import os
import re

from iamcli.cli.check import builtins, embedded, expansion, prefixes
from iamcli.cli.check.calls import (
    Call,
    Capture,
    Context,
    Flags,
    Loop,
    Test,
    Use,
    found_origin,
)
from iamcli.cli.check.state import (
    State,
    assigned,
    bounded,
    existing,
    filled,
    is_own_folder,
    joined_flags,
    tested_for_text,
)
from iamcli.cli.check.syntax import UnreadableError, find, text
from iamcli.cli.check.word_reader import WordReader
from iamcli.cli.check.words import Gap, Part, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from iamcli.cli.check.syntax import Node, Script
    from iamcli.cli.check.words import Stage, Value

    Visitor = Callable[[Node, State, Context], tuple[Stage, ...] | None]

_DEFINED = re.compile(
    r"^[ \t]*(?:function\s+([\w.:-]+)|([\w.:-]+)\s*\(\s*\)|alias\s+(?:-\w\s+)?([\w.:-]+)=)",
    re.MULTILINE,
)
#: The arguments of a function, run as a command.
_RUNS_ARGUMENTS = re.compile(
    r"(?:^|[;&|({!]|\b(?:then|do|else|if|eval|while|until))\s*\"?\$\{?[@*]", re.MULTILINE
)
_SHEBANG_OPTIONS = re.compile(r"^#!\S+\s+(?:\S*/?(?:ba|z)?sh\s+)?-(\w+)")
_IAM = re.compile(r"iam[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]\w+")
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
        self._bodies: list[tuple[Sequence[Node], Context]] = []
        self._flags: list[Flags] = []
        self._functions_move = False
        self._visitors: dict[str, Visitor] = {
            "CallExpr": self._command,
            "BinaryCmd": self._binary,
            "DeclClause": self._declaration,
            "IfClause": self._if,
            "WhileClause": self._while,
            "ForClause": self._for,
            "CaseClause": self._case,
            "FuncDecl": self._function,
            "Subshell": self._subshell,
            "Block": self._block,
            "TestClause": self._test,
            "TimeClause": self._inner,
            "CoprocClause": self._inner,
        }
        state = State(Flags(script.folder))
        options = _SHEBANG_OPTIONS.match(script.first_line)
        if options:
            state.flags = builtins.with_options(state.flags, [f"-{options[1]}"])
        self._enter(script, state)
        self._functions(state)

    def _enter(self, script: Script, state: State) -> None:
        """Follow ``script`` from its beginning."""
        self.scripts.append(script)
        self.tested |= tested_for_text(script.text)
        for match in _DEFINED.finditer(script.text):
            self.defined.add(match[1] or match[2] or match[3])
        context = Context(script)
        self._statements(script.statements, state, context)

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

    def _visit(self, node: Node, state: State, context: Context) -> tuple[Stage, ...]:
        own = tuple(self._reader(state, context).redirects(node.Redirs))
        inner = context._replace(redirects=(*context.redirects, *own))
        if node.Negated:
            inner = inner._replace(tested=True, capture=None)
        command = node.Cmd
        visit = self._visitors.get(command.Type) if command else None
        if command is None or visit is None:
            if command:
                self._reader(state, context).substitutions(command)
            return ()
        stages = visit(command, state.copy() if node.Background else state, inner) or ()
        if own and stages and isinstance(stages[-1], Loop):
            stages[-1].redirects = stages[-1].redirects or own
        if context.capture and stages:
            context.capture.pipelines.append(stages)
        return stages

    def _statements(
        self, nodes: Sequence[Node], state: State, context: Context, *, tested: bool = False
    ) -> None:
        """Follow statements; ``tested``: whether the status of the last one is."""
        for node in nodes:
            self._visit(node, state, context._replace(tested=tested and node is nodes[-1]))

    def _script(self, script: Script | None, state: State, context: Context) -> None:
        """Follow a script in this one."""
        if script:
            self._statements(script.statements, state, context._replace(script=script))

    def _reader(self, state: State, context: Context) -> WordReader:
        return WordReader(self._run, state, context)

    def _inner(self, node: Node, state: State, context: Context) -> tuple[Stage, ...]:
        return self._visit(node.Stmt, state, context._replace(capture=None)) if node.Stmt else ()

    def _subshell(self, node: Node, state: State, context: Context) -> tuple[Stage, ...]:
        return self._block(node, state.copy(), context)

    def _block(self, node: Node, state: State, context: Context) -> tuple[Stage, ...]:
        self._statements(node.Stmts, state, context, tested=context.tested)
        # A loop at the beginning reads what is passed to the block.
        first = node.Stmts[0].Cmd if node.Stmts and not node.Stmts[0].Redirs else None
        return tuple(loop for loop in self.loops if loop.node is first)

    def _binary(self, node: Node, state: State, context: Context) -> tuple[Stage, ...]:
        if node.operator in ("|", "|&"):
            return self._pipeline(node, state, context)
        left, right = node.X, node.Y
        # What follows || does not change the output that is captured, in a script that ends there.
        inner = context._replace(capture=None) if node.operator == "||" else context
        if left and right:
            self._visit(left, state, context._replace(tested=True))
            branch = state.copy()
            self._visit(right, branch, inner)
            state.join(state, [branch])
        return ()

    def _pipeline(self, node: Node, state: State, context: Context) -> tuple[Stage, ...]:
        stages: list[Stage] = []
        branch = state
        last = context._replace(capture=None)
        # The output of the others goes to the pipe, whatever is redirected around it.
        inner = last._replace(redirects=())
        parts = _piped(node)
        for part, operator in parts:
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

    def _if(self, node: Node, state: State, context: Context) -> None:
        condition, body = context._replace(capture=None), context
        branches: list[State] = []
        clause: Node | None = node
        complete = False
        while clause:
            self._statements(clause.Cond, state, condition, tested=True)
            branch = state.copy()
            self._statements(clause.Then, branch, body)
            branches.append(branch)
            complete = not clause.Cond
            clause = clause.Else
        state.join(branches.pop() if complete else state, branches)

    def _while(self, node: Node, state: State, context: Context) -> tuple[Stage, ...]:
        loop = Loop(node, "while")
        loop.condition = node.source[node.Pos : node.DoPos].decode("utf-8", "replace")
        loop.body = node.source[node.DoPos : node.End].decode("utf-8", "replace")
        loop.names = assigned(loop.condition) | {"REPLY"}
        loop.reads = any(_READS.match(text(each)) for each in node.Cond)
        state.forget(assigned(text(node)))
        self._statements(node.Cond, state, context._replace(capture=None), tested=True)
        branch = state.copy()
        self._statements(node.Do, branch, context)
        state.join(state, [branch])
        self.loops.append(loop)
        return (loop,)

    def _for(self, node: Node, state: State, context: Context) -> tuple[Stage, ...]:
        name = text(node.Loop.Name) if node.Loop else ""
        loop = Loop(node, "for")
        reader = self._reader(state, context)
        if node.Loop and node.Loop.Type == "WordIter":
            loop.words = reader.words(node.Loop.Items)
        elif node.Loop:
            reader.substitutions(node.Loop)
        loop.names = {name}
        state.forget(assigned(text(node)))
        literals = [word.literal for word in loop.words]
        value: Value = (Gap(name, filled=all(map(_never_empty, loop.words))),)
        if len(literals) == 1 and literals[0] and not loop.words[0].open:
            value = (literals[0],)
        body = state.copy()
        if name:
            self._assign(body, name, value)
        loop.body = node.source[node.DoPos : node.End].decode("utf-8", "replace")
        self._statements(node.Do, body, context)
        state.join(state, [body])
        self.loops.append(loop)
        return (loop,)

    def _case(self, node: Node, state: State, context: Context) -> None:
        words = self._reader(state, context).words([node.Word] if node.Word else [])
        patterns: list[Word] = []
        state.join(state, self._items(node, state, context, patterns))
        self.tests.append(Test([gap for word in words for gap in word.gaps], patterns))

    def _items(
        self, node: Node, state: State, context: Context, patterns: list[Word]
    ) -> Iterator[State]:
        """Follow the items of a case, and yield the state after each; add their ``patterns``."""
        for item in node.Items:
            branch = state.copy()
            for pattern in item.Patterns:
                self._reader(state, context).substitutions(pattern)
                place = context.script.position(pattern)
                patterns.append(Word((Part(text(pattern), quoted=True),), text(pattern), *place))
            self._statements(item.Stmts, branch, context)
            yield branch

    def _function(self, node: Node, state: State, context: Context) -> None:
        name, body = text(node.Name), node.Body
        self._flags.append(state.flags)
        if body is None:
            return
        source = text(body)
        self._changed_by_functions |= assigned(source)
        self._functions_move = self._functions_move or bool(_MOVES.search(source))
        if _RUNS_ARGUMENTS.search(source):
            self._wrappers.add(name)
        self._bodies.append(([body], Context(context.script)))

    def _test(self, node: Node, state: State, context: Context) -> None:
        self._compare(self._reader(state, context).words(find(node, {"Word"})))

    def _compare(self, words: list[Word]) -> None:
        gaps = [gap for word in words for gap in word.gaps]
        self.tests.append(Test(gaps, [word for word in words if word.known]))

    # Variables.

    def _assignment(
        self, node: Node, state: State, context: Context, use: str = "assignment"
    ) -> None:
        variable = text(node.Name)
        reader = self._reader(state, context)
        parts: Value = ("",)
        used = Use(use, variable, node)
        if node.Index:
            reader.substitutions(node.Index)
        if node.Array:
            parts = reader.array(node.Array, used)
        elif node.Value and not isinstance(node.Value, str):
            parts = reader.word(node.Value, used).value
        if node.Index or node.Append:
            before = state.value(variable)
            kept = filled(before) or filled(parts)
            many = node.Index is not None
            elements = None if many else expansion.joined(before, parts)
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

    def _declaration(self, node: Node, state: State, context: Context) -> None:
        local = node.Variant is not None and node.Variant.string in ("local", "declare")
        for child in node.Args:
            if not child.Naked:
                self._assignment(child, state, context, "declaration")
            elif child.Name:
                if local:
                    self._assign(state, text(child.Name), (Gap(text(child.Name)),))
            elif child.Value and not isinstance(child.Value, str):
                self._reader(state, context).words([child.Value])

    # Simple commands.

    def _command(self, node: Node, state: State, context: Context) -> tuple[Stage, ...]:
        own = state
        for child in node.Assigns:
            if node.Args:
                own = own.copy() if own is state else own
            self._assignment(child, own, context, "other" if node.Args else "assignment")
        typed = self._reader(state, context).words(node.Args)
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

    def _call(
        self, node: Node, target: prefixes.Target, context: Context, *, aliased: bool
    ) -> Call:
        if target.plain and prefixes.program(target.words[0]) in self._wrappers:
            target = prefixes.unwrapped(target)
        call = Call(context.script, node, target)
        own = target.plain and not aliased and call.head.literal == call.program
        call.shell_function = own and call.program in self.defined
        call.iam = bool(_IAM.fullmatch(call.program or "")) and not call.shell_function
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
        elif call.program == "eval":
            self._script(embedded.evaluated(call), state, context)
            state.forget(list(state.variables))
        elif call.program in embedded.SHELLS:
            replaced = call.target.replaced or context.replaced
            self._shell(call, state.copy(), Context(context.script, replaced=replaced))
        else:
            before = state.flags
            for name in builtins.apply(call, state):
                self._assign(state, name, (Gap(name, filled=call.program == "printf"),))
            if state.flags != before:
                self._flags.append(state.flags)

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

    def _run(self, node: Node, state: State, context: Context, use: Use) -> Value:
        """Follow a command substitution; return its output."""
        source = text(node)
        inside = source[2:-1] if source.startswith("$(") else source[1:-1]
        if is_own_folder(inside):
            return (context.script.folder,)
        capture = Capture(use, context.tested, [])
        inner = Context(context.script, capture=capture, replaced=context.replaced)
        self._statements(node.Stmts, state.copy(), inner)
        output = capture.pipelines[0] if len(capture.pipelines) == 1 else ()
        single = node.Type == "ProcSubst"
        return (Gap("", output, single=single, private="mktemp" in inside),)


def _piped(node: Node) -> list[tuple[Node, str]]:
    """Return the parts of a pipeline, each with the operator after it."""
    parts: list[tuple[Node, str]] = []
    left, right = node.X, node.Y
    if left and right:
        plain = left.Cmd if not (left.Redirs or left.Negated) else None
        nested = plain and plain.Type == "BinaryCmd" and plain.operator in ("|", "|&")
        parts = _piped(plain) if plain and nested else [(left, "")]
        parts[-1] = (parts[-1][0], node.operator)
        parts.append((right, ""))
    return parts


def _is_timed(node: Node) -> bool:
    """Return whether a command is that of ``time``, whose options shfmt takes for the command."""
    around = node.parent.parent if node.parent else None
    return around is not None and around.Type == "TimeClause"


def _never_empty(word: Word) -> bool:
    """Return whether the shell makes no empty word of ``word``.

    A word without quotes is left out if it is empty. The elements of arrays are taken to have text.
    """
    return (
        filled(word.value)
        or any(gap.many for gap in word.gaps)
        or not any(part.quoted for part in word.parts)
    )
