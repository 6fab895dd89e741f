"""Documents set on paper: PDF pages, and pictures of charts, made on the server by typst.

What is written goes in as data, never as markup, so no word of anybody is a command. Nothing is
fetched: a document sees its own folder only. It is slow beside a page: pages ask for it
sparingly, long documents are made in jobs.
"""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import gettext as _

from linli.kernel.errors import Refused

#: Families with Chinese letters, the best for print first; `bin/setup` installs the last one.
CHINESE = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Sans CJK SC", "WenQuanYi Micro Hei")
_PICTURE = """
#set page(width: auto, height: auto, margin: 2pt)
#image("chart.svg", width: 15cm)
"""


class NoFont(Refused):
    """This machine has no font with Chinese letters."""

    status = 503
    code = "no_font"


def pdf(
    source: Path, data: Mapping[str, Any], pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """The pages that the typst document `source` makes of `data` (`json("data.json")` there).

    `pictures`: file names as the document calls them, to SVG, PNG or JPEG. Raises NoFont.
    """
    given = {"fonts": fonts(), **data}
    files = {"data.json": json.dumps(given, ensure_ascii=False).encode(), **(pictures or {})}
    return _set(source.read_text(), files, "pdf")


def picture(svg: str) -> bytes:
    """An SVG as PNG, sharp enough for print. Raises NoFont."""
    fonts()
    return _set(_PICTURE, {"chart.svg": svg.encode()}, "png", ppi=200)


@functools.cache
def fonts() -> tuple[str, ...]:
    """The Chinese families that are here. Raises NoFont where there is none: boxes in the place
    of letters are no document."""
    import typst  # large; few requests need it

    here = set(typst.Fonts().families())
    found = tuple(name for name in CHINESE if name in here)
    if not found:
        raise NoFont(_("There is no Chinese font on the server. Install fonts-wqy-microhei."))
    return found


def _set(
    source: str, files: Mapping[str, bytes], form: Literal["pdf", "png"], ppi: int | None = None
) -> bytes:
    import typst

    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        main = Path(folder) / "main.typ"
        main.write_text(source)
        made = typst.compile(str(main), root=folder, format=form, ppi=ppi)
    assert isinstance(made, bytes)
    return made
