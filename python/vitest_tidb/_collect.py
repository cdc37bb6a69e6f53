"""Finds the handlers of test files without running them.

``python -m vitest_tidb._collect`` reads requests from standard input, ``{"id": 1, "file": "/abs/test_x.py"}`` on a line of
its own each, and answers each with a line on standard output::

    {"id": 1,
     "handlers": [{"name": "Transfer[a]", "line": 12, "doc": "Moves money.", "tags": ["txn"], "problem": null}],
     "imports": ["/abs/helpers.py"],
     "problem": {"line": 3, "column": 7, "message": "invalid syntax"}}

``problem`` is there when the file can't be parsed or read; that of a handler, when the names of its cases can't be told
from the text. ``imports`` are the files of the user's own folders that the
file imports, directly or not. It ends when its standard input does.
"""
from __future__ import annotations

import ast
import builtins
import json
import os
import sys
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple, Union

if TYPE_CHECKING:
    from ._cases import attributes_of, case_of, combined, labels_of
else:
    # It is run as a file, so that the package is not imported.
    sys.path.append(os.path.dirname(os.path.abspath(__file__)))
    from _cases import attributes_of, case_of, combined, labels_of

_OWN_MODULES = ("vitest_tidb", "test_rig_python", "src.common.test_rig_python")
_OWN_HANDLERS = ("PyStateHandler", "AsyncPyStateHandler", "MultiConnectionTestHandler")
_PHASES = ("enter", "execute", "exit")
#: So many folders above that of the file are looked through for what it imports: suites put them on ``sys.path``.
_FOLDERS = 5

_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


class _Imported(NamedTuple):
    """A name that stands for a module, or for something in one."""

    #: In whose folder, or where above it, the module is looked for.
    folder: str
    module: str
    #: None when the name stands for the module itself.
    name: Optional[str]


class _Module:
    """What the top level of one file defines, whether it is run or only in one branch of an ``if``."""

    def __init__(self, file: str, tree: ast.Module) -> None:
        self.folder = os.path.dirname(file)
        self.classes: Dict[str, ast.ClassDef] = {}
        self.imported: Dict[str, _Imported] = {}
        self.aliases: Dict[str, ast.expr] = {}
        #: Modules all of whose names are taken over.
        self.stars: List[_Imported] = []
        #: Every import, of functions too.
        self.imports: List[_Imported] = [each for node in ast.walk(tree) for _, each in _names_of(node, self.folder)]
        for statement in _top_level(tree.body):
            if isinstance(statement, ast.ClassDef):
                self.classes[statement.name] = statement
            elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                if isinstance(statement.targets[0], ast.Name):
                    self.aliases[statement.targets[0].id] = statement.value
            for name, imported in _names_of(statement, self.folder):
                if name == "*":
                    self.stars.append(imported)
                else:
                    self.imported[name] = imported


def _top_level(body: List[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        if isinstance(statement, (ast.ClassDef, *_Function)):
            continue
        for field in ("body", "orelse", "finalbody"):
            yield from _top_level(getattr(statement, field, []))
        for handler in getattr(statement, "handlers", []):
            yield from _top_level(handler.body)


def _names_of(node: ast.AST, folder: str) -> Iterator[Tuple[str, _Imported]]:
    """What an import statement makes known, by its name there."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            # `import a.b` makes `a` known, and `a.b` by its full name.
            yield alias.asname or alias.name, _Imported(folder, alias.name, None)
    elif isinstance(node, ast.ImportFrom):
        base = folder
        for _ in range(max(0, node.level - 1)):
            base = os.path.dirname(base)
        for alias in node.names:
            yield alias.asname or alias.name, _Imported(base, node.module or "", alias.name)


class Collector:
    """Reads files, and what they import from the user's own folders."""

    def __init__(self) -> None:
        self._modules: Dict[str, Optional[_Module]] = {}

    def collect(self, file: str) -> Dict[str, Any]:
        """The answer for one file, less its ``id``."""
        # A file that was read for an earlier answer may have changed.
        self._modules.clear()
        try:
            module = _read(file)
        except (SyntaxError, ValueError, OSError) as error:
            return {"handlers": [], "imports": [], "problem": _problem(error)}
        self._modules[file] = module
        found = [
            (node, name)
            for name, node in module.classes.items()
            if not name.startswith("_") and self._is_handler(module, node, set())
        ]
        found.sort(key=lambda each: each[0].lineno)
        imports = self._imports(module)
        handlers = [test for node, _ in found for test in _described(module, node)]
        return {"handlers": handlers, "imports": sorted(imports - {file})}

    def _is_handler(self, module: _Module, node: ast.ClassDef, seen: Set[int]) -> bool:
        if id(node) in seen:
            return False
        seen.add(id(node))
        verdicts = [self._stands_for_handler(module, base, seen) for base in node.bases]
        if True in verdicts:
            return True
        # Its base comes from where nothing can be looked up without running the file; it looks like a handler.
        return None in verdicts and any(isinstance(each, _Function) and each.name in _PHASES for each in node.body)

    def _stands_for_handler(self, module: _Module, expression: ast.expr, seen: Set[int]) -> Optional[bool]:
        """None when that can't be known."""
        if isinstance(expression, ast.Subscript):
            return self._stands_for_handler(module, expression.value, seen)
        name = _dotted(expression)
        if name is None:
            return None
        return self._named_handler(module, name, seen)

    def _named_handler(self, module: _Module, name: str, seen: Set[int]) -> Optional[bool]:
        if name in module.classes:
            return self._is_handler(module, module.classes[name], seen)
        if name in module.aliases and id(module.aliases[name]) not in seen:
            seen.add(id(module.aliases[name]))
            return self._stands_for_handler(module, module.aliases[name], seen)
        if name in module.imported:
            return self._imported_handler(module.imported[name], None, seen)
        # `a.b.Name`, where `a.b` or `a` is what was imported.
        head, _, last = name.rpartition(".")
        while head:
            if head in module.imported:
                return self._imported_handler(module.imported[head], last, seen)
            head, _, before = head.rpartition(".")
            last = "%s.%s" % (before, last)
        if hasattr(builtins, name):
            return False
        verdicts = [self._imported_handler(star._replace(name=name), None, seen) for star in module.stars]
        return True if True in verdicts else None if None in verdicts else False

    def _imported_handler(self, imported: _Imported, inner: Optional[str], seen: Set[int]) -> Optional[bool]:
        folder, module, name = imported
        wanted = name if inner is None else inner if name is None else "%s.%s" % (name, inner)
        if wanted is None:
            return False
        for own in _OWN_MODULES:
            # `from src.common import test_rig_python` names it by parts, too.
            if module == own or "%s.%s" % (module, wanted) in ["%s.%s" % (own, each) for each in _OWN_HANDLERS]:
                return wanted.rpartition(".")[2] in _OWN_HANDLERS
        file = _file_of(folder, module) if module else None
        if file is None and name is not None and inner is not None:
            file, wanted = _file_of(folder, "%s.%s" % (module, name) if module else name), inner
        if file is None:
            return None if not _is_standard(module) else False
        read = self._module(file)
        return None if read is None else self._named_handler(read, wanted, seen)

    def _imports(self, module: _Module) -> Set[str]:
        files: Set[str] = set()
        waiting = [module]
        while waiting:
            for imported in waiting.pop().imports:
                for file in _files_of(imported):
                    if file in files:
                        continue
                    files.add(file)
                    read = self._module(file)
                    if read is not None:
                        waiting.append(read)
        return files

    def _module(self, file: str) -> Optional[_Module]:
        if file not in self._modules:
            try:
                self._modules[file] = _read(file)
            except (SyntaxError, ValueError, OSError):
                # What is wrong with it shows when a handler is run.
                self._modules[file] = None
        return self._modules[file]


def _read(file: str) -> _Module:
    with open(file, "rb") as source:
        return _Module(file, ast.parse(source.read(), file))


def _files_of(imported: _Imported) -> List[str]:
    folder, module, name = imported
    if module in _OWN_MODULES or _is_standard(module):
        return []
    names = [module] if name in (None, "*") else [module, "%s.%s" % (module, name) if module else str(name)]
    return [file for file in (_file_of(folder, each) for each in names if each) if file is not None]


def _file_of(folder: str, module: str) -> Optional[str]:
    """The file of a module in a folder, or in one of those above it."""
    parts = module.split(".")
    for _ in range(_FOLDERS):
        path = os.path.join(folder, *parts)
        for file in (path + ".py", os.path.join(path, "__init__.py")):
            if os.path.isfile(file):
                return file
        folder = os.path.dirname(folder)
    return None


def _is_standard(module: str) -> bool:
    names = getattr(sys, "stdlib_module_names", sys.builtin_module_names)
    return module.partition(".")[0] in names


def _dotted(expression: ast.expr) -> Optional[str]:
    if isinstance(expression, ast.Name):
        return expression.id
    if isinstance(expression, ast.Attribute):
        head = _dotted(expression.value)
        return None if head is None else "%s.%s" % (head, expression.attr)
    return None


def _described(module: _Module, node: ast.ClassDef) -> List[Dict[str, Any]]:
    """The tests that a handler stands for: one, or one for each of its cases."""
    about = {"line": node.lineno, "doc": ast.get_docstring(node), "tags": _tags(node), "problem": None}
    try:
        cases = _cases(module, node, set())
    except ValueError as error:
        return [{"name": node.name, **about, "problem": str(error)}]
    if cases is None:
        return [{"name": node.name, **about}]
    return [{"name": "%s[%s]" % (node.name, label), **about} for label in labels_of(cases)]


def _cases(module: _Module, node: ast.ClassDef, seen: Set[str]) -> Optional[Sequence[Mapping[str, Any]]]:
    """Of its decorators ``@parametrize("name", [values])``, and those of the classes of the file that it is derived from."""
    cases: Optional[Sequence[Mapping[str, Any]]] = None
    for base in node.bases:
        name = _dotted(base)
        if cases is None and name in module.classes and name not in seen:
            cases = _cases(module, module.classes[name], seen | {name})
    for decorator in reversed(node.decorator_list):
        if not isinstance(decorator, ast.Call) or (_dotted(decorator.func) or "").rpartition(".")[2] != "parametrize":
            continue
        given = {keyword.arg: keyword.value for keyword in decorator.keywords}
        names, values = [*decorator.args, *(given[key] for key in ("names", "values") if key in given)][:2] or (None, None)
        elements = _elements(_resolved(module, values))
        if not isinstance(names, ast.Constant) or elements is None:
            raise ValueError("the names and values of @parametrize on %s must be written as literals" % node.name)
        attributes = attributes_of(str(names.value))
        cases = combined([case_of(attributes, _value(module, each)) for each in elements], cases or [{}])
    return cases


def _elements(values: Optional[ast.expr]) -> Optional[List[ast.expr]]:
    if isinstance(values, ast.Call) and _dotted(values.func) == "range" and not values.keywords:
        limits = [ast.literal_eval(each) for each in values.args]
        return [ast.Constant(number) for number in range(*limits)]
    return getattr(values, "elts", None)


def _resolved(module: _Module, expression: Optional[ast.expr]) -> Optional[ast.expr]:
    """A constant of the file stands for its value."""
    while isinstance(expression, ast.Name) and expression.id in module.aliases:
        expression = module.aliases[expression.id]
    return expression


def _value(module: _Module, expression: ast.expr) -> Any:
    resolved = _resolved(module, expression)
    if isinstance(resolved, (ast.Tuple, ast.List)):
        return [_value(module, each) for each in resolved.elts]
    # Objects are called by number.
    if isinstance(resolved, (ast.Call, ast.Lambda, ast.Dict, ast.Set)):
        return object()
    try:
        return ast.literal_eval(resolved)  # type: ignore[arg-type]
    except ValueError:
        raise ValueError("a value of @parametrize in line %d can't be known from the text" % expression.lineno) from None


def _tags(node: ast.ClassDef) -> List[str]:
    """Of ``tags = ["a", "b"]`` in the class, and of a decorator ``@tags("a")``."""
    found: List[Any] = []
    for statement in node.body:
        if isinstance(statement, ast.Assign) and [_dotted(target) for target in statement.targets] == ["tags"]:
            found += getattr(statement.value, "elts", [])
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and (_dotted(decorator.func) or "").rpartition(".")[2] == "tags":
            found += decorator.args
    return [each.value for each in found if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def _problem(error: Union[SyntaxError, ValueError, OSError]) -> Dict[str, Any]:
    if isinstance(error, SyntaxError):
        message = "%s: %s" % (type(error).__name__, error.msg)
        return {"line": error.lineno or 1, "column": max(1, error.offset or 1), "message": message}
    return {"line": 1, "column": 1, "message": "%s: %s" % (type(error).__name__, error)}


def main() -> None:
    collector = Collector()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer: Dict[str, Any] = collector.collect(str(request["file"]))
        except (RecursionError, MemoryError) as error:
            # The parser runs out of a stack of its own with the second.
            message = "%s: it is nested too deeply" % type(error).__name__
            answer = {"handlers": [], "imports": [], "problem": {"line": 1, "column": 1, "message": message}}
        sys.stdout.write(json.dumps({"id": request["id"], **answer}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
