#!/usr/bin/env python3
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "."))
sys.path.append(os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..")))

from src.common.test_rig_python import PyStateHandler, PyStateContext, PyState, RealPyConnection, MultiConnectionTestHandler

import ctypes
import subprocess


class Exits(PyStateHandler):  # failed: exit code 3
    def execute(self, context):
        os._exit(3)


class AfterExits(PyStateHandler):  # passed
    def execute(self, context):
        context.connection.execute_query("CREATE TABLE again (id INT)")
        return PyState.completed()


class SysExit(PyStateHandler):  # failed: SystemExit
    def execute(self, context):
        sys.exit(1)


class Segfault(PyStateHandler):  # failed: SIGSEGV
    def execute(self, context):
        ctypes.string_at(0)


class Recursion(PyStateHandler):  # failed: RecursionError
    def execute(self, context):
        return self.execute(context)


class Prompts(PyStateHandler):  # passed
    def execute(self, context):
        child = subprocess.run(["python", "-c", "input('password: ')"], capture_output=True, text=True)
        return PyState.completed() if "EOFError" in child.stderr else PyState.error(child.stderr)


class PromptsItself(PyStateHandler):  # failed: EOFError
    def execute(self, context):
        input("press return ")


class ClosesDescriptors(PyStateHandler):  # passed
    def execute(self, context):
        os.close(0)
        os.close(1)
        context.connection.execute_query("SELECT 1")
        return PyState.completed()


class AfterClosing(PyStateHandler):  # passed
    def execute(self, context):
        print("hello again")
        context.connection.execute_query("SELECT 1")
        return PyState.completed()


class LeavesChild(PyStateHandler):  # passed
    def execute(self, context):
        subprocess.Popen(["sleep", "3600"])
        context.connection.execute_query("SELECT 1")
        return PyState.completed()


class PrintsProtocol(PyStateHandler):  # passed
    def execute(self, context):
        print("Content-Length: 10\r\n\r\n{\"id\": 1}", flush=True)
        os.system("echo Content-Length: 99")
        context.connection.execute_query("SELECT 1")
        return PyState.completed()
