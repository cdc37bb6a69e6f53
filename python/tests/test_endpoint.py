"""Contract: RealPyConnection(connection_info=None, connection_id="default", host=None, …)."""
import os
import unittest
from types import SimpleNamespace
from typing import Any, Optional
from unittest import mock

from vitest_tidb.endpoint import Endpoint, resolve


def resolved(info: Any = None, environment: Optional["dict[str, str]"] = None, **arguments: Any) -> Endpoint:
    names = ("host", "port", "username", "password", "database")
    with mock.patch.dict(os.environ, environment or {}, clear=True):
        return resolve(info, *(arguments.get(name) for name in names))


class EndpointTest(unittest.TestCase):
    def test_host_may_be_name_port_or_v6_port(self) -> None:
        for host, expected in {
            "tidb:4001": ("tidb", 4001),
            "tidb": ("tidb", None),
            "[::1]:4001": ("::1", 4001),
            "[::1]": ("::1", None),
            "::1": ("::1", None),
            "10.0.0.1:4001": ("10.0.0.1", 4001),
        }.items():
            with self.subTest(host=host):
                self.assertEqual(resolved(host=host)[:2], expected)

    def test_a_port_that_is_none_is_refused_by_name(self) -> None:
        refused: "list[dict[str, Any]]" = [{"host": "a:x"}, {"host": "a", "port": 70000}, {"host": "[::1", "port": 1}]
        for arguments in refused:
            with self.subTest(arguments=arguments):
                self.assertRaises(ValueError, lambda: resolved(**arguments))
        with self.assertRaisesRegex(ValueError, "TIDB_PORT: 'many' is no port"):
            resolved(environment={"TIDB_PORT": "many"})

    def test_then_the_environment_whose_host_may_hold_a_port(self) -> None:
        environment = {"TIDB_HOST": "h:4001", "TIDB_USER": "u", "TIDB_PASSWORD": "p", "TIDB_DATABASE": "d"}
        self.assertEqual(resolved(environment=environment), ("h", 4001, "u", "p", "d"))
        environment["TIDB_HOST"] = "h"
        environment["TIDB_PORT"] = "4002"
        self.assertEqual(resolved(environment=environment).port, 4002)

    def test_what_is_given_comes_first(self) -> None:
        environment = {"TIDB_HOST": "h", "TIDB_PORT": "4001", "TIDB_USER": "u", "TIDB_DATABASE": "d"}
        found = resolved({"host": "info", "user": "of-info"}, environment, username="given", port="4003")
        self.assertEqual(found, ("info", 4003, "given", None, "d"))

    def test_connection_info_is_a_mapping_or_has_attributes(self) -> None:
        told = {"host": "h", "port": 4001, "username": "u", "password": "p", "database": "d"}
        self.assertEqual(resolved(told), resolved(SimpleNamespace(**told)))
        self.assertEqual(resolved(told), ("h", 4001, "u", "p", "d"))

    def test_nothing_at_all_is_the_tests_own(self) -> None:
        self.assertEqual(resolved(), (None, None, None, None, None))


if __name__ == "__main__":
    unittest.main()
