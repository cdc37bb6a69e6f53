"""Contract: PyConnection, the mock; SHOW_SQL; start_transaction(), commit(), rollback()."""
import contextlib
import io
import os
import unittest
from typing import Any
from unittest import mock

from vitest_tidb import PyConnection, RealPyConnection, _dry_run
from vitest_tidb.connection import without_passwords


class MockTest(unittest.TestCase):
    def test_it_answers_canned_rows(self) -> None:
        connection = PyConnection()
        connection.can("SELECT * FROM t;", [{"id": 1}, {"id": 2}])
        self.assertEqual(connection.execute_query("select  *  from t"), [{"id": 1}, {"id": 2}])
        self.assertEqual(connection.execute_query("select * from t")[1]["col_0"], 2)

    def test_else_one_row_for_what_returns_rows_and_none_for_the_rest(self) -> None:
        connection = PyConnection()
        (row,) = connection.execute_query("SELECT COUNT(*) AS n, 'a,b' AS s, 2.5, t.id, VERSION() v FROM t, u")
        self.assertEqual(dict(row), {"n": 1, "s": "a,b", "2.5": 2.5, "id": 1, "v": 1})
        self.assertEqual((row["col_1"], row["whatever"]), ("a,b", 1))
        self.assertEqual(connection.execute_query("INSERT INTO t VALUES (1)"), [])

    def test_start_transaction_commit_and_rollback_return_none_and_are_statements(self) -> None:
        connection: Any = PyConnection()
        self.assertEqual([connection.start_transaction(), connection.commit(), connection.rollback()], [None] * 3)
        self.assertEqual(connection.statements, ["START TRANSACTION", "COMMIT", "ROLLBACK"])

    def test_mocks_are_counted_so_that_a_run_on_them_is_a_dry_run(self) -> None:
        before = PyConnection.made
        PyConnection()
        self.assertEqual(PyConnection.made, before + 1)

    def test_in_a_dry_run_a_real_connection_is_a_mock_and_counted(self) -> None:
        before = PyConnection.made
        _dry_run.set_active(True)
        self.addCleanup(_dry_run.set_active, False)
        connection = RealPyConnection(connection_id="c")
        self.assertEqual(connection.execute_query("SELECT 1 AS one"), [{"one": 1}])
        self.assertEqual(connection.start("SELECT 1 AS one").result(), [{"one": 1}])
        connection.close()
        self.assertEqual(PyConnection.made, before + 1)

    def test_show_sql_prints_each_statement_with_its_connections_id(self) -> None:
        printed = io.StringIO()
        with mock.patch.dict(os.environ, {"SHOW_SQL": "true"}), contextlib.redirect_stdout(printed):
            PyConnection("conn_1").execute_query("SELECT 1")
        self.assertEqual(printed.getvalue(), "[conn_1] SELECT 1\n")

    def test_passwords_are_not_shown(self) -> None:
        for sql in (
            "CREATE USER u IDENTIFIED BY 'hush'",
            "CREATE USER u IDENTIFIED WITH mysql_native_password BY \"hu\\\"sh\"",
            "SET PASSWORD FOR u = 'hush'",
            "SET PASSWORD = PASSWORD('hush')",
        ):
            with self.subTest(sql=sql):
                self.assertNotIn("sh", without_passwords(sql).split("***", 1)[1])
                self.assertIn("'***'", without_passwords(sql))

    def test_what_is_no_str_is_refused(self) -> None:
        connection: Any = PyConnection()
        with self.assertRaisesRegex(TypeError, "as str, and got bytes"):
            connection.execute_query(b"SELECT 1")


if __name__ == "__main__":
    unittest.main()
