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
from iamcli.cli.check.syntax import UnreadableError, text
from iamcli.cli.check.word_reader import WordReader
from iamcli.cli.check.words import Gap, Part, Word
from iamcli.commands import index
from iamcli.parsing.command_names import is_meant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tree_sitter import Node

    from iamcli.cli.check.syntax import Script
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
#: The nodes that a fault spoils as a whole.
_SIMPLE = {
    *("command", "variable_assignment", "variable_assignments", "declaration_command"),
    *("test_command", "unset_command"),
}
#: The nodes of several commands, of which only the last has the redirections at the end.
_SEQUENCES = {"list", "pipeline", "negated_command"}
_IAM = re.compile(r"iam[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]\w+")
_MOVES = re.compile(r"\b(?:cd|pushd|popd|chdir)\b")
#: A variable or an element of an array, which may be in quotes.
_NAME = re.compile(r"[\"']?(\w+)")
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
        self._bodies: list[tuple[Node, Context]] = []
        self._flags: list[Flags] = []
        self._functions_move = False
        self._visitors: dict[str, Visitor] = {
            "command": self._command,
            "pipeline": self._pipeline,
            "list": self._list,
            "negated_command": self._negated,
            "redirected_statement": self._redirected,
            "variable_assignment": self._assignment,
            "variable_assignments": self._group,
            "declaration_command": self._declaration,
            "unset_command": self._unset,
            "if_statement": self._if,
            "while_statement": self._while,
            "for_statement": self._for,
            "c_style_for_statement": self._for,
            "case_statement": self._case,
            "function_definition": self._function,
            "subshell": self._subshell,
            "compound_statement": self._block,
            "do_group": self._group,
            "program": self._group,
            "test_command": self._test,
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
        for node in script.statements:
            self._visit(node, state, context)

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
            self._visit(body, State(flags, dict(common)), context)

    # Statements. A method returns the stages of the pipeline that the statement is, if it is one.

    def _visit(self, node: Node, state: State, context: Context) -> tuple[Stage, ...]:
        kind = node.type
        if kind == "comment":
            return ()
        if kind == "ERROR" or node.is_missing or (node.has_error and kind in _SIMPLE):
            context.script.skip(node)
            state.forget(assigned(text(node)))
            return ()
        visit = self._visitors.get(kind)
        if visit is None:
            if node.is_named:
                self._reader(state, context).words([node])
            return ()
        if kind not in _SEQUENCES:
            redirects = (*context.redirects, *context.ending)
            context = context._replace(redirects=redirects, ending=())
        stages = visit(node, state, context) or ()
        if context.capture and stages:
            context.capture.pipelines.append(stages)
        return stages

    def _statements(self, nodes: Iterable[Node], state: State, context: Context) -> None:
        for node in _parts(nodes):
            self._visit(node, state, context)

    def _reader(self, state: State, context: Context) -> WordReader:
        return WordReader(self._run, state, context)

    def _possible(self, node: Node, state: State, context: Context) -> None:
        """Follow a statement that may not be run."""
        branch = state.copy()
        self._visit(node, branch, context)
        state.join(state, [branch])

    def _group(self, node: Node, state: State, context: Context) -> None:
        parts = [part for part in _parts(node.children) if part.type != "comment"]
        for part in parts:
            tested = context.tested and part is parts[-1]
            self._visit(part, state, context._replace(tested=tested))

    def _subshell(self, node: Node, state: State, context: Context) -> tuple[Stage, ...]:
        return self._block(node, state.copy(), context)

    def _block(self, node: Node, state: State, context: Context) -> tuple[Stage, ...]:
        self._group(node, state, context)
        statements = [child for child in node.named_children if child.type != "comment"]
        # A loop at the beginning reads what is passed to the block.
        return tuple(loop for loop in self.loops if loop.node in statements[:1])

    def _list(self, node: Node, state: State, context: Context) -> None:
        parts = list(_parts(node.children))
        # What follows || does not change the output that is captured, in a script that ends there.
        other = any(child.type == "||" for child in node.children)
        for part in parts:
            inner = context if part is parts[-1] else context._replace(ending=())
            if part is parts[0]:
                self._visit(part, state, inner._replace(tested=True))
            else:
                self._possible(part, state, inner._replace(capture=None) if other else inner)

    def _negated(self, node: Node, state: State, context: Context) -> tuple[Stage, ...]:
        stages: tuple[Stage, ...] = ()
        for child in _parts(node.children):
            stages = self._visit(child, state, context._replace(tested=True, capture=None))
        return stages

    def _pipeline(
        self, node: Node, state: State, context: Context, before: tuple[Stage, ...] = ()
    ) -> tuple[Stage, ...]:
        """Follow a pipeline; ``before``: its stages that are not in ``node``."""
        stages = list(before)
        branch = state
        last = context._replace(capture=None)
        # The output of the others goes to the pipe, whatever is redirected around it.
        inner = last._replace(redirects=(), ending=())
        for child in node.children:
            if child.type == "|&" and stages and isinstance(stages[-1], Call):
                stages[-1].merging = True
            if not (child.is_named or child.is_missing) or child.type == "comment":
                continue
            branch = state.copy()
            here = last if child == node.children[-1] else inner
            stages += self._visit(child, branch, here) or (Loop(child),)
        state.join(state, [branch])
        self._statements(embedded.passed(stages), state.copy(), Context(context.script))
        for number, stage in enumerate(stages):
            if isinstance(stage, Call):
                stage.stages, stage.stage = tuple(stages), number
                stage.capture = stage.capture or context.capture
        return tuple(stages)

    def _redirected(self, node: Node, state: State, context: Context) -> tuple[Stage, ...]:
        body = node.child_by_field_name("body")
        redirects = [child for child in node.children if child.type.endswith("_redirect")]
        own = tuple(self._reader(state, context).redirects(redirects))
        following = [
            child
            for redirect in redirects
            if redirect.type == "heredoc_redirect"
            for child in redirect.children
        ]
        stages: tuple[Stage, ...] = ()
        if body is not None:
            tested = context.tested or any(child.type in ("||", "&&") for child in following)
            inner = context._replace(ending=own, tested=tested, capture=None)
            stages = self._visit(body, state, inner)
            for stage in stages:
                if isinstance(stage, Call):
                    stage.capture = stage.capture or context.capture
            if stages and isinstance(stages[-1], Loop):
                stages[-1].redirects = stages[-1].redirects or own
        for child in following:
            if child.type == "pipeline":
                stages = self._pipeline(child, state, context, stages)
            elif child.type in self._visitors:
                self._visit(child, state.copy(), context._replace(capture=None))
        return stages

    def _if(self, node: Node, state: State, context: Context) -> None:
        condition = context._replace(tested=True, capture=None)
        body = context._replace(tested=False)
        branches: list[State] = []
        complete = False
        current, here = state, condition
        for child in _with_clauses(node):
            if child.type == "elif":
                current, here = state, condition
            elif child.type in ("then", "else"):
                current, here = state.copy(), body
                branches.append(current)
                complete = complete or child.type == "else"
            elif child.is_named or child.is_missing:
                self._visit(child, current, here)
        state.join(branches.pop() if complete else state, branches)

    def _while(self, node: Node, state: State, context: Context) -> tuple[Stage, ...]:
        loop = Loop(node, "while")
        group = node.child_by_field_name("body")
        loop.condition = text(node)[: -len(text(group))] if group is not None else ""
        loop.names = assigned(loop.condition) | {"REPLY"}
        state.forget(assigned(text(node)))
        for child in _parts(node.children):
            if child.type == "do_group":
                loop.body = text(child)
                self._possible(child, state, context._replace(tested=False))
            else:
                loop.reads = loop.reads or bool(_READS.match(text(child)))
                self._visit(child, state, context._replace(tested=True, capture=None))
        self.loops.append(loop)
        return (loop,)

    def _for(self, node: Node, state: State, context: Context) -> tuple[Stage, ...]:
        variable = node.child_by_field_name("variable")
        name = text(variable) if variable is not None else ""
        values = node.children_by_field_name("value")
        loop = Loop(node, "for")
        loop.words = self._reader(state, context).words(values)
        loop.names = {name}
        state.forget(assigned(text(node)))
        literals = [word.literal for word in loop.words]
        value: Value = (Gap(name, filled=all(map(_never_empty, loop.words))),)
        if len(literals) == 1 and literals[0] and not loop.words[0].open:
            value = (literals[0],)
        body = state.copy()
        self._assign(body, name, value)
        for child in node.children:
            if child.type in ("do_group", "compound_statement"):
                loop.body = text(child)
                self._visit(child, body, context._replace(tested=False))
        state.join(state, [body])
        self.loops.append(loop)
        return (loop,)

    def _case(self, node: Node, state: State, context: Context) -> None:
        words = self._reader(state, context).words(node.children_by_field_name("value"))
        patterns: list[Word] = []
        state.join(state, self._items(node, state, context, patterns))
        self.tests.append(Test([gap for word in words for gap in word.gaps], patterns))

    def _items(
        self, node: Node, state: State, context: Context, patterns: list[Word]
    ) -> Iterator[State]:
        """Follow the items of a case, and yield the state after each; add their ``patterns``."""
        for item in node.children:
            if item.type == "ERROR":
                context.script.skip(item)
            if item.type != "case_item":
                continue
            branch = state.copy()
            patterns += [
                _literal(text(child), *context.script.position(child))
                for child in item.children_by_field_name("value")
            ]
            closed = False
            for child in item.children:
                if closed:
                    self._visit(child, branch, context._replace(tested=False))
                closed = closed or child.type == ")"
            yield branch

    def _function(self, node: Node, state: State, context: Context) -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        self._flags.append(state.flags)
        if name is None or body is None:
            return
        source = text(body)
        self._changed_by_functions |= assigned(source)
        self._functions_move = self._functions_move or bool(_MOVES.search(source))
        if _RUNS_ARGUMENTS.search(source):
            self._wrappers.add(text(name))
        self._bodies.append((body, Context(context.script)))

    def _test(self, node: Node, state: State, context: Context) -> None:
        self._compare(self._reader(state, context).words(_operands(node)))

    def _compare(self, words: list[Word]) -> None:
        gaps = [gap for word in words for gap in word.gaps]
        self.tests.append(Test(gaps, [word for word in words if word.known]))

    # Variables.

    def _assignment(
        self, node: Node, state: State, context: Context, use: str = "assignment"
    ) -> None:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        if name is None:
            return
        variable = text(name)
        parts: Value = ("",)
        if value is not None:
            parts = self._reader(state, context).word(value, Use(use, variable, node)).value
        if name.type != "variable_name" or any(child.type == "+=" for child in node.children):
            variable = re.match(r"\w*", variable)[0]  # type: ignore[index]
            before = state.value(variable)
            kept = filled(before) or filled(parts)
            many = name.type != "variable_name"
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
        for child in node.children:
            if child.type == "variable_assignment":
                self._assignment(child, state, context, "declaration")
            elif child.type == "variable_name" and text(node).startswith(("local", "declare")):
                self._assign(state, text(child), (Gap(text(child)),))
            elif child.is_named:
                self._reader(state, context).words([child])

    def _unset(self, node: Node, state: State, _context: Context) -> None:
        for child in node.children:
            match = _NAME.match(text(child))
            if child.is_named and match:
                self._assign(state, match[1], (Gap(match[1]),))

    # Simple commands.

    def _command(self, node: Node, state: State, context: Context) -> tuple[Stage, ...]:
        words: list[Node] = []
        redirects: list[Node] = []
        own = state
        for child in node.children:
            if child.type == "command_name":
                words += child.children
            elif child.type == "variable_assignment":
                own = own.copy()
                self._assignment(child, own, context, "other")
            elif child.type.endswith("_redirect"):
                redirects.append(child)
            else:
                words.append(child)
        following = _redirect_after(node)
        if following and words and words[-1].end_byte == following.start_byte:
            # The 0 of 0<FILE, which the grammar takes for a word.
            words = words[:-1] if words[-1].type == "number" else words
        state.forget(assigned(context.script.unread(node)))
        typed = self._reader(state, context).words(words) + _lost_dash(node)
        expanded = self._aliases.expanded(typed)
        redirected = tuple(self._reader(state, context).redirects(redirects))
        target = prefixes.target(expanded)
        if target is None or not target.words:
            return ()
        call = self._call(node, target, context, aliased=expanded is not typed)
        call.redirects = (*context.redirects, *redirected)
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
        name = call.program or ""
        like_a_command = bool(_IAM.fullmatch(name)) or is_meant(name, index.names())
        call.iam = like_a_command and not call.shell_function
        call.capture = context.capture
        call.origin = found_origin(call)
        return call

    def _effects(self, call: Call, state: State, context: Context) -> None:
        """Change ``state`` as the command does."""
        if call.program == "trap":
            self._bodies += [(node, Context(context.script)) for node in embedded.quoted(call, 0)]
        if call.program in (".", "source"):
            self._source(call, state, context)
        elif call.program in ("[", "test"):
            self._compare(call.words)
        elif call.shell_function:
            state.forget(self._changed_by_functions)
            if self._functions_move:
                state.flags = state.flags._replace(folder=None)
        elif call.program == "eval":
            self._statements(embedded.evaluated(call), state, context)
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
        nodes = embedded.document(call) if embedded.reads(call) else embedded.quoted(call, script)
        if nodes and script >= 0 and call.words[script].source.startswith("'"):
            arguments = [word.value for word in call.words[script + 1 :]]
            # xargs and find add at least one argument.
            arguments += [(Gap(filled=True),)] if call.target.open else []
            state.variables |= {str(number): value for number, value in enumerate(arguments)}
        self._statements(nodes, state, context)

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
        self._statements(node.children, state.copy(), inner)
        output = capture.pipelines[0] if len(capture.pipelines) == 1 else ()
        single = node.type == "process_substitution"
        return (Gap("", output, single=single, private="mktemp" in inside),)


def _parts(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield the statements of ``nodes``, without reserved words and operators."""
    return (node for node in nodes if node.is_named or node.is_missing)


def _with_clauses(node: Node) -> Iterator[Node]:
    """Yield the children of an if, and those of its elif and else clauses."""
    for child in node.children:
        if child.type in ("elif_clause", "else_clause"):
            yield from child.children
        else:
            yield child


def _operands(node: Node) -> Iterator[Node]:
    """Yield what is compared in a test."""
    for child in node.children:
        if child.type.endswith("_expression"):
            yield from _operands(child)
        elif child.is_named:
            yield child


def _never_empty(word: Word) -> bool:
    """Return whether the shell makes no empty word of ``word``.

    A word without quotes is left out if it is empty. The elements of arrays are taken to have text.
    """
    return (
        filled(word.value)
        or any(gap.many for gap in word.gaps)
        or not any(part.quoted for part in word.parts)
    )


def _redirect_after(node: Node) -> Node | None:
    """Return the redirection that follows a command, None if none does."""
    following = node.next_sibling
    is_redirect = following is not None and following.type.endswith("_redirect")
    return following if is_redirect else None


def _lost_dash(node: Node) -> list[Word]:
    """Return the word ``-`` after a command, which the grammar loses before 2>&1 and <<E."""
    around, following = node.parent, _redirect_after(node)
    if around is None or following is None:
        return []
    between = (around.text or b"")[node.end_byte - around.start_byte :]
    between = between[: following.start_byte - node.end_byte]
    if between.strip() != b"-":
        return []
    # The column is exact if the line is ASCII.
    row, column = node.end_point
    return [_literal("-", row + 1, column + between.index(b"-") + 1)]


def _literal(source: str, line: int, column: int) -> Word:
    return Word((Part(source, quoted=True),), source, line, column)
