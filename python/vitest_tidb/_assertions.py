"""Lets a plain ``assert`` tell what it compared.

The loader has ``rewrite`` change the syntax tree of a test file: each part of an assertion whose value is of interest
is noted while it is evaluated, once and in the same order as without, and told only when the assertion fails.
"""
from __future__ import annotations

import ast
from typing import Any, Dict, List, TypeVar, Union

T = TypeVar("T")

# Names that no program can have.
_CLASS = "@Assertion"
_NOTES = "@assertion"

_LONGEST_VALUE = 400
_MOST_VALUES = 12


class Assertion:
    """The values of one assertion, by its parts."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: Dict[str, Any] = {}

    def note(self, text: str, value: T) -> T:
        self._values[text] = value
        return value

    def error(self, text: str, *message: Any) -> AssertionError:
        """What is to be raised. With a message of the author's, ``str()`` is that, as without us."""
        lines = ["assert %s" % text]
        # The largest part was noted last.
        for part, value in list(reversed(self._values.items()))[:_MOST_VALUES]:
            shown = _shown(value)
            if shown != part:
                lines.append("  %s = %s" % (part, shown))
        told = "\n".join(lines)
        error = AssertionError(*message) if message else AssertionError(told)
        error.vitest_tidb_assertion = "\n".join([*(_shown_message(each) for each in message), told])  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
        return error


def rewrite(tree: ast.AST) -> ast.AST:
    """The tree with its assertions changed. Those of anything else than a module are left alone."""
    if not isinstance(tree, ast.Module):
        return tree
    rewriter = _Rewriter()
    rewriter.visit(tree)
    if rewriter.found:
        at = _after_preamble(tree.body)
        load = ast.ImportFrom(module=__name__, names=[ast.alias(name="Assertion", asname=_CLASS)], level=0)
        before = tree.body[at - 1] if at > 0 else None
        load.lineno = load.end_lineno = 1 if before is None else before.end_lineno or before.lineno
        load.col_offset = load.end_col_offset = 0
        tree.body.insert(at, load)
        ast.fix_missing_locations(tree)
    return tree


def _after_preamble(body: List[ast.stmt]) -> int:
    """Behind the docstring and imports from ``__future__``, which must be first."""
    at = 0
    for statement in body:
        docstring = at == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        if not (docstring or future):
            break
        at += 1
    return at


class _Rewriter(ast.NodeTransformer):
    def __init__(self) -> None:
        self.found = False

    def visit_Assert(self, node: ast.Assert) -> Union[ast.Assert, List[ast.stmt]]:
        if isinstance(node.test, ast.Tuple) or _binds(node):
            return node
        self.found = True
        text = ast.unparse(node.test)
        make = ast.Assign([ast.Name(_NOTES, ast.Store())], ast.Call(ast.Name(_CLASS, ast.Load()), [], []))
        message = [] if node.msg is None else [node.msg]
        fail = ast.Raise(_call("error", ast.Constant(text), *message), None)
        check = ast.If(ast.UnaryOp(ast.Not(), _condition(node.test)), [fail], [])
        statements: List[ast.stmt] = [make, check]
        for statement in statements:
            ast.copy_location(statement, node)
            ast.fix_missing_locations(statement)
        return statements


def _binds(node: ast.Assert) -> bool:
    """Whether it gives names values, or yields: the notes of two would get mixed."""
    kinds = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)
    return any(isinstance(each, kinds) for each in ast.walk(node.test))


def _condition(node: ast.expr) -> ast.expr:
    """A test whose operands are noted."""
    if isinstance(node, ast.BoolOp):
        return ast.BoolOp(node.op, [_condition(value) for value in node.values])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ast.UnaryOp(node.op, _condition(node.operand))
    if isinstance(node, ast.Compare):
        return ast.Compare(_noted(node.left), node.ops, [_noted(each) for each in node.comparators])
    return _noted(node)


def _noted(node: ast.expr) -> ast.expr:
    """An expression that notes its value, and those of its parts."""
    if isinstance(node, (ast.Constant, ast.Lambda, ast.Starred, ast.JoinedStr, ast.Slice)):
        return node
    text = ast.unparse(node)
    if isinstance(node, ast.Call):
        parts: ast.expr = ast.Call(_callee(node.func), [_noted(each) for each in node.args], node.keywords)
    elif isinstance(node, ast.Attribute):
        parts = ast.Attribute(_noted(node.value), node.attr, node.ctx)
    elif isinstance(node, ast.Subscript):
        parts = ast.Subscript(_noted(node.value), _noted(node.slice), node.ctx)
    elif isinstance(node, ast.BinOp):
        parts = ast.BinOp(_noted(node.left), node.op, _noted(node.right))
    else:
        parts = node
    return ast.copy_location(_call("note", ast.Constant(text), parts), node)


def _callee(node: ast.expr) -> ast.expr:
    """Of a method the object is of interest, of a function nothing."""
    if isinstance(node, ast.Attribute):
        return ast.Attribute(_noted(node.value), node.attr, node.ctx)
    return node


def _call(method: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Attribute(ast.Name(_NOTES, ast.Load()), method, ast.Load()), list(arguments), [])


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except Exception as error:
        text = "<repr() of this %s raised %s>" % (type(value).__name__, type(error).__name__)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"


def _shown_message(value: Any) -> str:
    return value if isinstance(value, str) else _shown(value)
