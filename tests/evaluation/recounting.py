"""Counting by somebody else: plain SQL over cases and their events, by the city's calendar, and
reading what pages and files show."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import lxml.html
from django.db import connection
from python_calamine import CalamineWorkbook

#: Which event a count is of; what was taken back later does not occur in these tests.
MOVES = {"reported": "report", "filed": "file", "handled": "report_back", "closed": "close"}
#: What rows are told apart by, in the tables of cases alone.
KEYS = {
    "district": "c.district_id", "street": "c.street_id", "community": "c.community_id",
    "grid": "c.grid_id", "class": "c.case_class_id", "channel": "c.channel",
    "unit": "c.lead_unit_id", "chief": "e.post_id",
}  # fmt: skip


def recounted(count: str, by: str, first: date, last: date) -> dict[Any, int]:
    """How often it happened on local days, by key."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {KEYS[by]}, count(*) FROM cases_case c JOIN cases_caseevent e"
            " ON e.case_id = c.id AND e.move = %s"
            " WHERE (e.at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN %s AND %s GROUP BY 1",
            [MOVES[count], first, last],
        )
        return dict(cursor.fetchall())


@dataclass(frozen=True)
class Table:
    """What a table shows: heads, then the texts of each row, the sum last."""

    heads: list[str]
    rows: dict[str, dict[str, str]]


def on_page(html: bytes) -> Iterator[Table]:
    """The tables of figures on a page, each cell without what is expected beside it."""
    for table in lxml.html.fromstring(html.decode()).xpath("//table[contains(@class, 'figures')]"):
        for small in table.xpath(".//small | .//span[@class='points']"):
            small.drop_tree()
        heads = [one.text_content() for one in table.xpath("./thead/tr/th")]
        lines = [
            [cell.text_content().strip() for cell in row.xpath("./th | ./td")]
            for row in table.xpath("./tbody/tr | ./tfoot/tr")
        ]
        yield Table(heads, {one[0]: dict(zip(heads[1:], one[1:], strict=True)) for one in lines})


def in_csv(content: bytes) -> Table:
    heads, *lines = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    return Table(heads, {one[0]: dict(zip(heads[1:], one[1:], strict=True)) for one in lines})


def in_workbook(content: bytes) -> Table:
    """Numbers as texts: whole ones without a point."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    heads, *lines = sheet.to_python(skip_empty_area=False)
    names = [str(one) for one in heads]
    return Table(
        names,
        {
            str(one[0]): {
                name: f"{cell:.10g}" if isinstance(cell, float) else str(cell)
                for name, cell in zip(names[1:], one[1:], strict=True)
            }
            for one in lines
        },
    )
