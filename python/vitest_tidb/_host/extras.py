"""What the package adds for authors, as far as the host has to know of it."""
from __future__ import annotations

import ast
import sys
from typing import Any, List, Optional


def rewrite_assertions(tree: ast.AST) -> ast.AST:
    """Lets a plain ``assert`` tell what it compared."""
    from vitest_tidb._assertions import rewrite

    return rewrite(tree)


def tags_of(handler: type) -> List[str]:
    tags = getattr(handler, "tags", ())
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, (list, tuple, set)) else []


def skip_reason(handler: Any) -> Optional[str]:
    """Of a class marked by our own decorator, or by that of unittest."""
    reason = getattr(handler, "__vitest_tidb_skip__", None)
    if reason is None and getattr(handler, "__unittest_skip__", False):
        reason = getattr(handler, "__unittest_skip_why__", "") or "skipped"
    return None if reason is None else str(reason)


def expected_failure(handler: Any) -> Optional[str]:
    reason = getattr(handler, "__vitest_tidb_expected_failure__", None)
    if reason is None and getattr(handler, "__unittest_expecting_failure__", False):
        reason = "expected"
    return None if reason is None else str(reason)


def is_skip(error: BaseException) -> bool:
    """Whether it was raised to say that there is nothing to test here."""
    module = sys.modules.get("unittest")
    return module is not None and isinstance(error, module.SkipTest)


def context_of(values: Any, dry: bool) -> Any:
    """The context of a handler, with its connection: a real one unless this is a dry run."""
    from vitest_tidb import PyConnection, PyStateContext, RealPyConnection, _dry_run

    _dry_run.set_active(dry)
    connection = PyConnection("default") if dry else RealPyConnection(connection_id="default")
    names = ("host", "port", "username", "password", "database")
    return PyStateContext(**{name: values.get(name) for name in names}, connection=connection, connections=[])


def mocks_made() -> int:
    """How many mock connections the process has made so far."""
    from vitest_tidb import PyConnection

    return PyConnection.made
