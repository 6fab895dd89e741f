"""The profile of the staff (R44): shares from what people say, and nobody shown."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from linli.audit.models import AccessLog
from linli.kernel.errors import BadInput
from linli.planning.queries import staff_profile
from linli.planning.rules.profile import LEAST, told
from linli.staff.models import SelfDescription
from linli.staff.services import describe_self
from linli.territory.models import Region
from tests.factories import make_post, make_region, make_user


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 30), min_size=1))
def test_a_small_group_cannot_be_worked_out(counts: dict[str, int]) -> None:
    """Whoever knows the sum and what is told still has two unknown groups, or none."""
    shown = told(counts)
    whole = sum(counts.values())
    assert all(count is None or count == 0 or count >= LEAST for count in shown.values())
    hidden = [key for key, count in shown.items() if count is None]
    if whole < LEAST:
        assert len(hidden) == len(counts)
    elif hidden:
        rest = whole - sum(count or 0 for count in shown.values())
        assert len(hidden) >= 2 or rest == whole, "one hidden group beside others would be told"


def test_the_shares_of_yichang_come_out() -> None:
    """R44: 大专62.73%, 本科17%, 40岁以下88%."""
    counts = {"school": 223, "college": 690, "bachelor": 187}
    shown = told(counts)
    assert {key: round(100 * (shown[key] or 0) / 1100, 2) for key in counts} == {
        "school": 20.27, "college": 62.73, "bachelor": 17.0,
    }  # fmt: skip


def staff_of_twelve(region: Region) -> None:
    for n in range(12):
        user = make_user()
        make_post("cases.see", user=user, region=region)
        if n < 11:
            describe_self(
                actor=user, education="college" if n < 8 else "bachelor",
                age_band="30-39" if n < 6 else "40-49", now=timezone.now(),
            )  # fmt: skip


@pytest.mark.django_db
def test_people_are_counted_in_groups_and_small_ones_hidden() -> None:
    home, elsewhere = make_region(), make_region()
    home.refresh_from_db()  # a trigger knows its path
    staff_of_twelve(home)
    staff_of_twelve(elsewhere)
    found = staff_profile(home.path, now=timezone.now())
    assert found.people == 12
    assert found.said is None, "one who was silent would be known"
    assert staff_profile("/", now=timezone.now()).people >= 24
    assert [share.number for share in found.education] == [0, None, None, 0]
    assert [share.number for share in found.ages] == [0, 6, 5, 0]
    assert [share.percent and round(share.percent, 1) for share in found.ages] == [
        0.0, 54.5, 45.5, 0.0,
    ]  # fmt: skip


@pytest.mark.django_db
def test_one_says_changes_and_takes_back_on_ones_own_page() -> None:
    user = make_user()
    make_post("cases.check", user=user)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = reverse("field:profile")
    assert client.post(page, {"education": "college", "age_band": ""}).status_code == 302
    assert "selected>Junior college" in client.get(reverse("field:me")).content.decode()
    entry = AccessLog.objects.filter(action="staff.described_self").latest("pk")
    assert "college" not in str(entry.detail)
    assert client.post(page, {"education": "nonsense"}).status_code == 400
    client.post(page, {"education": "", "age_band": ""})
    assert not SelfDescription.objects.exists()


@pytest.mark.django_db
def test_nonsense_names_its_field() -> None:
    with pytest.raises(BadInput) as refusal:
        describe_self(actor=make_user(), education="", age_band="17", now=timezone.now())
    assert refusal.value.field == "age_band"
