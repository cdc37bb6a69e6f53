from vitest_tidb import PyState, PyStateContext, PyStateHandler


class EmailIsUnique(PyStateHandler):
    """An address belongs to one account only."""

    def execute(self, context: PyStateContext) -> str:
        db = context.connection
        db.execute_query("CREATE TABLE account (id INT PRIMARY KEY, email VARCHAR(64) UNIQUE)")
        db.execute_query("INSERT INTO account VALUES (1, 'a@b.c')")
        with self.expect_error(1062):
            db.execute_query("INSERT INTO account VALUES (2, 'a@b.c')")
        self.assert_rows(db.execute_query("SELECT id FROM account"), [{"id": 1}])
        return PyState.completed()


class WriterWaits(PyStateHandler):
    """A second writer waits for the first, and goes on at commit."""

    def execute(self, context: PyStateContext) -> str:
        db = context.connection
        db.execute_query("CREATE TABLE t (id INT PRIMARY KEY, v INT)")
        db.execute_query("INSERT INTO t VALUES (1, 0)")
        alice, bob = self.connect("alice"), self.connect("bob")
        alice.start_transaction()
        alice.execute_query("UPDATE t SET v = 2 WHERE id = 1")
        update = bob.start("UPDATE t SET v = 3 WHERE id = 1")
        assert update.blocked_by() == ["alice"]
        alice.commit()
        update.result()
        self.assert_rows(db.execute_query("SELECT v FROM t"), [{"v": 3}])
        return PyState.completed()
