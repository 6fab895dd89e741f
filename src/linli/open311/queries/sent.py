"""What came by Open311, found again by token, by key, by what was said."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from linli.cases.models import Case, CaseEvent
from linli.kernel.errors import NotFound
from linli.kernel.seal import keys
from linli.open311.models import Submission
from linli.open311.policy import Reader
from linli.open311.queries.jurisdictions import Served
from linli.open311.queries.requests import Seen, number_told, requests_for
from linli.open311.queries.rows import stories_of
from linli.open311.rules.asking import Asked
from linli.open311.rules.kinds import Answering
from linli.open311.rules.tokens import parsed_token


def number_of_token(served: Served, token: str) -> str | None:
    """The number that a token stands for, None while it may not be told. Two queries.

    Raises NotFound for what is no token of ours (T2).
    """
    found = parsed_token(keys().blind, token)
    row = None
    if found is not None:
        row = (
            Submission.objects.filter(case_id=found[0], number=found[1], jurisdiction=served.code)
            .exclude(answering=Answering.BLACKBOX)
            .first()
        )
    if row is None:
        raise NotFound(
            _("There is no token %(token)s here.") % {"token": token[:60]}, field="token"
        )
    return number_told(row, Case.objects.get(pk=row.case_id))


def updates_for(
    reader: Reader, served: Served, asked: Asked, *, now: datetime
) -> list[tuple[Seen, CaseEvent]]:
    """What happened between two moments to requests the reader may see, oldest first: moves that
    a reporter is told of. As many queries as for a list, and one more."""
    seen = requests_for(reader, served, asked, now=now)
    stories = stories_of(one.root for one in seen)
    after, before = asked.updated_after, asked.updated_before
    found = [
        (one, event)
        for one in seen
        for event in stories[one.root.pk]
        if event.move not in ("report", "add_report")
        and (after is None or event.at >= after)
        and (before is None or event.at <= before)
    ]
    return sorted(found, key=lambda pair: (pair[1].at, pair[1].case_id, pair[1].number))
