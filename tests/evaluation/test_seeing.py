"""Facts are seen as their cases are, however they are looked for; and are looked for from their own
side by those who see much."""

from __future__ import annotations

import random

import pytest

from linli.cases import services as cases
from linli.cases.models import Case
from linli.cases.policy import visible_to
from linli.catalogue.models import CaseClass
from linli.evaluation.models import CaseFact, Touched
from linli.evaluation.queries.figures import facts_for
from linli.evaluation.rules.counts import Source
from linli.evaluation.services.following import follow
from linli.staff.models import Post, User
from tests.cases.city import City
from tests.conftest import NOW
from tests.factories import make_post

pytestmark = pytest.mark.django_db


def readers(city: City) -> dict[str, Post]:
    """Posts that see places, classes, work, and several of them at once."""
    home, away = city.districts
    found = {
        "district": home.posts["chief"],
        "street": home.posts["street_chief"],
        "grid": home.posts["worker"],
        "unit": home.posts["handler"],
        "class": make_post("cases.see", region=city.region, unit=city.centre),
        "class of a district": make_post("cases.see", region=home.region, unit=home.centre),
        "district and work": make_post("cases.see", region=home.region, unit=home.centre),
        "district and grid": make_post("cases.see", region=home.region, unit=home.centre),
    }
    for name in ("class", "class of a district"):
        Post.objects.filter(pk=found[name].pk).update(class_codes=["E0102"])
    make_post("cases.see", unit=away.utility, user=found["district and work"].user)
    Post.objects.filter(pk=away.posts["worker"].pk).update(user=found["district and grid"].user)
    return found


def scattered(city: City, posts: dict[str, Post], dice: random.Random) -> None:
    """Cases anywhere, of any class, tracked, led and shared at random; the facts of half of them
    have not followed where they are now, which is noted with them."""
    kinds = list(CaseClass.objects.order_by("pk"))
    places = [(one, grid) for one in city.districts for grid in one.grids]
    units = [unit for one in city.districts for unit in (one.department, one.utility, one.centre)]
    for _n in range(40):
        cases.report(description="纸箱", place=city.districts[1].place(), channel="portal",
                     case_class="E0102", now=NOW)  # fmt: skip
    follow()
    for n, case in enumerate(Case.objects.order_by("pk")):
        place, grid = dice.choice(places)
        moved = {"district": place.region, "street": place.street, "community": place.community,
                 "grid": grid}  # fmt: skip
        kind = dice.choice(kinds)
        Case.objects.filter(pk=case.pk).update(
            **moved, case_class=kind,
            lead_unit=dice.choice([None, *units]), tracker=dice.choice([None, *posts.values()]),
            shared_with=dice.choice([[], [dice.choice(units).pk]]),
        )  # fmt: skip
        if n % 2:
            fact = CaseFact.objects.filter(pk=case.pk)
            fact.update(class_id=kind.pk, **{f"{name}_id": one.pk for name, one in moved.items()})
        else:
            Touched.objects.create(case_id=case.pk, number=9)


def test_the_facts_a_person_sees_are_those_of_the_cases_they_see(city: City) -> None:
    posts = readers(city)
    scattered(city, posts, random.Random(5))
    for name, post in posts.items():
        user = User.objects.get(pk=post.user_id)
        seen = set(Case.objects.filter(visible_to(user)).values_list("pk", flat=True))
        assert 0 < len(seen) < 40, name
        assert set(facts_for(user, Source.CASE).values_list("pk", flat=True)) == seen, name


@pytest.mark.parametrize("name", ["district", "class", "class of a district", "district and work"])
def test_who_sees_much_asks_each_fact_of_the_period_for_its_case(city: City, name: str) -> None:
    """A join would begin with every case of a district, of all years."""
    user = User.objects.get(pk=readers(city)[name].user_id)
    plan = facts_for(user, Source.CASE).filter(reported_at__gte=NOW).explain()
    assert "Join" not in plan
    assert "Nested Loop" not in plan
    assert "CASE WHEN" in plan
