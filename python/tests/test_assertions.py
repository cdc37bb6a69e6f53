"""New for authors: plain assert with a readable failure, assert_rows."""
import ast
import textwrap
import unittest
from typing import Any, Dict

from vitest_tidb import PyConnection, PyStateHandler, Row, _dry_run
from vitest_tidb._assertions import rewrite


def run(source: str, **names: Any) -> Dict[str, Any]:
    tree: Any = rewrite(ast.parse(textwrap.dedent(source)))
    scope: Dict[str, Any] = dict(names)
    exec(compile(tree, "test_x.py", "exec"), scope)
    return scope


def failure(source: str, **names: Any) -> AssertionError:
    try:
        run(source, **names)
    except AssertionError as error:
        return error
    raise RuntimeError("it passed")


class AssertTest(unittest.TestCase):
    def test_a_failure_shows_the_expression_and_its_values(self) -> None:
        error = failure("assert rows[0]['n'] == expected", rows=[{"n": 1}], expected=2)
        self.assertEqual(
            str(error),
            "assert rows[0]['n'] == expected\n"
            "  expected = 2\n"
            "  rows[0]['n'] = 1\n"
            "  rows[0] = {'n': 1}\n"
            "  rows = [{'n': 1}]",
        )

    def test_the_authors_message_stays_what_str_gives(self) -> None:
        error = failure("assert len(rows) == 3, 'three %s' % 'rows'", rows=[1])
        self.assertEqual((str(error), error.args), ("three rows", ("three rows",)))
        told = getattr(error, "vitest_tidb_assertion")
        self.assertEqual(told, "three rows\nassert len(rows) == 3\n  len(rows) = 1\n  rows = [1]")

    def test_an_assertion_that_holds_costs_and_changes_nothing(self) -> None:
        scope = run(
            """
            '''doc'''
            from __future__ import annotations
            seen = []
            def f(x):
                seen.append(x)
                return x
            assert f(1) < f(2) < f(3) and not f(0) or f(9)
            assert [n for n in range(3)] == [0, 1, 2]
            assert (lambda x: x)(1)
            assert f"{seen}" and all(x >= 0 for x in seen)
            class C:
                n = 1
                assert n == 1
            """
        )
        self.assertEqual((scope["seen"], scope["__doc__"]), ([1, 2, 3, 0], "doc"))

    def test_what_is_not_evaluated_is_not_shown(self) -> None:
        self.assertNotIn("missing", str(failure("assert False_ and missing", False_=0)).split("\n", 1)[1])

    def test_the_line_is_that_of_the_assertion(self) -> None:
        error = failure("x = 1\n\nassert (\n    x ==\n    2\n)")
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        self.assertEqual(trace and trace.tb_lineno, 3)

    def test_named_expressions_yields_and_await_are_left_alone(self) -> None:
        self.assertEqual(run("assert (n := 5) == 5\nm = n")["m"], 5)
        scope = run("def g():\n    assert (yield 1) == 2\n    yield 'end'")
        generator = scope["g"]()
        self.assertEqual((next(generator), generator.send(2)), (1, "end"))

    def test_a_value_that_can_not_be_shown_hides_nothing(self) -> None:
        class Shy:
            def __repr__(self) -> str:
                raise OSError("no")

        self.assertIn("<repr() of this Shy raised OSError>", str(failure("assert x is None", x=Shy())))

    def test_long_values_are_cut(self) -> None:
        self.assertLess(len(str(failure("assert x == ''", x="a" * 10_000))), 1_000)


class AssertRowsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.handler = PyStateHandler()
        self.rows = [Row(["id", "name"], (1, "a")), Row(["id", "name"], (2, "b"))]

    def test_rows_are_expected_as_dictionaries_tuples_lists_or_single_values(self) -> None:
        self.handler.assert_rows(self.rows, [{"id": 1, "name": "a"}, {"name": "b", "id": 2}])
        self.handler.assert_rows(self.rows, [(1, "a"), (2, "b")])
        self.handler.assert_rows(self.rows, [[1, "a"], [2, "b"]])
        self.handler.assert_rows([Row(["n"], (5,))], [5])
        self.handler.assert_rows([], [])

    def test_order_counts_unless_it_is_said_that_it_does_not(self) -> None:
        swapped = [(2, "b"), (1, "a")]
        self.assertRaises(AssertionError, self.handler.assert_rows, self.rows, swapped)
        self.handler.assert_rows(self.rows, swapped, ordered=False)
        self.assertRaises(AssertionError, self.handler.assert_rows, self.rows, [(1, "a"), (1, "a")], False)

    def test_a_failure_shows_rows_side_by_side(self) -> None:
        with self.assertRaises(AssertionError) as raised:
            self.handler.assert_rows(self.rows, [(1, "a"), (2, "c"), (3, "d")])
        self.assertEqual(
            str(raised.exception).split("\n"),
            [
                "rows differ: expected 3 rows, got 2 rows (- expected, + actual)",
                "   [0] (1, 'a')",
                " - [1] (2, 'c')",
                " + [1] (2, 'b')",
                " - [2] (3, 'd')",
            ],
        )

    def test_without_order_only_what_differs_is_shown(self) -> None:
        with self.assertRaises(AssertionError) as raised:
            self.handler.assert_rows(self.rows, [(2, "b"), (3, "d")], ordered=False)
        self.assertEqual(str(raised.exception).split("\n")[1:], [" - (3, 'd')", " + (1, 'a')"])

    def test_a_null_is_expected_as_none(self) -> None:
        self.handler.assert_rows([Row(["n"], (None,))], [None])

    def test_rows_of_a_mock_are_not_compared(self) -> None:
        self.handler.assert_rows(PyConnection().execute_query("SELECT 1"), [(2,)])


class ExpectErrorTest(unittest.TestCase):
    def test_it_fails_when_every_statement_succeeds(self) -> None:
        with self.assertRaisesRegex(AssertionError, "expected an error with 1062 or 1105, and every statement succeeded"):
            with PyStateHandler().expect_error(1062, 1105):
                PyConnection().execute_query("SELECT 1")

    def test_other_errors_pass_through(self) -> None:
        with self.assertRaises(KeyError):
            with PyStateHandler().expect_error(1062):
                raise KeyError("x")

    def test_in_a_dry_run_nothing_refuses(self) -> None:
        _dry_run.set_active(True)
        self.addCleanup(_dry_run.set_active, False)
        with PyStateHandler().expect_error(1062) as refused:
            pass
        self.assertIsNone(refused.error)


if __name__ == "__main__":
    unittest.main()
