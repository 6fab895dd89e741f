"""A carrier of letters for the worker under test: it can dawdle, and it notes what it carried."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class Backend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """With a file `dawdle` in the folder it says that it has begun, and goes no further."""
        folder = Path(os.environ["LINLI_TEST_LETTERS"])
        if (folder / "dawdle").exists():
            (folder / "begun").touch()
            time.sleep(60)
        with (folder / "carried").open("a") as carried:
            carried.writelines(f"{message.subject}\n" for message in email_messages)
        return len(email_messages)
