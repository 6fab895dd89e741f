"""What a process does not use is not in its memory (docs/architecture.md: "Heavy libraries")."""

from __future__ import annotations

import os
import subprocess
import sys

#: Pictures, sheets, documents, GIS files, brokers: a request or a job in a thousand wants them.
RARE = ("PIL", "pillow_heif", "qrcode", "python_calamine", "lxml", "pyogrio", "paho")
#: The event stream answers no address of the API and opens no sealed field.
NOT_OF_EVENTS = (*RARE, "cryptography", "ninja", "pydantic", "fido2")

LOAD = """
import sys
import linli.config.events
from django.urls import get_resolver
get_resolver()._populate()
print(*sys.modules)
import linli.config.urls
print(*sys.modules)
"""


def test_a_process_holds_no_library_that_it_does_not_use() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOAD], capture_output=True, text=True, check=True, env=os.environ
    )
    events, web = (set(line.split()) for line in done.stdout.splitlines())
    assert "linli.cockpit.board" in events  # what it does draw is there
    assert "linli.api.views.assembly" in web
    assert not events & set(NOT_OF_EVENTS), "import it where it is used, inside the function"
    assert "linli.cases.tasks" not in events  # it queues nothing and does no job
    assert not web & set(RARE), "import it where it is used, inside the function"
