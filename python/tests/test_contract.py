"""Contract: imports, PyState, PyStateContext, PyStateHandler."""
import importlib
import unittest
from dataclasses import fields

import vitest_tidb
from vitest_tidb import ConnectError, MultiConnectionTestHandler, PyState, PyStateContext, PyStateHandler, QueryError

NAMES = [
    "PyStateHandler",
    "PyStateContext",
    "PyState",
    "PyConnection",
    "RealPyConnection",
    "MultiConnectionTestHandler",
]


class ImportTest(unittest.TestCase):
    def test_both_earlier_paths_have_the_same_classes(self) -> None:
        for path in ("test_rig_python", "src.common.test_rig_python"):
            module = importlib.import_module(path)
            for name in NAMES:
                self.assertIs(getattr(module, name), getattr(vitest_tidb, name), (path, name))


class StateTest(unittest.TestCase):
    def test_states_are_plain_str(self) -> None:
        states = {
            PyState.initial(): "Initial",
            PyState.parsing_config(): "ParsingConfig",
            PyState.connecting(): "Connecting",
            PyState.testing_connection(): "TestingConnection",
            PyState.verifying_database(): "VerifyingDatabase",
            PyState.getting_version(): "GettingVersion",
            PyState.checking_import_jobs(): "CheckingImportJobs",
            PyState.showing_import_job_details(): "ShowingImportJobDetails",
            PyState.testing_isolation(): "TestingIsolation",
            PyState.completed(): "Completed",
            PyState.error("no table"): "Error: no table",
        }
        for state, text in states.items():
            self.assertEqual(state, text)
            self.assertIs(type(state), str)


class ContextTest(unittest.TestCase):
    def test_positional_order_all_default_none_and_mutable(self) -> None:
        names = ["host", "port", "username", "password", "database", "connection", "connections"]
        self.assertEqual([field.name for field in fields(PyStateContext)], names)
        context = PyStateContext()
        self.assertEqual([getattr(context, name) for name in names], [None] * 7)
        context.database = "d"
        self.assertEqual(PyStateContext("h", 4000, "u", "p", "d").database, context.database)


class HandlerTest(unittest.TestCase):
    def test_enter_defaults_to_connecting_execute_to_completed_exit_to_none(self) -> None:
        handler, context = PyStateHandler(), PyStateContext()
        self.assertEqual(handler.enter(context), PyState.connecting())
        self.assertEqual(handler.execute(context), PyState.completed())
        handler.exit(context)

    def test_subclasses_may_leave_the_constructor_uncalled(self) -> None:
        class Quiet(MultiConnectionTestHandler):
            def __init__(self) -> None:
                self.own = 1

        handler = Quiet()
        self.assertEqual((handler.own, handler.connection_count, handler.connections), (1, 3, []))
        self.assertIsNot(handler.connections, Quiet().connections)

    def test_connection_count_is_that_of_the_constructor(self) -> None:
        self.assertEqual(MultiConnectionTestHandler(connection_count=5).connection_count, 5)
        self.assertEqual(MultiConnectionTestHandler(2).connection_count, 2)


class ErrorTest(unittest.TestCase):
    def test_it_has_errno_sqlstate_and_msg_and_its_str_holds_the_servers_text(self) -> None:
        error = QueryError(1062, "Duplicate entry '1' for key 't.PRIMARY'", "23000")
        self.assertEqual((error.errno, error.sqlstate, error.args[0]), (1062, "23000", 1062))
        self.assertIn(error.msg, str(error))
        self.assertIn("1062", str(error))

    def test_without_a_runner_a_connection_says_how_to_get_one(self) -> None:
        with self.assertRaisesRegex(ConnectError, "tidb-test python"):
            vitest_tidb.RealPyConnection()


if __name__ == "__main__":
    unittest.main()
