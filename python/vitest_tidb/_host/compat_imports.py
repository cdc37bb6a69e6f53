"""Answers imports of the names under which earlier suites know this package, whatever lies beside them."""
from __future__ import annotations

import importlib.util
import os
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Iterator, List, Optional, Sequence

#: Where this package lies.
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

_FILES = {
    "test_rig_python": os.path.join(ROOT, "test_rig_python", "__init__.py"),
    "src.common.test_rig_python": os.path.join(ROOT, "src", "common", "test_rig_python.py"),
}
_PACKAGES = ("src", "src.common")


class _EveryFolder(List[str]):
    """The folders of a package: on each entry of ``sys.path`` that has one, now and later."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._parts = name.split(".")

    def __iter__(self) -> Iterator[str]:
        for entry in [ROOT, *sys.path]:
            folder = os.path.join(entry or os.getcwd(), *self._parts)
            if os.path.isdir(folder):
                yield folder

    def __len__(self) -> int:
        return sum(1 for _ in self)


class CompatFinder(MetaPathFinder):
    """Comes before all others: a suite puts folders in front of ``sys.path`` that hold a module of the same name."""

    def find_spec(
        self, fullname: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None
    ) -> Optional[ModuleSpec]:
        if fullname in _FILES:
            return importlib.util.spec_from_file_location(fullname, _FILES[fullname])
        if fullname in _PACKAGES:
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = _EveryFolder(fullname)
            return spec
        return None


def install() -> None:
    sys.meta_path.insert(0, CompatFinder())
