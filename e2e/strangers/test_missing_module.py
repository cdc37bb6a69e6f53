#!/usr/bin/env python3
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "."))
sys.path.append(os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..")))

from src.common.test_rig_python import PyStateHandler, PyStateContext, PyState, RealPyConnection, MultiConnectionTestHandler

import mysql_driver_that_nobody_has


class NeverRuns(PyStateHandler):  # failed: mysql_driver_that_nobody_has
    def execute(self, context):
        return PyState.completed()
