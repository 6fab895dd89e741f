"""The numbers a city sets: bounded, remembered, the system administrator's."""

import pytest

from linli.audit import queries as audit
from linli.cases import queries
from linli.cases.models import CaseSettings
from linli.cases.rules.city import BOUNDS
from linli.cases.services import change_settings
from linli.kernel.errors import BadInput, NotYours
from tests.conftest import NOW
from tests.factories import make_post

pytestmark = pytest.mark.django_db


def test_a_change_is_kept_with_who_did_it_and_what_it_was_before() -> None:
    actor = make_post("cases.settings").user
    change_settings(actor=actor, now=NOW, similar_radius_m=80, reopen_days=30)
    assert queries.settings().similar_radius_m == 80
    (entry,) = audit.accesses_to("case_settings", 1)
    assert entry.user_id == actor.pk
    assert entry.detail == {"changed": {"similar_radius_m": [50, 80]}}
    change_settings(actor=actor, now=NOW, similar_radius_m=80)
    assert len(audit.accesses_to("case_settings", 1)) == 1, "nothing changed, nothing noted"


@pytest.mark.parametrize(("name", "value"), [("rating_days", 0), ("check_distance_m", 9)])
def test_a_number_out_of_bounds_is_refused_at_its_name(name: str, value: int) -> None:
    with pytest.raises(BadInput) as refusal:
        change_settings(actor=make_post("cases.settings").user, now=NOW, **{name: value})
    assert refusal.value.field == name


def test_those_who_work_on_cases_do_not_set_the_numbers() -> None:
    with pytest.raises(NotYours):
        change_settings(actor=make_post("cases.see").user, now=NOW, rating_days=8)


def test_the_bounds_are_those_of_the_database() -> None:
    (check,) = [c for c in CaseSettings._meta.constraints if c.name == "case_settings_positive"]
    held = {name.removesuffix("__range"): bounds for name, bounds in check.condition.children}  # type: ignore[attr-defined]  # a Q
    assert held == BOUNDS
