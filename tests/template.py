"""The empty database of the tests, made once and copied for each process that runs them.

To make it means to go through every migration, which takes one process longer than all the checks;
so `bin/test` lets `python -m tests.template make` do it beside them, and names it in
LINLI_TEST_TEMPLATE. Without that name pytest makes its own databases, as always.
"""

from __future__ import annotations

import os
import sys

import django
from django.db import connection

NAME = os.environ.get("LINLI_TEST_TEMPLATE", "")


def copy() -> None:
    """The test database of this process, as the template is."""
    name = str(connection.settings_dict["TEST"]["NAME"])
    _do('DROP DATABASE IF EXISTS "%s"', name)
    _do('CREATE DATABASE "%s" TEMPLATE "%s"', name, NAME)


def drop(name: str) -> None:
    """Away with a database that nobody uses any more."""
    connection.close()
    _do('DROP DATABASE IF EXISTS "%s"', name)


def make() -> None:
    """The template anew, with every migration."""
    connection.settings_dict["TEST"]["NAME"] = NAME
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)


def _do(sql: str, *names: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql % names)


if __name__ == "__main__":
    django.setup()
    if sys.argv[1:] == ["make"]:
        make()
    else:
        drop(NAME)
