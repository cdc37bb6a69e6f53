"""Contract: a row answers both the column's label and col_<i>."""
import copy
import json
import pickle
import unittest

from vitest_tidb import Row


class RowTest(unittest.TestCase):
    def setUp(self) -> None:
        self.row = Row(["id", "name"], (7, "ann"))

    def test_row_k_get_and_in_take_the_label_and_col_i(self) -> None:
        self.assertEqual((self.row["id"], self.row["col_0"]), (7, 7))
        self.assertEqual((self.row.get("name"), self.row.get("col_1")), ("ann", "ann"))
        self.assertTrue("id" in self.row and "col_1" in self.row)

    def test_items_len_iteration_and_str_show_the_labels_alone(self) -> None:
        self.assertEqual(list(self.row.items()), [("id", 7), ("name", "ann")])
        self.assertEqual((len(self.row), list(self.row)), (2, ["id", "name"]))
        self.assertEqual(str(self.row), "{'id': 7, 'name': 'ann'}")
        self.assertEqual(json.dumps(self.row), '{"id": 7, "name": "ann"}')

    def test_what_no_column_is_called_is_missing(self) -> None:
        for key in ("col_2", "col_", "col_-1", "col_01", "col_x", "nope", 0):
            with self.subTest(key=key):
                self.assertFalse(key in self.row)
                self.assertRaises(KeyError, lambda: self.row[key])  # type: ignore[index]
        self.assertEqual(self.row.get("nope", 3), 3)
        self.assertIsNone(self.row.get("col_9"))

    def test_a_missing_key_names_the_columns(self) -> None:
        with self.assertRaisesRegex(KeyError, "'nope' is no column of this row, which has 'id', 'name'"):
            self.row["nope"]

    def test_a_column_that_is_labelled_col_1_is_meant_by_that_name(self) -> None:
        row = Row(["col_1", "other"], (1, 2))
        self.assertEqual((row["col_1"], row["col_0"]), (1, 1))

    def test_of_two_columns_with_one_label_the_last_is_meant_and_col_i_reaches_both(self) -> None:
        row = Row(["x", "x"], (1, 2))
        self.assertEqual((row["x"], row["col_0"], row["col_1"], len(row)), (2, 1, 2, 1))
        self.assertEqual(row.as_tuple(), (1, 2))

    def test_a_null_is_none_and_there(self) -> None:
        row = Row(["x"], (None,))
        self.assertTrue("x" in row and "col_0" in row)
        self.assertIsNone(row.get("x", 5))
        self.assertIsNone(row.get("col_0", 5))

    def test_it_equals_a_dict_of_its_labels(self) -> None:
        self.assertEqual(self.row, {"id": 7, "name": "ann"})
        self.assertEqual(dict(self.row), {"id": 7, "name": "ann"})

    def test_copies_keep_their_columns(self) -> None:
        for twin in (copy.copy(self.row), copy.deepcopy(self.row), pickle.loads(pickle.dumps(self.row))):
            self.assertEqual((twin["col_1"], twin["name"], len(twin)), ("ann", "ann", 2))


if __name__ == "__main__":
    unittest.main()
