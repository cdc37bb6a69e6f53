#!/usr/bin/env python3
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "."))
sys.path.append(os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..")))

from src.common.test_rig_python import PyStateHandler, PyStateContext, PyState, RealPyConnection, MultiConnectionTestHandler


class BankTransfer(PyStateHandler):  # passed
    def enter(self, context: PyStateContext) -> str:
        print("🏦 Setting up bank ...")
        if context.connection:
            context.connection.execute_query("DROP TABLE IF EXISTS bank")
            context.connection.execute_query("CREATE TABLE bank (id INT PRIMARY KEY, balance DECIMAL(10,2))")
            context.connection.execute_query("INSERT INTO bank VALUES (1, 100), (2, 0)")
        return PyState.connecting()

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.start_transaction()
        connection.execute_query("UPDATE bank SET balance = balance - 40 WHERE id = 1")
        connection.execute_query("UPDATE bank SET balance = balance + 40 WHERE id = 2")
        connection.commit()
        rows = connection.execute_query("SELECT id, balance FROM bank ORDER BY id")
        for row in rows:
            print(f"   account {row['id']}: {row.get('balance')} {row.get('col_1', '?')}")
        if float(rows[0]["balance"]) != 60:
            return PyState.error("wrong balance")
        return PyState.completed()

    def exit(self, context: PyStateContext) -> None:
        context.connection.execute_query("DROP TABLE bank")


class SavingsTransfer(BankTransfer):  # passed
    pass


class Swallows(PyStateHandler):  # passed swallowed:1146
    def execute(self, context):
        try:
            context.connection.execute_query("SELECT * FROM not_there")
        except Exception as e:
            print(f"❌ {e}")
        return PyState.completed()


class SwallowsBare(PyStateHandler):  # passed swallowed:1064
    def execute(self, context):
        try:
            context.connection.execute_query("SELEC 1")
        except:
            pass
        return PyState.completed()


class ErrorState(PyStateHandler):  # failed: wrong balance
    def execute(self, context):
        context.connection.execute_query("SELECT 1")
        return PyState.error("wrong balance")


class ErrorInEnter(PyStateHandler):  # failed: no luck
    def enter(self, context):
        return PyState.error("no luck")


class NotCompleted(PyStateHandler):  # failed: TestingConnection
    def execute(self, context):
        return PyState.testing_connection()


class Nothing(PyStateHandler):  # failed: NoneType
    def execute(self, context):
        context.connection.execute_query("SELECT 1")


class RaisesInEnter(PyStateHandler):  # failed: 1146
    def enter(self, context):
        context.connection.execute_query("SELECT * FROM not_there")
        return PyState.connecting()


class RaisesInExecute(PyStateHandler):  # failed: boom
    def execute(self, context):
        raise ValueError("boom")


class RaisesInExit(PyStateHandler):  # failed: exit went wrong
    def exit(self, context):
        raise RuntimeError("exit went wrong")


class FailedAssert(PyStateHandler):  # failed: assert rows[0]['n'] == 2
    def execute(self, context):
        rows = context.connection.execute_query("SELECT 1 AS n")
        assert rows[0]["n"] == 2
        return PyState.completed()


class NoConstructor(PyStateHandler):  # passed
    def __init__(self):
        self.table = "mine"

    def execute(self, context):
        context.connection.execute_query(f"CREATE TABLE {self.table} (id INT)")
        return "completed"


class OldSpelling(PyStateHandler):  # passed
    def enter(self, context):
        return "Connecting to TiDB"

    def execute(self, context):
        assert os.getcwd() == os.path.dirname(os.path.abspath(__file__)) and __name__ == "test_bank"
        return PyState.completed()


class _Hidden(PyStateHandler):
    def execute(self, context):
        raise RuntimeError("nobody runs this")
