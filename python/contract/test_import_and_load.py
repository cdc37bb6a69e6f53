"""Contract, "Import and load". Each docstring is the row that its handler proves."""
import os
import subprocess
import sys
from typing import Any, List

import test_rig_python as top_level
import vitest_tidb
from src.common.test_rig_python import PyStateHandler, PyStateContext, PyState, PyConnection, RealPyConnection, MultiConnectionTestHandler

AT_IMPORT = {"cwd": os.getcwd(), "name": __name__, "file": __file__, "first": sys.path[0]}


class TheSameNamesComeFromThreePaths(PyStateHandler):
    """from src.common.test_rig_python import …; the same names from top-level test_rig_python, and from our own package."""

    def execute(self, context: PyStateContext) -> str:
        context.connection.execute_query("SELECT 1")
        names = (PyStateHandler, PyStateContext, PyState, PyConnection, RealPyConnection, MultiConnectionTestHandler)
        for name in names:
            assert getattr(top_level, name.__name__) is name
            assert getattr(vitest_tidb, name.__name__) is name
        return PyState.completed()


class OurImportRootStandsFirst(PyStateHandler):
    """Our import root stands first on sys.path, so that it shadows a src/common/test_rig_python.py beside the suite."""

    def execute(self, context: PyStateContext) -> str:
        context.connection.execute_query("SELECT 1")
        root = os.path.dirname(os.path.dirname(str(vitest_tidb.__file__)))
        assert os.path.isfile(os.path.join(os.path.dirname(__file__), "src", "common", "test_rig_python.py"))
        assert AT_IMPORT["first"] == root
        assert sys.path[0] == root
        return PyState.completed()


class FilesAreLoadedByPath(PyStateHandler):
    """Files are loaded by path, never as packages (a suite's __init__.py may be broken), with __file__ set, __name__ the file's stem, the working directory the file's own."""

    def execute(self, context: PyStateContext) -> str:
        context.connection.execute_query("SELECT 1")
        folder = os.path.dirname(os.path.abspath(__file__))
        assert os.path.isfile(os.path.join(folder, "__init__.py"))
        assert AT_IMPORT["name"] == "test_import_and_load"
        assert os.path.basename(AT_IMPORT["file"]) == "test_import_and_load.py"
        assert os.path.samefile(AT_IMPORT["cwd"], folder)
        assert os.path.samefile(os.getcwd(), folder)
        return PyState.completed()


class StandardInputIsClosed(PyStateHandler):
    """stdin closed (a child that prompts must get EOF)."""

    def execute(self, context: PyStateContext) -> str:
        context.connection.execute_query("SELECT 1")
        assert sys.stdin.read() == ""
        child = subprocess.run(["python", "-c", "input('password: ')"], capture_output=True, text=True, timeout=60)
        assert child.returncode != 0
        assert "EOFError" in child.stderr
        return PyState.completed()


class AnExecutableNamedPythonIsOnPath(PyStateHandler):
    """An executable named `python` on PATH: this very interpreter."""

    def execute(self, context: PyStateContext) -> str:
        context.connection.execute_query("SELECT 1")
        ask = ["python", "-c", "import sys; print(sys.prefix, sys.version_info[:3])"]
        told = subprocess.run(ask, capture_output=True, text=True, timeout=60, check=True).stdout.strip()
        assert told == "%s %s" % (sys.prefix, sys.version_info[:3])
        return PyState.completed()


seen: List[Any] = []


class _InADatabaseOfItsOwn(PyStateHandler):
    def execute(self, context: PyStateContext) -> str:
        tables = context.connection.execute_query("SHOW TABLES")
        assert tables == []
        context.connection.execute_query("CREATE TABLE mine (id INT)")
        for one in (self, context, context.connection):
            assert all(one is not other for other in seen)
            seen.append(one)
        return PyState.completed()


class OneHandlerHasItsOwnInstanceContextConnectionAndDatabase(_InADatabaseOfItsOwn):
    """One handler is one test, with its own fresh instance, context and connection, in a clean database of its own."""


class AnotherHandlerHasOthers(_InADatabaseOfItsOwn):
    """One handler is one test, with its own fresh instance, context and connection, in a clean database of its own."""
