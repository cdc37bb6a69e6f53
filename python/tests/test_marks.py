"""New for authors: parameters, skip with reason, expected failure."""
import unittest
from typing import Any

from vitest_tidb import PyStateHandler, expected_failure, parametrize, skip, skip_if
from vitest_tidb._host.extras import expected_failure as reason_to_fail
from vitest_tidb._host.extras import is_skip, skip_reason
from vitest_tidb.marks import cases_of


class ParametersTest(unittest.TestCase):
    def test_one_test_for_each_value_named_by_it(self) -> None:
        @parametrize("level", ["RC", "RR"])
        class Levels(PyStateHandler):
            level: str

        cases: Any = cases_of("Levels", Levels)
        self.assertEqual({name: case().level for name, case in cases.items()}, {"Levels[RC]": "RC", "Levels[RR]": "RR"})

    def test_several_names_and_several_decorators(self) -> None:
        @parametrize("a, b", [(1, "x"), (2, "y")])
        @parametrize("c", [True, None])
        class Both(PyStateHandler):
            pass

        cases: Any = cases_of("Both", Both)
        self.assertEqual(len(cases), 4)
        self.assertEqual({(case.a, case.b, case.c) for case in cases.values()}, {(1, "x", True), (1, "x", None), (2, "y", True), (2, "y", None)})

    def test_names_are_never_the_same(self) -> None:
        @parametrize("v", [1, 1, object(), object()])
        class Same(PyStateHandler):
            pass

        self.assertEqual(len(cases_of("Same", Same)), 4)

    def test_a_tuple_that_does_not_fit_is_refused(self) -> None:
        self.assertRaisesRegex(ValueError, r"\(1,\) has 1 values for 2 names", parametrize, "a, b", [(1,)])
        self.assertRaises(ValueError, parametrize, "a", [])

    def test_without_parameters_a_handler_is_itself(self) -> None:
        self.assertEqual(cases_of("PyStateHandler", PyStateHandler), {"PyStateHandler": PyStateHandler})


class SkipTest(unittest.TestCase):
    def test_skip_with_reason(self) -> None:
        @skip("not yet")
        class Later(PyStateHandler):
            pass

        @skip_if(False, "never")
        class Now(PyStateHandler):
            pass

        self.assertEqual((skip_reason(Later), skip_reason(Now)), ("not yet", None))

    def test_a_handler_may_find_out_that_there_is_nothing_to_test(self) -> None:
        with self.assertRaises(BaseException) as raised:
            PyStateHandler().skip("no TiFlash")
        self.assertTrue(is_skip(raised.exception))
        self.assertEqual(str(raised.exception), "no TiFlash")

    def test_expected_failure(self) -> None:
        @expected_failure("issue 1")
        class Known(PyStateHandler):
            pass

        self.assertEqual((reason_to_fail(Known), reason_to_fail(PyStateHandler)), ("issue 1", None))


if __name__ == "__main__":
    unittest.main()
