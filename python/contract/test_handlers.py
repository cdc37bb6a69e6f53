"""Contract, "PyState", "PyStateContext" and "PyStateHandler". Each docstring is the row that its handler proves."""
from typing import Any, List

from vitest_tidb import PyState, PyStateContext, PyStateHandler, expected_failure, parametrize


class StatesArePlainStr(PyStateHandler):
    """Static methods that return plain str, compared with ==."""

    def execute(self, context: PyStateContext) -> str:
        context.connection.execute_query("SELECT 1")
        assert type(PyState.completed()) is str
        assert PyState.completed() == "Completed"
        assert PyState.error("m") == "Error: m"
        return "Completed"


@parametrize("spelling", ["Connecting to TiDB", "connecting", "CONNECTING", "parsing_config"])
class SpellingsSeenInTheWild(PyStateHandler):
    """Spellings seen in the wild, to be taken as the same state: as what enter returns they are no errors."""

    spelling: str

    def enter(self, context: PyStateContext) -> str:
        return self.spelling

    def execute(self, context: PyStateContext) -> str:
        context.connection.execute_query("SELECT 1")
        return "COMPLETED"


class TheContextIsAlwaysFilled(PyStateHandler):
    """Mutable dataclass; always filled when a handler gets it."""

    def _look(self, context: PyStateContext) -> None:
        for name in ("host", "port", "username", "password", "database", "connection", "connections"):
            assert getattr(context, name) is not None, name
        assert isinstance(context.port, int)
        assert context.connection.execute_query("SELECT DATABASE() AS d")[0]["d"] == context.database

    def enter(self, context: PyStateContext) -> str:
        self._look(context)
        return PyState.connecting()

    def execute(self, context: PyStateContext) -> str:
        self._look(context)
        return PyState.completed()

    def exit(self, context: PyStateContext) -> None:
        self._look(context)
        context.database = "set by exit"
        assert context.database == "set by exit"


class TheConstructorMayBeLeftUncalled(PyStateHandler):
    """No-argument constructor, which subclasses may leave uncalled."""

    def __init__(self) -> None:
        self.table = "t"

    def execute(self, context: PyStateContext) -> str:
        context.connection.execute_query("CREATE TABLE %s (id INT)" % self.table)
        return PyState.completed()


class EnterExecuteExitOnceEachInThatOrder(PyStateHandler):
    """enter(context) -> str, execute(context) -> str, exit(context) -> None, once each in that order."""

    def __init__(self) -> None:
        self.calls: List[str] = []

    def enter(self, context: PyStateContext) -> str:
        self.calls.append("enter")
        return super().enter(context)

    def execute(self, context: PyStateContext) -> str:
        self.calls.append("execute")
        context.connection.execute_query("SELECT 1")
        return super().execute(context)

    def exit(self, context: PyStateContext) -> None:
        self.calls.append("exit")
        assert self.calls == ["enter", "execute", "exit"]


@expected_failure("it fails if enter raises")
class EnterRaises(PyStateHandler):
    """Fails if any of them raises."""

    def enter(self, context: PyStateContext) -> str:
        raise ValueError("in enter")


@expected_failure("it fails if execute raises")
class ExecuteRaises(PyStateHandler):
    """Fails if any of them raises."""

    def execute(self, context: PyStateContext) -> str:
        raise ValueError("in execute")


@expected_failure("it fails if exit raises")
class ExitRaises(PyStateHandler):
    """Fails if any of them raises."""

    def exit(self, context: PyStateContext) -> None:
        raise ValueError("in exit")


@expected_failure("it fails if enter returns an error state")
class EnterReturnsAnErrorState(PyStateHandler):
    """Fails if enter or execute returns an error state."""

    def enter(self, context: PyStateContext) -> str:
        return PyState.error("no")


@expected_failure("it fails if execute returns an error state")
class ExecuteReturnsAnErrorState(PyStateHandler):
    """Fails if enter or execute returns an error state."""

    def execute(self, context: PyStateContext) -> str:
        return PyState.error("no")


@expected_failure("it fails if execute does not return completed")
class ExecuteDoesNotReturnCompleted(PyStateHandler):
    """Fails if execute does not return completed."""

    def execute(self, context: PyStateContext) -> str:
        return PyState.connecting()


class AFailedStatementMayBeSwallowed(PyStateHandler):
    """Statements that failed and were swallowed by the handler's own except are a warning and not a failure."""

    def execute(self, context: PyStateContext) -> str:
        try:
            context.connection.execute_query("SELECT * FROM nowhere")
        except Exception as error:
            seen: Any = error
            assert seen.errno == 1146
        return PyState.completed()
