#!/usr/bin/env python3
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "."))
sys.path.append(os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..")))

from src.common.test_rig_python import PyStateHandler, PyStateContext, PyState, RealPyConnection, MultiConnectionTestHandler

import threading


class ManyThreads(PyStateHandler):  # passed
    def execute(self, context):
        context.connection.execute_query("CREATE TABLE c (id INT PRIMARY KEY, n INT)")
        context.connection.execute_query("INSERT INTO c VALUES (1, 0)")

        def work(i):
            own = RealPyConnection(connection_id=f"thread_{i}")
            for _ in range(5):
                own.execute_query("UPDATE c SET n = n + 1 WHERE id = 1")

        threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        n = context.connection.execute_query("SELECT n FROM c")[0]["col_0"]
        return PyState.completed() if n == 20 else PyState.error(f"n is {n}")


class OneConnectionManyThreads(PyStateHandler):  # passed
    def execute(self, context):
        seen = []
        threads = [
            threading.Thread(target=lambda i=i: seen.append(context.connection.execute_query(f"SELECT {i} AS i")[0]["i"]))
            for i in range(8)
        ]
        [t.start() for t in threads]
        [t.join() for t in threads]
        assert sorted(seen) == list(range(8))
        return PyState.completed()


class ThreadLeftRunning(PyStateHandler):  # passed
    def execute(self, context):
        context.connection.execute_query("SELECT 1")
        threading.Thread(target=time.sleep, args=(3600,), daemon=False).start()
        return PyState.completed()


class AfterTheThread(PyStateHandler):  # passed
    def execute(self, context):
        assert context.connection.execute_query("SELECT 7 AS n")[0]["n"] == 7
        return PyState.completed()


class OwnConnection(PyStateHandler):  # passed
    def execute(self, context):
        own = RealPyConnection(
            {"host": context.host, "port": context.port, "username": context.username,
             "password": context.password, "database": context.database}, "own")
        context.connection.execute_query("CREATE TABLE seen (id INT)")
        assert own.execute_query("SELECT * FROM seen") == []
        return PyState.completed()


class NoSuchServer(PyStateHandler):  # failed:
    def execute(self, context):
        RealPyConnection(host="127.0.0.1:1")
        return PyState.completed()


class LeavesTransactionOpen(MultiConnectionTestHandler):  # passed
    def __init__(self):
        super().__init__(connection_count=2)

    def enter(self, context):
        super().enter(context)
        context.connection.execute_query("CREATE TABLE held (id INT PRIMARY KEY)")
        return PyState.connecting()

    def execute(self, context):
        self.connections[0].start_transaction()
        self.connections[0].execute_query("INSERT INTO held VALUES (1)")
        return PyState.completed()

    def exit(self, context):
        context.connection.execute_query("DROP TABLE held")


class WithoutSuper(MultiConnectionTestHandler):  # passed
    def __init__(self):
        pass

    def enter(self, context):
        return PyState.connecting()

    def execute(self, context):
        a, b = self.get_connections(context, 2)
        assert a is not b and a is not context.connection
        ids = {c.execute_query("SELECT CONNECTION_ID() AS i")[0]["i"] for c in (a, b, context.connection)}
        return PyState.completed() if len(ids) == 3 else PyState.error(str(ids))


class Deadlocks(MultiConnectionTestHandler):  # passed
    def enter(self, context):
        context.connection.execute_query("CREATE TABLE d (id INT PRIMARY KEY, v INT)")
        context.connection.execute_query("INSERT INTO d VALUES (1, 0), (2, 0)")
        return super().enter(context)

    def execute(self, context):
        def q(c, sql):
            return {"connection_id": c, "operation": "query", "query": sql}

        self.execute_concurrent_operations([
            {"connection_id": 0, "operation": "start_transaction"}, {"connection_id": 1, "operation": "start_transaction"},
            q(0, "UPDATE d SET v = 1 WHERE id = 1"), q(1, "UPDATE d SET v = 1 WHERE id = 2")])
        results = self.execute_concurrent_operations([
            q(0, "UPDATE d SET v = 1 WHERE id = 2"), q(1, "UPDATE d SET v = 1 WHERE id = 1")])
        errors = [r for r in results if r["status"] == "error"]
        return PyState.completed() if len(errors) == 1 and "1213" in errors[0]["error"] else PyState.error(str(results))
