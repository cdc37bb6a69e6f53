#!/usr/bin/env python3
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "."))
sys.path.append(os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..")))

from src.common.test_rig_python import PyStateHandler, PyStateContext, PyState, RealPyConnection, MultiConnectionTestHandler


class Sleeps(PyStateHandler):  # failed: did not end within
    def execute(self, context):
        while True:
            time.sleep(60)


class AfterSleeping(PyStateHandler):  # passed
    def execute(self, context):
        context.connection.execute_query("SELECT 1")
        return PyState.completed()


class SpinsAndCatches(PyStateHandler):  # failed: did not end within
    def execute(self, context):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass


class WaitsInServer(PyStateHandler):  # failed: did not end within
    def execute(self, context):
        context.connection.execute_query("SELECT SLEEP(600)")
        return PyState.completed()


class AfterAll(PyStateHandler):  # passed
    def execute(self, context):
        context.connection.execute_query("SELECT 1")
        return PyState.completed()
