"""The name under which suites of the earlier framework import what ``vitest_tidb`` has."""
from vitest_tidb import *
from vitest_tidb import __all__ as __all__
