"""Loads test files by their path, each as if nothing had been loaded before."""
from __future__ import annotations

import ast
import importlib.util
import os
import sys
from types import ModuleType
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from .compat_imports import ROOT

_PREFIXES = tuple({os.path.abspath(prefix) + os.sep for prefix in (sys.prefix, sys.base_prefix, ROOT)})


class Loaded(NamedTuple):
    module: ModuleType
    handlers: Dict[str, type]
    #: Lines of classes, by their name.
    lines: Dict[str, int]


class Loader:
    def __init__(self) -> None:
        self._path = list(sys.path)
        self._loaded: Dict[str, Tuple[Tuple[int, int], Loaded]] = {}

    def load(self, file: str) -> Loaded:
        """The module of a file, run once as long as the file stays the same.

        :raises BaseException: whatever the file raises
        """
        status = os.stat(file)
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._loaded.get(file)
        if known is not None and known[0] == stamp:
            return known[1]
        self._forget()
        sys.path[:] = [ROOT, os.path.dirname(file), *(entry for entry in self._path if entry != ROOT)]
        loaded = _run(file)
        self._loaded[file] = (stamp, loaded)
        return loaded

    def _forget(self) -> None:
        """Modules of one suite must not answer the imports of another: their names are often the same."""
        self._loaded.clear()
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if name != "__main__" and isinstance(file, str) and _is_users(file):
                del sys.modules[name]


def _is_users(file: str) -> bool:
    """C extensions stay: most can't be loaded twice."""
    if not file.endswith((".py", ".pyc")) or "-packages" + os.sep in file:
        return False
    return not os.path.abspath(file).startswith(_PREFIXES)


def _run(file: str) -> Loaded:
    name = os.path.splitext(os.path.basename(file))[0]
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None:
        raise ImportError("%s is no Python file" % file)
    with open(file, "rb") as source:
        text = source.read()
    tree = compile(text, file, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    lines = {node.name: node.lineno for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    code = compile(_rewritten(tree), file, "exec", dont_inherit=True)
    module = importlib.util.module_from_spec(spec)
    # Found by pickle, dataclasses and whatever else looks a class's module up.
    sys.modules[name] = module
    exec(code, module.__dict__)
    return Loaded(module, _handlers(module, lines), lines)


def _rewritten(tree: ast.AST) -> Any:
    from . import extras

    return extras.rewrite_assertions(tree)


def _handlers(module: ModuleType, lines: Dict[str, int]) -> Dict[str, type]:
    from vitest_tidb import PyStateHandler
    from vitest_tidb.marks import cases_of

    found: List[Tuple[int, str, type]] = []
    for name, value in vars(module).items():
        if not isinstance(value, type) or not issubclass(value, PyStateHandler) or name.startswith("_"):
            continue
        if value.__module__ == module.__name__ and value.__name__ == name:
            found.append((lines.get(name, 1), name, value))
    handlers: Dict[str, type] = {}
    for _, name, value in sorted(found, key=lambda each: each[0]):
        handlers.update(cases_of(name, value))
    return handlers


def description(handler: type) -> Optional[str]:
    doc = vars(handler).get("__doc__")
    return doc if isinstance(doc, str) else None
