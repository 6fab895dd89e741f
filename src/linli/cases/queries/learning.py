"""What closed cases teach: their words, and how they ended. For the learner; no person reads it."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import OuterRef, Subquery

from linli.cases.models import Case, ReportContact
from linli.cases.rules.stages import Stage


class Lesson(NamedTuple):
    """A closed case as an example. `source`: whose words they are, as a key that names nobody.

    `region_id`: the street, or the district where there is none.
    """

    source: str
    text: str
    class_id: int
    unit_id: int | None
    region_id: int | None


def lessons(*, most: int) -> list[Lesson]:
    """The cases closed last whose class was confirmed by a check or a solution, newest first.

    Only its words and where it led: no name, number or address. One query.
    """
    teller = ReportContact.objects.filter(case_id=OuterRef("pk"), number=1).values("phone_index")
    rows = (
        Case.objects.filter(stage__in=(Stage.CLOSED, Stage.EVALUATED), case_class__isnull=False)
        .exclude(description="")
        .order_by("-reported_at", "-id")
        .annotate(teller=Subquery(teller[:1]))
        .values_list(
            "pk", "description", "case_class_id", "lead_unit_id", "street_id", "district_id",
            "tracker_id", "teller",
        )[:most]
    )  # fmt: skip
    found = []
    for pk, text, class_id, unit_id, street_id, district_id, tracker_id, teller_key in rows:
        if teller_key is not None:
            source = bytes(teller_key).hex()
        else:
            source = f"p{tracker_id}" if tracker_id is not None else f"c{pk}"
        found.append(Lesson(source, text, class_id, unit_id, street_id or district_id))
    return found
