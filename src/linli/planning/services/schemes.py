"""Changing schemes, the one in force, and how a community is staffed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.kernel.errors import BadInput
from linli.kernel.text import clean
from linli.planning.models import CommunityProfile, GridScheme
from linli.planning.queries.schemes import scheme_of
from linli.planning.rules.schemes import BUILT_IN
from linli.planning.services.proposing import GRANT
from linli.staff.models import User
from linli.staff.policy import require
from linli.territory.models import Region

NUMBERS = (
    "town_least", "town_most", "country_least", "country_most",
    "people_least", "people_most", "base", "base_households", "step", "mixed",
)  # fmt: skip


@transaction.atomic
def restore_schemes() -> int:
    """Put the schemes of the documents back that are missing, and one in force; how many."""
    known = set(GridScheme.objects.values_list("code", flat=True))
    missing = [GridScheme.of(one) for one in BUILT_IN if one.code not in known]
    if missing and not GridScheme.objects.filter(in_force=True).exists():
        missing[0].in_force = True
    GridScheme.objects.bulk_create(missing)
    return len(missing)


@transaction.atomic
def edit_scheme(
    *, actor: User, code: str, name: str, source: str, numbers: dict[str, int], now: datetime
) -> GridScheme:
    """Other words and numbers for a scheme; a number not given stays. Raises NotYours, NotFound,
    BadInput."""
    require(actor, GRANT)
    scheme = scheme_of(code)
    scheme.name = clean(name, field="name", most=60, least=1)
    scheme.source = clean(source, field="source", most=120)
    before = {key: getattr(scheme, key) for key in NUMBERS}
    numbers = before | numbers
    for key in NUMBERS:
        setattr(scheme, key, numbers[key])
    for band in ("town", "country"):
        if not 1 <= numbers[f"{band}_least"] <= numbers[f"{band}_most"]:
            raise BadInput(
                _("The lower number must be at least 1 and not above the upper one."),
                field=f"{band}_least",
            )
    if 0 < numbers["people_most"] < numbers["people_least"]:
        raise BadInput(
            _("The lower number must not be above the upper one; 0 as the upper one: no band."),
            field="people_least",
        )
    if numbers["step"] < 1:
        raise BadInput(_("Give at least 1 household for one more person."), field="step")
    scheme.save()
    changed = {key: [value, numbers[key]] for key, value in before.items() if value != numbers[key]}
    _remember(actor, "planning.scheme", "scheme", scheme.pk, now, changed)
    return scheme


@transaction.atomic
def choose_scheme(*, actor: User, code: str, now: datetime) -> GridScheme:
    """From now on this scheme is in force. Raises NotYours, NotFound."""
    require(actor, GRANT)
    scheme = scheme_of(code)
    before = GridScheme.objects.select_for_update().filter(in_force=True).first()
    GridScheme.objects.filter(in_force=True).update(in_force=False)
    scheme.in_force = True
    scheme.save(update_fields=["in_force"])
    changed = {"in_force": [before.code if before else "", scheme.code]}
    _remember(actor, "planning.scheme", "scheme", scheme.pk, now, changed)
    return scheme


@transaction.atomic
def edit_profile(
    *, actor: User, community: Region, mixed: bool, people: int | None, now: datetime
) -> None:
    """Whether a community is mixed (杂居型), and its people where posts do not say it. NotYours."""
    require(actor, GRANT)
    profile, _made = CommunityProfile.objects.get_or_create(community=community)
    changed = {
        key: [before, after]
        for key, before, after in (
            ("mixed", profile.mixed, mixed),
            ("people", profile.people, people),
        )
        if before != after
    }
    profile.mixed, profile.people = mixed, people
    profile.save()
    _remember(actor, "planning.profile", "region", community.pk, now, changed)


def _remember(
    actor: User,
    action: str,
    kind: str,
    target: int,
    now: datetime,
    changed: Mapping[str, Any],
) -> None:
    record(
        actor=actor,
        action=action,
        object_type=kind,
        object_id=target,
        now=now,
        detail={"changed": dict(changed)},
    )
