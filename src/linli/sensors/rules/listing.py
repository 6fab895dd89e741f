"""What a list of devices says, line by line (CSV), before the database is asked anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _

from linli.kernel.cells import guarded, unguarded
from linli.kernel.errors import BadInput
from linli.sensors.rules.incoming import CODE

MOST_BYTES = 8 << 20
MOST_LINES = 50_000
#: Heading of the file (either language) to what it is called here.
HEADINGS: Mapping[str, str] = {
    "code": "code", "编号": "code", "设备编号": "code",
    "name": "name", "名称": "name", "设备名称": "name",
    "kind": "kind", "类型": "kind", "设备类型": "kind",
    "lon": "lon", "经度": "lon", "lat": "lat", "纬度": "lat",
    "component": "component", "部件标识码": "component",
    "address": "address", "地址": "address",
    "unit": "unit", "权属单位": "unit",
    "sender": "sender", "发送方": "sender",
    "interval_s": "interval_s", "上报间隔": "interval_s",
    "active": "active", "启用": "active",
}  # fmt: skip
NEEDED = ("code", "name", "kind")
COLUMNS = tuple(dict.fromkeys(HEADINGS.values()))
_YES, _NO = {"", "1", "true", "yes", "是"}, {"0", "false", "no", "否"}


class Line(NamedTuple):
    """One line: its number in the file, the cells as they came, values, or what is wrong."""

    number: int
    cells: list[str]
    values: dict[str, str]
    fault: str = ""


def read_list(content: bytes) -> tuple[list[str], Iterator[Line]]:
    """The headings and the lines. Raises BadInput for what is no such list."""
    if len(content) > MOST_BYTES:
        raise BadInput(_("file: at most 8 MB. Cut the list in two."), field="file")
    text = _decoded(content)
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        headings = [one.strip().lstrip("\ufeff") for one in next(rows, [])]
    except csv.Error as error:
        raise BadInput(
            _("file: cannot be read as CSV (%(why)s).") % {"why": str(error)[:80]}, field="file"
        ) from None
    names = [HEADINGS.get(one.lower(), "") for one in headings]
    if missing := [name for name in NEEDED if name not in names]:
        raise BadInput(
            _("file: these columns are missing: %(missing)s. Known are: %(known)s.")
            % {"missing": ", ".join(missing), "known": ", ".join(COLUMNS)},
            field="file",
        )
    if len(set(filter(None, names))) < len(list(filter(None, names))):
        raise BadInput(_("file: a column is there twice."), field="file")
    return headings, _lines(rows, names)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise BadInput(_("file: neither UTF-8 nor GB 18030 text."), field="file")


def _lines(rows: Iterator[list[str]], names: list[str]) -> Iterator[Line]:
    seen: dict[str, int] = {}
    count = 0
    try:
        for cells in rows:
            if not any(one.strip() for one in cells):
                continue
            count += 1
            if count > MOST_LINES:
                raise BadInput(
                    _("file: at most %(most)d devices. Cut the list in two.")
                    % {"most": MOST_LINES},
                    field="file",
                )
            pairs = zip(names, cells, strict=False)
            values = {name: unguarded(cell.strip()) for name, cell in pairs if name}
            number = count + 1
            fault = _fault(values)
            code = values.get("code", "")
            if not fault and code in seen:
                fault = _("code: the same as in line %(line)d.") % {"line": seen[code]}
            seen.setdefault(code, number)
            yield Line(number, cells, values, fault)
    except csv.Error as error:
        raise BadInput(
            _("file: cannot be read as CSV (%(why)s).") % {"why": str(error)[:80]}, field="file"
        ) from None


def _fault(values: dict[str, str]) -> str:
    """What is wrong with the values themselves; "" for nothing."""
    if not CODE.fullmatch(values.get("code", "")):
        return _("code: letters, digits and . _ : - only, at most 60.")
    if not 0 < len(values.get("name", "")) <= 80:
        return _("name: 1 to 80 characters.")
    if len(values.get("address", "")) > 200:
        return _("address: at most 200 characters.")
    if values.get("active", "").lower() not in _YES | _NO:
        return _("active: 1 or 0.")
    every = values.get("interval_s", "")
    if every and not (every.isascii() and every.isdigit() and 1 <= int(every[:9]) <= 604_800):
        return _("interval_s: seconds, 1 to 604800 (a week).")
    if not values.get("component"):
        for name, most in (("lon", 180), ("lat", 90)):
            if not _is_degrees(values.get(name, ""), most):
                return _("%(name)s: degrees such as 121.4812 (WGS84), or give a component.") % {
                    "name": name
                }
    return ""


def _is_degrees(text: str, most: int) -> bool:
    try:
        return len(text) < 30 and "_" not in text and abs(float(text)) <= most
    except ValueError:
        return False


def is_active(text: str) -> bool:
    """Whether the cell says so; an empty one does."""
    return text.lower() in _YES


def written(headings: list[str], faults: list[Line]) -> str:
    """The lines that were not taken, with what is wrong, as CSV to mend and send again."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*headings, "fault"])
    width = len(headings)
    for line in faults:
        cells = [*line.cells[:width], *([""] * (width - len(line.cells)))]
        writer.writerow(
            [
                *(guarded(cell) if not _is_degrees(cell, 10**9) else cell for cell in cells),
                line.fault,
            ]
        )
    return out.getvalue()
