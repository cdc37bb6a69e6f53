"""The states that a handler returns."""
from __future__ import annotations


class PyState:
    """States by name. Each is a plain ``str``, so that they are compared with ``==``."""

    @staticmethod
    def initial() -> str:
        return "Initial"

    @staticmethod
    def parsing_config() -> str:
        return "ParsingConfig"

    @staticmethod
    def connecting() -> str:
        return "Connecting"

    @staticmethod
    def testing_connection() -> str:
        return "TestingConnection"

    @staticmethod
    def verifying_database() -> str:
        return "VerifyingDatabase"

    @staticmethod
    def getting_version() -> str:
        return "GettingVersion"

    @staticmethod
    def checking_import_jobs() -> str:
        return "CheckingImportJobs"

    @staticmethod
    def showing_import_job_details() -> str:
        return "ShowingImportJobDetails"

    @staticmethod
    def testing_isolation() -> str:
        return "TestingIsolation"

    @staticmethod
    def completed() -> str:
        """The one state with which ``execute`` tells of success."""
        return "Completed"

    @staticmethod
    def error(message: str) -> str:
        """A state that fails the test, with a message for whoever reads the report."""
        return "Error: %s" % message
