"""Operations of migrations: indexes of large tables, built while rows are written."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddIndex, RunPython


class AddIndexBeside(AddIndexConcurrently):
    """`AddIndexConcurrently` that within a transaction, which cannot have it, is a plain AddIndex.

    Its migration has `atomic = False`; only those who wrap it themselves wait for writers.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        plain = schema_editor.connection.in_atomic_block
        run = AddIndex.database_forwards if plain else AddIndexConcurrently.database_forwards
        run(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        plain = schema_editor.connection.in_atomic_block
        run = AddIndex.database_backwards if plain else AddIndexConcurrently.database_backwards
        run(self, app_label, schema_editor, from_state, to_state)


def index_beside(name: str, on: str) -> RunPython:
    """The same for an index that Django cannot say: `on` is what follows ON in CREATE INDEX."""

    def word(schema_editor: BaseDatabaseSchemaEditor) -> str:
        return "" if schema_editor.connection.in_atomic_block else "CONCURRENTLY"

    def make(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        schema_editor.execute(
            f"CREATE INDEX {word(schema_editor)} IF NOT EXISTS {name} ON {on}", None
        )

    def drop(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        schema_editor.execute(f"DROP INDEX {word(schema_editor)} IF EXISTS {name}", None)

    return RunPython(make, drop)
