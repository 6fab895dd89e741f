"""A city with everybody a card needs, and a case whose unit is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from linli.cards.models import Card, CardRule
from linli.cards.services.proposing import propose_cards
from linli.cases.models import Case
from linli.staff.models import User
from tests.cases.city import City, make_city
from tests.cases.test_life import live
from tests.conftest import NOW
from tests.factories import make_post

#: Thursday, 15:00; the limit of four working hours ran out on Tuesday at 16:02.
LATE = NOW + timedelta(days=2, hours=5)


@dataclass
class Court:
    """The people, by what they are."""

    city: City
    chief: User  # issues and reviews, in the centre of the district
    second: User  # reviews, in the same centre
    third: User  # reviews, in the city's centre
    unit: User  # answers for the unit
    stranger: User  # answers for another unit
    leader: User  # of the city: inquires, supervises
    lower: User  # a leader of the district
    admin: User  # sets rules


def _person(*grants: str, **where: object) -> User:
    return User.objects.get(pk=make_post(*grants, **where).user_id)  # type: ignore[arg-type]


def make_court(city: City | None = None) -> Court:
    """Everybody, since 30 days before NOW."""
    city = city or make_city()
    home = city.districts[0]
    see = ("cases.see", "cards.see")
    here = {"unit": home.centre, "region": home.region}
    top = {"unit": city.centre, "region": city.region}
    lead = (*see, "cases.supervise", "cards.issue", "cards.inquire")
    return Court(
        city,
        chief=_person(*see, "cards.issue", "cards.review", **here),
        second=_person(*see, "cards.review", **here),
        third=_person(*see, "cards.review", **top),
        unit=_person(*see, "cases.handle", "cards.answer", unit=home.department),
        stranger=_person(*see, "cards.answer", unit=home.utility),
        leader=_person(*lead, **top),
        lower=_person(*lead, **here),
        admin=_person("cards.rules"),
    )


def rule(what: str, least: int, level: str, *, since: date | None = None) -> CardRule:
    """A rule in force since some days before NOW; those of the migration are out of the way."""
    points = {"attend": 0, "yellow": -5, "red": -10}[level]
    return CardRule.objects.create(
        name=f"{what} {least}", what=what, least=least, level=level, points=points,
        valid_from=since or date(2026, 3, 1), made_at=NOW,
    )  # fmt: skip


def late_case(city: City) -> Case:
    """A case that its unit has accepted and left."""
    return live(city, "accept")


def proposed(court: Court, level: str = "yellow", *, now: datetime = LATE) -> Card:
    """A card that a rule proposes against the unit of a late case."""
    CardRule.objects.all().delete()
    rule("overdue", 4, level)
    case = late_case(court.city)
    assert propose_cards(now=now) == 1
    return Card.objects.get(case_id=case.pk)
