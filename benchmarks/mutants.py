"""Slips that a file could hold, one at a time: mutmut's operators over a file's syntax tree, and a sample of what they make.

Left alone: annotations and type aliases, decorators, what is imported, `__all__`, whatever stands in a `raise` (the words
of a message), `strict=` of a zip, and all strings. mutmut's own runner is not used: it mutates no module constant and no
decorated function, where tolerances and properties are.
"""

import difflib
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import libcst as cst
import libcst.matchers as m
from mutmut.mutation import mutators

Operator = tuple[str, type | tuple[type, ...], Callable[[Any], Iterable[cst.CSTNode]]]

# A condition that always or never holds comes from the operator for `a if b else c`: an `if` and a filter have a `test` too.
OPERATORS: tuple[Operator, ...] = (
    ("number", cst.BaseNumber, mutators.operator_number),
    ("operator", cst.CSTNode, mutators.operator_swap_op),
    ("condition", (cst.IfExp, cst.If, cst.CompIf), mutators.operator_if_exp),
    ("keyword", cst.CSTNode, mutators.operator_keywords),
    ("not", cst.UnaryOperation, mutators.operator_remove_unary_ops),
    ("true and false", cst.Name, mutators.operator_name),
    ("argument", cst.Call, mutators.operator_arg_removal),
    ("assignment", (cst.Assign, cst.AnnAssign), mutators.operator_assignment),
    ("assignment in place", cst.AugAssign, mutators.operator_augmented_assignment),
    ("text method", cst.Call, mutators.operator_symmetric_string_methods_swap),
    ("text method", cst.Call, mutators.operator_unsymmetrical_string_methods_swap),
    ("lambda", cst.Lambda, mutators.operator_lambda),
    ("match", cst.Match, mutators.operator_match),
)
_LEFT_ALONE = (
    m.Annotation()
    | m.Decorator()
    | m.Import()
    | m.ImportFrom()
    | m.Raise()
    | m.TypeAlias()
    | m.If(test=m.Name("TYPE_CHECKING"))
    | m.Call(func=m.Name("len") | m.Name("isinstance") | m.Name("cast") | m.Name("TypeVar"))
    | m.Arg(keyword=m.Name("strict"))
    | m.Assign(targets=[m.AssignTarget(target=m.Name("__all__"))])
)
_ALIAS = m.Assign(value=m.Subscript() | m.BinaryOperation(operator=m.BitOr()))


@dataclass(frozen=True)
class Mutant:
    """A file with one slip: where (`function`, `line`), what was there and what is there now, and the whole text."""

    function: str
    line: int
    operator: str
    was: str
    now: str
    code: str

    @property
    def key(self) -> str:
        """What tells it from others and outlives a change elsewhere in the file."""
        return hashlib.sha256("\x1f".join([self.function, self.operator, self.was, self.now]).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class _Slip:
    function: str
    line: int
    operator: str
    node: cst.CSTNode
    changed: cst.CSTNode


class _Finder(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (cst.metadata.PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[_Slip] = []
        self._within: list[str] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if m.matches(node, _LEFT_ALONE) or (not self._within and m.matches(node, _ALIAS)):
            return False
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self._within.append(node.name.value)
        for name, kinds, operator in OPERATORS:
            if isinstance(node, kinds):
                for changed in operator(node):
                    line = self.get_metadata(cst.metadata.PositionProvider, node).start.line
                    self.found.append(_Slip(".".join(self._within), line, name, node, changed))
        return True

    def on_leave(self, node: cst.CSTNode) -> None:
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self._within.pop()


def sample(source: str, n: int, seed: int) -> list[Mutant]:
    """`n` mutants of a source text, or all if there are fewer: the kinds take turns, so that no kind is most of them.

    Within a kind the order is that of a hash over seed, function and change, so that a line more or less elsewhere leaves
    the sample as it is.
    """
    wrapper = cst.MetadataWrapper(cst.parse_module(source))
    finder = _Finder()
    wrapper.visit(finder)
    chosen: dict[str, Mutant] = {}
    for slip in _in_turns(wrapper.module, finder.found, seed):
        mutant = _mutant(wrapper.module, source, slip)
        if mutant is not None:
            chosen.setdefault(mutant.key, mutant)
        if len(chosen) == n:
            break
    return sorted(chosen.values(), key=lambda mutant: mutant.line)


def _in_turns(module: cst.Module, slips: list[_Slip], seed: int) -> Iterator[_Slip]:
    def rank(slip: _Slip) -> str:
        words = (
            str(seed),
            slip.function,
            slip.operator,
            module.code_for_node(slip.node),
            module.code_for_node(slip.changed),
        )
        return hashlib.sha256("\x1f".join(words).encode()).hexdigest()

    kinds: dict[str, list[_Slip]] = {name: [] for name, *_ in OPERATORS}
    for slip in sorted(slips, key=rank):
        kinds[slip.operator].append(slip)
    for turn in range(max(map(len, kinds.values()))):
        yield from (kind[turn] for kind in kinds.values() if turn < len(kind))


def _mutant(module: cst.Module, source: str, slip: _Slip) -> Mutant | None:
    code = module.deep_replace(slip.node, slip.changed).code
    try:
        compile(code, "mutant", "exec")
    except (SyntaxError, ValueError):
        return None
    changes = [line for line in difflib.ndiff(source.splitlines(), code.splitlines()) if line[:2] in ("- ", "+ ")]
    was, now = (" ".join(line[2:].strip() for line in changes if line[0] == sign) for sign in "-+")
    return Mutant(slip.function, slip.line, slip.operator, was, now, code) if was != now else None
