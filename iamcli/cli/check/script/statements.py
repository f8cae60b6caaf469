"""Follows statements: pipelines, branches and loops, variables, and command substitutions."""

from __future__ import annotations

import re

from iamcli.cli.check.script import calls, embedded, kinds, nodes, states
from iamcli.cli.check.script.calls import Call, Context, Part, ScriptFacts, Unknown
from iamcli.cli.check.script.expansion import WordReader, joined_elements
from iamcli.cli.check.script.scripts import Coverage
from iamcli.cli.check.script.states import State, assigned, filled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamcli.cli.check.script.calls import ExpandedWord, Pipeline, PipelineCommand, Value
    from iamcli.cli.check.script.nodes import Node, Statement
    from iamcli.cli.check.script.scripts import Fragment


#: A command that reads a file, and a test for one.
_READS = re.compile(r"(?<![\w./-])(?:\.|source)\s")
_FILE_TEST = re.compile(r"(?<!\S)(?<!! )-[defrsx]\s")


class StatementWalker:
    """Follows statements; ``found``: what is in them. A subclass follows commands and functions.

    ``_visit_NODE`` returns the pipeline that the command of a statement is, or None.
    """

    def __init__(self) -> None:
        self.facts = ScriptFacts()

    def _statement(self, node: Statement, state: State, context: Context) -> Pipeline:
        own = tuple(self._reader(state, context).redirects(node.redirects))
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

    def _branch(
        self, body: Sequence[Statement], state: State, context: Context, test: str = ""
    ) -> State:
        """Follow the statements of a branch; return the state after it.

        A branch that reads a file that is there is taken if its ``test`` asks for a file.
        """
        branch, before = state.copy(), len(self.facts.scripts)
        self._statements(body, branch, context._replace(tested=False))
        if len(self.facts.scripts) > before and _FILE_TEST.search(test):
            return State(branch.flags, branch.variables, taken=True)
        return branch

    def _condition(self, found: Sequence[Statement], state: State, context: Context) -> None:
        self._statements(found, state, context._replace(tested=True, substitution=None))

    def _script(self, script: Fragment | None, state: State, context: Context) -> None:
        """Follow a script in this one."""
        if script:
            inner = context._replace(script=script, tested=False)
            self._statements(script.statements, state, inner)

    def _reader(self, state: State, context: Context) -> WordReader:
        return WordReader(self._run, state, context)

    def _visit_other(self, node: Node, state: State, context: Context) -> None:
        self._reader(state, context).substitutions(node)

    def _visit_prefixed(self, node: nodes.Prefixed, state: State, context: Context) -> Pipeline:
        return self._statement(node.statement, state, context.of_part()) if node.statement else ()

    def _visit_group(self, node: nodes.Group, state: State, context: Context) -> Pipeline:
        self._statements(node.body, state.copy() if node.subshell else state, context)
        # A loop at the beginning reads what is passed to the group.
        first = [each.command for each in node.body[:1] if not each.redirects]
        return tuple(loop for loop in self.facts.loops if loop.node in first)

    def _visit_binary(self, node: nodes.Binary, state: State, context: Context) -> Pipeline:
        if node.operator in ("|", "|&"):
            return self._pipeline(node, state, context)
        # What follows || does not change the output that is captured, in a script that ends there.
        inner = context._replace(substitution=None) if node.operator == "||" else context
        self._statement(node.left, state, context._replace(tested=True))
        state.join(state, [self._branch([node.right], state, inner, node.left.text)])
        return ()

    def _pipeline(self, node: nodes.Binary, state: State, context: Context) -> Pipeline:
        commands: list[PipelineCommand] = []
        branch = state
        for part in _piped(node):
            branch = state.copy()
            inner = context.of_part()
            if not isinstance(part.command, nodes.Simple | nodes.Prefixed):
                inner = inner._replace(substitution=None)
            if part is not node.right:
                # Its output goes to the pipe, whatever is redirected around it.
                inner = inner._replace(redirects=(), captured=True)
            pipeline = self._statement(part, branch, inner)
            commands += pipeline or (calls.CompoundCommand(part),)
        state.join(state, [branch])
        self._script(embedded.passed(commands), state.copy(), Context(context.script))
        self.facts.pipelines.append(tuple(commands))
        return tuple(commands)

    def _visit_if(self, node: nodes.If, state: State, context: Context) -> None:
        branches: list[State] = []
        clause: nodes.If | None = node
        while clause:
            self._condition(clause.condition, state, context)
            test = " ".join(each.text for each in clause.condition)
            branches.append(self._branch(clause.body, state, context, test))
            node, clause = clause, clause.other
        state.join(state if node.condition else branches.pop(), branches)

    def _visit_while(self, node: nodes.While, state: State, context: Context) -> Pipeline:
        state.forget(assigned(node.text))
        self._condition(node.condition, state, context)
        state.join(state, [self._branch(node.body, state, context)])
        self.facts.loops.append(calls.CompoundCommand(node))
        return (self.facts.loops[-1],)

    def _visit_for(self, node: nodes.For, state: State, context: Context) -> Pipeline:
        reader = self._reader(state, context)
        loop = node.loop if isinstance(node.loop, nodes.Words) else None
        words = reader.words(loop.words) if loop else []
        if loop is None:
            reader.substitutions(node.loop)
        state.forget(assigned(node.text))
        branch = state.copy()
        if loop:
            context.script.cover(loop.start, loop.end, Coverage.IN_VALUE)
            single = len(words) == 1 and not words[0].may_split and not words[0].glob
            literal = words[0].literal if single else None
            # A word without quotes is left out if it is empty. Elements are taken to have text.
            never_empty = all(filled(word.value) or word.may_split for word in words)
            reads = _READS.search(node.text) is not None
            choices = states.choices(words, state.flags.folder) if reads else ()
            value = literal or Unknown(loop.name, filled=never_empty, choices=choices)
            self._assign(branch, loop.name, (value,), context)
        state.join(state, [self._branch(node.body, branch, context, "-f ")])
        self.facts.loops.append(calls.CompoundCommand(node, words))
        return (self.facts.loops[-1],)

    def _visit_case(self, node: nodes.Case, state: State, context: Context) -> None:
        reader = self._reader(state, context)
        words = reader.words([node.word])
        words += [reader.word(each) for item in node.items for each in item.patterns]
        state.join(state, (self._branch(item.body, state, context) for item in node.items))
        self._compared("case", words, node, state, context)

    def _visit_test(self, node: nodes.Test, state: State, context: Context) -> None:
        words = self._reader(state, context).words(nodes.first(node, nodes.Word))
        self._compared("[[", words, node, state, context)

    def _compared(
        self, name: str, words: list[ExpandedWord], node: Node, state: State, context: Context
    ) -> None:
        self.facts.tests.append(words)
        if words:
            head = words[0]._replace(parts=(Part(name, quoted=False),))
            inner = calls.InnerCommand([head, *words])
            self.facts.calls.append(Call(node, inner, context, state.flags))

    def _assignment(self, node: nodes.Assignment, state: State, context: Context) -> None:
        reader = self._reader(state, context)
        context.script.cover(node.start, node.end, Coverage.IN_VALUE)
        value: Value = ("",)
        if node.index:
            reader.substitutions(node.index)
        if node.array:
            value = reader.array(reader.words(node.elements))
        elif node.value:
            word = reader.word(node.value)
            value = word.value
            if node.name == "AWS_IAM_JVM_OPTS" or "{JAVA_HOME" in word.source:
                name = word._replace(parts=(Part(node.name, quoted=False),))
                inner = calls.InnerCommand([name, word])
                self.facts.settings.append(Call(node.value, inner, context, state.flags))
        if node.index or node.append:
            before = state.value(node.name)
            many = node.index is not None
            elements = None if many else joined_elements(before, value)
            kept = filled((*before, *value))
            value = (Unknown(node.name, filled=kept, many=many, elements=elements),)
        if only := states.single_unknown(value):
            kept = only.filled or only.name in self.facts.tested
            inherited = only.inherited and only.name == node.name
            value = (only._replace(name=node.name, filled=kept, inherited=inherited),)
        self._assign(state, node.name, value, context)

    def _assign(self, state: State, name: str, value: Value, context: Context) -> None:
        secret = kinds.CREDENTIAL.match(f"{name}=")
        if secret or not context.script.root.shown:
            value = (Unknown(name, hidden=() if secret else calls.revealed(value)),)
        self.facts.values[name].append(state.set(name, value))

    def _visit_declaration(self, node: nodes.Declaration, state: State, context: Context) -> None:
        for child in node.assignments:
            if not child.naked:
                self._assignment(child, state, context)
            elif child.name and node.keyword in ("local", "declare"):
                self._assign(state, child.name, (Unknown(child.name),), context)
            elif child.value:
                self._reader(state, context).words([child.value])

    def _run(self, node: nodes.Substitution, state: State, context: Context) -> Value:
        """Follow a command substitution; return its output."""
        source = node.text
        inside = source[2:-1] if source.startswith("$(") else source[1:-1]
        if states.OWN_FOLDER.fullmatch(inside):
            return (context.script.root.folder,)
        here = calls.SubstitutionContext(node, context.tested, [])
        inner = Context(context.script, substitution=here, replaced=context.replaced, captured=True)
        self._statements(node.body, state.copy(), inner)
        output = here.pipelines[0] if len(here.pipelines) == 1 else ()
        is_file = not source.startswith(("$", "`"))
        return (Unknown("", output, single=is_file, private="mktemp" in inside),)


def _piped(node: nodes.Binary) -> list[Statement]:
    """Return the parts of a pipeline."""
    left = node.left
    inner = left.command if not (left.redirects or left.negated) else None
    if isinstance(inner, nodes.Binary) and inner.operator in ("|", "|&"):
        return [*_piped(inner), node.right]
    return [left, node.right]
