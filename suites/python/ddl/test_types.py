"""Values of every type on their way through a table."""
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from vitest_tidb import PyState, PyStateContext, PyStateHandler, parametrize


@parametrize(
    "column, literal, value",
    [
        ("BIGINT", "-9223372036854775808", -9223372036854775808),
        ("BIGINT UNSIGNED", "18446744073709551615", 18446744073709551615),
        ("DOUBLE", "1.5e300", 1.5e300),
        ("DECIMAL(30,10)", "12345678901234567890.0123456789", Decimal("12345678901234567890.0123456789")),
        ("DATETIME(6)", "'2024-02-29 23:59:59.123456'", datetime(2024, 2, 29, 23, 59, 59, 123456)),
        ("DATE", "'2024-02-29'", date(2024, 2, 29)),
        ("TIME(3)", "'-838:59:58.500'", timedelta(hours=-838, minutes=-59, seconds=-58, milliseconds=-500)),
        ("VARCHAR(20)", "'naïve \U0001f418 \\'q\\''", "naïve \U0001f418 'q'"),
        ("VARBINARY(8)", "x'00ff80'", b"\x00\xff\x80"),
        ("BIT(12)", "b'101'", 5),
        ("ENUM('a','b')", "'b'", "b"),
        ("YEAR", "2024", 2024),
        ("INT", "NULL", None),
    ],
)
class RoundTrip(PyStateHandler):
    """What was written is read, with its type."""

    tags = ["ddl"]
    column: str
    literal: str
    value: Any

    def execute(self, context: PyStateContext) -> str:
        context.connection.execute_query("CREATE TABLE t (v %s)" % self.column)
        context.connection.execute_query("INSERT INTO t VALUES (%s)" % self.literal)
        (row,) = context.connection.execute_query("SELECT v FROM t")
        assert row["v"] == self.value and type(row["v"]) is type(self.value)
        return PyState.completed()
