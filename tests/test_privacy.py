"""What is never built (requirements 2.2, P1–P16): no column, no address, no word of it."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

#: P1, P2, P3, P8, P9, P10, P12: belief, origin, views, watch-lists, scores of residents.
BANNED = re.compile(
    r"relig|ethnic|minzu|belief|faith|politic|party_member|watch_?list|blacklist|key_person|"
    r"risk_level|credit_score|social_score|face_|biometric|petitioner|"
    r"宗教|民族|信仰|政治面貌|重点人员|血型|轨迹"
)


def test_no_column_keeps_what_must_not_be_kept() -> None:
    found = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_config.name.startswith("linli.")
        for field in model._meta.get_fields()
        if BANNED.search(field.name) or BANNED.search(str(getattr(field, "verbose_name", "")))
    ]
    assert not found


def _addresses(resolver: URLResolver, before: str = "") -> list[str]:
    found = []
    for entry in resolver.url_patterns:
        here = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            found.append(here)
        else:
            found += _addresses(entry, here)
    return found


def test_no_address_leads_to_a_watch_list() -> None:
    assert not [address for address in _addresses(get_resolver()) if BANNED.search(address)]


def test_positions_of_workers_are_not_kept() -> None:
    """P6: no table of positions or tracks; the position of a check belongs to the case alone."""
    models = {model.__name__.lower() for model in apps.get_models()}
    assert not {m for m in models if re.search(r"track|trace|position|breadcrumb", m)}


@pytest.mark.parametrize("name", ["name", "phone", "email"])
def test_who_reported_is_sealed_at_rest(name: str) -> None:
    from linli.cases.models import ReportContact
    from linli.kernel.seal import SealedTextField

    assert isinstance(ReportContact._meta.get_field(name), SealedTextField)


@pytest.mark.django_db
def test_a_number_is_shown_only_for_a_purpose_and_that_is_logged() -> None:
    from linli.audit.models import AccessLog
    from linli.cases import services
    from linli.cases.rules.inputs import Contact
    from linli.cases.rules.purposes import Purpose
    from linli.cases.services.contacts import show_contact
    from linli.kernel.errors import BadInput, NotYours
    from tests.cases.city import make_city
    from tests.conftest import NOW

    purpose = Purpose.values[0]
    city = make_city()
    home = city.districts[0]
    case = services.report(
        description="垃圾成堆", place=home.place(), channel="portal", now=NOW,
        contact=Contact(name="王小明", phone="13800001234"),
    ).case  # fmt: skip
    operator, chief = home.user("operator"), home.user("chief")
    with pytest.raises(BadInput, match=r"purpose|用途"):
        show_contact(case=case, report_number=1, actor=operator, purpose="", now=NOW)
    with pytest.raises(NotYours):
        show_contact(case=case, report_number=1, actor=chief, purpose=purpose, now=NOW)
    before = AccessLog.objects.count()
    shown = show_contact(case=case, report_number=1, actor=operator, purpose=purpose, now=NOW)
    assert shown.phone == "13800001234"
    assert AccessLog.objects.count() == before + 1
    log = AccessLog.objects.order_by("id").last()
    assert log is not None
    assert "13800001234" not in str(log.detail)


@pytest.mark.django_db
def test_who_reported_is_erased_when_the_purpose_is_met() -> None:
    from datetime import timedelta

    from linli.cases import services
    from linli.cases.models import ReportContact
    from linli.cases.rules.inputs import Contact
    from linli.cases.services.upkeep import erase_contacts
    from tests.cases.city import make_city
    from tests.conftest import NOW

    city = make_city()
    home = city.districts[0]
    cases = [
        services.report(
            description="垃圾成堆", place=home.place(), channel="portal", now=NOW,
            contact=Contact(phone=f"1380000000{i}"),
        ).case
        for i in range(2)
    ]  # fmt: skip
    services.dismiss(
        case_id=cases[0].pk, actor=home.user("street_chief"), now=NOW, opinion="不属受理范围"
    )
    assert erase_contacts(now=NOW + timedelta(days=179)) == 0
    assert erase_contacts(now=NOW + timedelta(days=181)) == 1
    kept = ReportContact.objects.get()
    assert kept.case_id == cases[1].pk  # still open: somebody may have to call back
