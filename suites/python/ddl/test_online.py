"""Schema changes while others read and write."""
import threading
from typing import List

from vitest_tidb import MultiConnectionTestHandler, PyState, PyStateContext, PyStateHandler


class WaitsForTransaction(PyStateHandler):
    """A schema change waits for a transaction that has used the table, and only for that."""

    tags = ["ddl"]

    def execute(self, context: PyStateContext) -> str:
        reader, changer = context.connection, self.connect("changer")
        reader.execute_query("CREATE TABLE t (id INT PRIMARY KEY)")
        reader.start_transaction()
        reader.execute_query("SELECT * FROM t")
        change = changer.start("ALTER TABLE t ADD COLUMN v INT")
        change.assert_blocked_by(reader)
        reader.commit()
        assert change.result() == []
        reader.execute_query("INSERT INTO t VALUES (1, 2)")
        self.assert_rows(reader.execute_query("SELECT * FROM t"), [{"id": 1, "v": 2}])
        return PyState.completed()


class AddIndexWhileWriting(MultiConnectionTestHandler):
    """An index that is added while rows come in has all of them."""

    tags = ["ddl"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY, v INT)")
        failures: List[Exception] = []

        def write(writer: int) -> None:
            try:
                for number in range(20):
                    self.connections[writer].execute_query("INSERT INTO t VALUES (%d, %d)" % (writer * 100 + number, number))
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(self.connection_count)]
        for thread in threads:
            thread.start()
        connection.execute_query("ALTER TABLE t ADD INDEX by_v (v)")
        for thread in threads:
            thread.join()
        assert failures == []
        connection.execute_query("ADMIN CHECK INDEX t by_v")
        self.assert_rows(connection.execute_query("SELECT COUNT(*) FROM t USE INDEX (by_v) WHERE v >= 0"), [60])
        return PyState.completed()
