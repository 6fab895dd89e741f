"""Every ready question of analysis, as a page, by what part of the city its reader sees:

    python -m bench.analysis [--tries 5]

In the bench's database (bin/linli bench load), with facts of every case as its row tells them; the
clock stands at the newest report. The page is asked for in this process through everything but the
socket: session, grants, statements, drawing, template.
"""

from __future__ import annotations

from datetime import datetime

from bench._figures import Figure
from bench._pages import measured

MOST = 2.0  # seconds; design §6 names none for analysis, this is what the page promises


def measure(_now: datetime, tries: int) -> list[Figure]:
    """A figure for each question and reader."""
    from django.utils import translation

    from bench import _readers
    from linli.analysis.rules.presets import PRESETS

    found = []
    for whose, name in _readers.READERS.items():
        page = _readers.pages_of(name)
        for label, query in PRESETS:
            with translation.override("en"):
                work = f"{label}, {whose} duty chief"
            took = _readers.of_page(page, f"/analysis/?{query.text()}", tries=tries)
            found.append(took.figure(work, most=MOST))
    return found


if __name__ == "__main__":
    measured(__doc__, measure, "Whole pages in one process, nothing kept between them;")
