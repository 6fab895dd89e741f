"""Jobs of bulletins."""

from __future__ import annotations

from django.utils import timezone

from linli.bulletins.services import making
from linli.kernel.jobs import PATIENT, app


@app.task(name="bulletins.make", queue="reports", retry=PATIENT)
def make(made_id: int) -> None:
    """Word and PDF of a bulletin. Safe to run twice."""
    making.make(made_id=made_id, now=timezone.now())
