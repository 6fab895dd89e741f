"""Files and the sheet of a case."""

from __future__ import annotations

from typing import Literal

from linli.api.forms.base import Out
from linli.api.forms.names import EventName


class FileOut(Out):
    number: int
    kind: str
    mime: str
    name: str
    size: int
    purpose: str
    event: int
    report: int | None
    added_at: str
    url: str


class Files(Out):
    files: list[FileOut]


class LabelOut(Out):
    label: str
    words: str


class StepOut(Out):
    """One of the seven steps."""

    label: str
    state: Literal["done", "now", "todo", "skipped"]
    who: str
    at: str | None
    note: str


class PhotoOut(Out):
    """A photo of the sheet, by the number of its file."""

    file: int
    at: str | None
    url: str


class RecordOut(Out):
    """An event as it reads on the sheet."""

    event: int
    move: EventName
    label: str
    at: str
    who: str
    post: str
    words: str
    details: list[LabelOut]


class SheetOut(Out):
    """案卷单: the facts in order, up to three photos before and after, the whole record."""

    number: str
    made_at: str
    steps: list[StepOut]
    facts: list[LabelOut]
    before: list[PhotoOut]
    after: list[PhotoOut]
    record: list[RecordOut]
    document: str


class UploadOut(Out):
    """A file that waits, at most a day, to be named in `files` of a report or a move."""

    id: str
    kind: str
    name: str
    size: int
