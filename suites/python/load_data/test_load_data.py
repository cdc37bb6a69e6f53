"""LOAD DATA LOCAL INFILE."""
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Optional

from vitest_tidb import PyState, PyStateContext, PyStateHandler, parametrize


class FromFile(PyStateHandler):
    """For those below: a folder for their files, which is gone afterwards."""

    folder: Optional["tempfile.TemporaryDirectory[str]"] = None

    def enter(self, context: PyStateContext) -> str:
        self.folder = tempfile.TemporaryDirectory()
        context.connection.execute_query(
            "CREATE TABLE orders (id INT PRIMARY KEY, customer VARCHAR(40), amount DECIMAL(8,2), ordered DATE)"
        )
        return PyState.connecting()

    def exit(self, context: PyStateContext) -> None:
        if self.folder is not None:
            self.folder.cleanup()

    def file(self, text: str) -> str:
        assert self.folder is not None
        path = Path(self.folder.name, "orders.csv")
        path.write_text(text, encoding="utf-8")
        return str(path)

    def execute(self, context: PyStateContext) -> str:
        """An empty file is no row."""
        context.connection.execute_query("LOAD DATA LOCAL INFILE '%s' INTO TABLE orders" % self.file(""))
        assert context.connection.execute_query("SELECT * FROM orders") == []
        return PyState.completed()


class Csv(FromFile):
    """Values of every column arrive as what they are, quoted ones and missing ones too."""

    tags = ["import"]

    def execute(self, context: PyStateContext) -> str:
        path = self.file('id,customer,amount,ordered\n1,"Ångström, Anders",12.50,2024-02-29\n2,\\N,0.01,\\N\n')
        context.connection.execute_query(
            "LOAD DATA LOCAL INFILE '%s' INTO TABLE orders FIELDS TERMINATED BY ',' ENCLOSED BY '\"' IGNORE 1 LINES" % path
        )
        self.assert_rows(
            context.connection.execute_query("SELECT * FROM orders ORDER BY id"),
            [
                {"id": 1, "customer": "Ångström, Anders", "amount": Decimal("12.50"), "ordered": date(2024, 2, 29)},
                {"id": 2, "customer": None, "amount": Decimal("0.01"), "ordered": None},
            ],
        )
        return PyState.completed()


@parametrize("mode, customer", [("REPLACE", "new"), ("IGNORE", "old")])
class Duplicates(FromFile):
    """A row with a key that is there takes the old one's place, or is left out."""

    tags = ["import"]
    mode: str
    customer: str

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("INSERT INTO orders VALUES (1, 'old', 1, NULL)")
        path = self.file("1\tnew\t2\t2024-01-01\n2\tother\t3\t2024-01-02\n")
        connection.execute_query("LOAD DATA LOCAL INFILE '%s' %s INTO TABLE orders" % (path, self.mode))
        self.assert_rows(
            connection.execute_query("SELECT id, customer FROM orders ORDER BY id"),
            [(1, self.customer), (2, "other")],
        )
        return PyState.completed()


class Computed(FromFile):
    """Columns may be left out, and computed from what was read."""

    tags = ["import"]

    def execute(self, context: PyStateContext) -> str:
        path = self.file("1;anna;100\n2;bob;250\n")
        context.connection.execute_query(
            "LOAD DATA LOCAL INFILE '%s' INTO TABLE orders FIELDS TERMINATED BY ';'"
            " (id, @name, @cents) SET customer = UPPER(@name), amount = @cents / 100" % path
        )
        self.assert_rows(
            context.connection.execute_query("SELECT * FROM orders ORDER BY id"),
            [(1, "ANNA", Decimal("1.00"), None), (2, "BOB", Decimal("2.50"), None)],
        )
        return PyState.completed()


class ManyLines(FromFile):
    """Twenty thousand lines are twenty thousand rows."""

    tags = ["import", "scale"]

    def execute(self, context: PyStateContext) -> str:
        path = self.file("".join("%d\tcustomer %d\t%d.25\t2024-01-01\n" % (n, n, n) for n in range(20_000)))
        context.connection.execute_query("LOAD DATA LOCAL INFILE '%s' INTO TABLE orders" % path)
        self.assert_rows(
            context.connection.execute_query("SELECT COUNT(*) AS n, MAX(id) AS last, SUM(amount) AS total FROM orders"),
            [(20_000, 19_999, Decimal("199995000.00"))],
        )
        return PyState.completed()


class MissingFile(FromFile):
    """A file that is not there is an error that names it, and the connection stays usable."""

    tags = ["import"]

    def execute(self, context: PyStateContext) -> str:
        with self.expect_error() as refused:
            context.connection.execute_query("LOAD DATA LOCAL INFILE '/nowhere/orders.csv' INTO TABLE orders")
        assert refused.error is not None and "/nowhere/orders.csv" in str(refused.error)
        assert context.connection.execute_query("SELECT * FROM orders") == []
        return PyState.completed()
