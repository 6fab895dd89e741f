"""Hot rows without the ORM's compiler: prepared reads, and many writes as one statement (ADR 0009).

The ORM makes the SQL of a query anew each time and sends it as text that PostgreSQL parses and
plans anew. Where people wait for a write, rows are read and written here: the SQL is made once of
the model, and prepared once on a connection. Everything else stays with the ORM.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from threading import local
from typing import Any, Literal, TypeVar

import psycopg
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, Model
from psycopg.types.numeric import Int8

from linli.kernel.seal import SealedTextField

M = TypeVar("M", bound=Model)
_Part = tuple[type[Model], Literal["insert", "change", "remove"], tuple[str, ...]]


def ask(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a prepared statement; `sql` is fixed text, a list is handed over by `array`."""
    with _cursor() as cursor:
        cursor.execute(sql, [Int8(p) if type(p) is int else p for p in parameters])
        return cursor.fetchall() if cursor.description else []


def array(ids: Iterable[object]) -> str:
    """Ids (numbers, UUIDs) or codes without commas as one parameter, for `%s::bigint[]`."""
    return "{" + ",".join(map(str, ids)) + "}"


def read(model: type[M], where: str, parameters: Sequence[object]) -> list[M]:
    """The rows of `model` for which `where` holds, whole; `where` is fixed text, a lock may follow.

    One query.
    """
    return _made(model, ask(f"{_select(model)} WHERE {where}", parameters))


def take(model: type[M], where: str, parameters: Sequence[object]) -> list[M]:
    """Delete the rows for which `where` holds and return them: of two who take, one gets them."""
    table = connection.ops.quote_name(model._meta.db_table)
    columns = _reading(model)[0]
    return _made(model, ask(f"DELETE FROM {table} WHERE {where} RETURNING {columns}", parameters))


class Batch:
    """Rows to insert, to change and to remove, and notifications: written as one statement.

    What a row holds is read when it is written. A row is inserted or changed once a batch: a change
    of a row that the batch inserts is part of the insert.
    """

    def __init__(self) -> None:
        self._new: dict[type[Model], list[Model]] = {}
        self._changed: dict[int, tuple[Model, set[str]]] = {}
        self._gone: dict[type[Model], list[Model]] = {}
        self._derived: list[tuple[str, object, Callable[[], None]]] = []
        self.notices: list[tuple[str, str]] = []

    def insert(self, *rows: Model) -> None:
        """New rows, with their keys; a key that is None is left to the database."""
        for row in rows:
            self._new.setdefault(type(row), []).append(row)

    def change(self, row: Model, fields: Iterable[str]) -> None:
        """`fields` (attribute names, `unit_id`) of a row that is there."""
        if not any(row is one for one in self._new.get(type(row), ())):
            self._changed.setdefault(id(row), (row, set()))[1].update(fields)

    def remove(self, *rows: Model) -> None:
        """Rows that are there, or not any more, by their keys alone."""
        for row in rows:
            self._gone.setdefault(type(row), []).append(row)

    def derive(self, sql: str, values: object, then: Callable[[], None]) -> None:
        """Rows that the database makes of what is there: `sql` is fixed text, an INSERT … SELECT
        with one %s for `values` as JSON. `then` is called if it made any."""
        self._derived.append((sql, values, then))

    def notify(self, channel: str, payload: str) -> None:
        """Send `payload` (< 8,000 bytes) when the transaction commits."""
        self.notices.append((channel, payload))

    def write(self) -> None:
        """Write everything, in one statement; the batch is empty afterwards.

        Raises what the database raises (IntegrityError); then nothing of it is written.
        """
        shape: list[_Part] = []
        given: list[str] = []
        for model, rows in self._new.items():
            keyed = rows[0].pk is not None
            fields = tuple(f.attname for f in _fields(model) if keyed or not f.primary_key)
            shape.append((model, "insert", fields))
            given.append(_text([_plain(row, fields) for row in rows]))
        for row, changed in self._changed.values():
            names = tuple(f.attname for f in _fields(type(row)) if f.attname in changed)
            if names:
                shape.append((type(row), "change", names))
                given.append(_text(_plain(row, (*_key(type(row)), *names))))
        for model, rows in self._gone.items():
            shape.append((model, "remove", ()))
            given.append(_text([_plain(row, _key(model)) for row in rows]))
        given += [_text(values) for _sql, values, _then in self._derived]
        if not given and not self.notices:
            return
        given.append(_text(self.notices))
        made = ask(_writing(tuple(shape), tuple(part[0] for part in self._derived)), given)[0]
        for (_sql, _values, then), count in zip(self._derived, made, strict=False):
            if count:
                then()
        for rows in self._new.values():
            for row in rows:
                row._state.adding, row._state.db = False, connection.alias
        self.__init__()  # type: ignore[misc]  # empty again


class _Prepared(psycopg.Cursor[tuple[Any, ...]]):
    """A cursor that binds on the server and remembers what it sent, for the log of statements."""

    def _convert_query(self, *given: Any, **named: Any) -> Any:
        self._query = super()._convert_query(*given, **named)
        return self._query


def _cursor() -> CursorWrapper:
    """Like `connection.cursor()`, but values are bound by the server, so statements are kept."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    bare = _Prepared(connection.connection)
    django: Any = connection  # what it does with every cursor is private
    wrapped: CursorWrapper = django._prepare_cursor(bare)
    return wrapped


# -- SQL, made once of the models ----------------------------------------------------------------
@cache
def _fields(model: type[Model]) -> tuple[Field[Any, Any], ...]:
    return tuple(model._meta.concrete_fields)


@cache
def _key(model: type[Model]) -> tuple[str, ...]:
    """The attributes of the primary key."""
    return tuple(f.attname for f in model._meta.pk_fields)


@cache
def _reading(model: type[Model]) -> tuple[str, tuple[str, ...]]:
    """The columns as the ORM selects them, and their attributes."""
    compiler = model._default_manager.all().query.get_compiler(connection.alias)
    parts = []
    for field in _fields(model):
        column = field.get_col(model._meta.db_table)
        sql, given = compiler.compile(column)
        parts.append(column.select_format(compiler, sql, given)[0])
    return ", ".join(parts), tuple(field.attname for field in _fields(model))


_of_thread = local()  # the reader of geometry is not to be shared by threads, nor what holds it


def _converters(model: type[Model]) -> tuple[Any, ...]:
    """What makes values of some columns: place, functions, column; made once in each thread."""
    kept: dict[type[Model], tuple[Any, ...]] = _of_thread.__dict__.setdefault("converters", {})
    if model not in kept:
        compiler = model._default_manager.all().query.get_compiler(connection.alias)
        columns = [field.get_col(model._meta.db_table) for field in _fields(model)]
        made = compiler.get_converters(columns)
        kept[model] = tuple((place, how, column) for place, (how, column) in made.items())
    return kept[model]


@cache
def _select(model: type[Model]) -> str:
    return f"SELECT {_reading(model)[0]} FROM {connection.ops.quote_name(model._meta.db_table)}"


def _made(model: type[M], rows: list[tuple[Any, ...]]) -> list[M]:
    names, converters = _reading(model)[1], _converters(model)
    found = []
    for row in rows:
        values = list(row)
        for place, made, column in converters:
            for convert in made:
                values[place] = convert(values[place], column, connection)
        found.append(model.from_db(connection.alias, names, values))
    return found


@cache
def _writing(shape: tuple[_Part, ...], derived: tuple[str, ...]) -> str:
    """The statement; it answers one row at least, that begins with how many were derived."""
    quote = connection.ops.quote_name
    parts = []
    for number, (model, kind, names) in enumerate(shape):
        table = quote(model._meta.db_table)
        columns = [quote(_column(model, name)) for name in names]
        keys = [quote(_column(model, name)) for name in _key(model)]
        same = " AND ".join(f"old.{key} = new.{key}" for key in keys)
        if kind == "insert":
            listed = ", ".join(columns)
            sql = (
                f"INSERT INTO {table} ({listed}) SELECT {listed}"
                f" FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)"
            )
        elif kind == "remove":
            sql = (
                f"DELETE FROM {table} AS old"
                f" USING jsonb_populate_recordset(NULL::{table}, %s::jsonb) AS new WHERE {same}"
            )
        else:
            changes = ", ".join(f"{column} = new.{column}" for column in columns)
            sql = (
                f"UPDATE {table} AS old SET {changes}"
                f" FROM jsonb_populate_record(NULL::{table}, %s::jsonb) AS new WHERE {same}"
            )
        parts.append(f"part{number} AS ({sql})")
    parts += [f"derived{number} AS ({sql} RETURNING 1)" for number, sql in enumerate(derived)]
    opening = f"WITH {', '.join(parts)} " if parts else ""
    counts = [f"(SELECT count(*) FROM derived{number})" for number in range(len(derived))]
    said = "CASE WHEN n IS NOT NULL THEN pg_notify(n->>0, n->>1) END"
    return (
        f"{opening}SELECT {', '.join([*counts, said])} FROM (SELECT) AS one"
        " LEFT JOIN jsonb_array_elements(%s::jsonb) AS n ON true"
    )


@cache
def _column(model: type[Model], name: str) -> str:
    return str(next(f.column for f in _fields(model) if f.attname == name))


# -- values as JSON, which PostgreSQL reads into the types of the columns ------------------------
def _plain(row: Model, names: tuple[str, ...]) -> dict[str, object]:
    values = {_column(type(row), name): getattr(row, name) for name in names}
    for column, field in _sealed(type(row)).items():
        if column in values:
            values[column] = field.get_db_prep_value(values[column], connection)
    return values


@cache
def _sealed(model: type[Model]) -> dict[str, SealedTextField]:
    return {str(f.column): f for f in _fields(model) if isinstance(f, SealedTextField)}


def _text(values: object) -> str:
    return json.dumps(values, ensure_ascii=False, allow_nan=False, default=_one)


def _one(value: Any) -> str:
    """A value JSON has no form for, as PostgreSQL reads it."""
    if isinstance(value, GEOSGeometry):
        return str(value.hexewkb.decode())
    if isinstance(value, psycopg.Binary):
        value = value.obj
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
