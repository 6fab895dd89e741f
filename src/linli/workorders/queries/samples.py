"""A sample read by a mapping, and an example of what goes out: nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput
from linli.workorders.models import Order, Platform
from linli.workorders.queries.orders import Said, faults_here, said_in
from linli.workorders.rules.documents import parsed
from linli.workorders.rules.mapping import BadMapping, Fault, Mapped, Rule, check, mapped
from linli.workorders.rules.outgoing import wording_of


@dataclass(frozen=True, slots=True)
class Tried:
    """What a sample would become: its fields, what is wrong, and whether it would be taken in."""

    said: list[Said]
    faults: list[Fault]

    @property
    def taken(self) -> bool:
        return not self.faults


def tried(platform: Platform, rules: Mapping[str, Rule], sample: str) -> Tried:
    """Read a sample by rules that need not be kept yet. Raises BadInput naming the field."""
    if not sample.strip():
        raise BadInput(_("sample: paste one of their messages."), field="sample")
    try:
        check(rules)
    except BadMapping as fault:
        raise BadInput(fault.words, field=f"{fault.field}_path") from None
    tree = parsed(sample.encode(), xml=sample.lstrip()[:1] == "<")
    reading = mapped(tree, rules, zone=timezone.get_default_timezone())
    here = faults_here(reading)
    whole = Mapped(reading.values, [*reading.faults, *here])
    return Tried(said_in(Order(platform=platform), whole), list(whole.faults))


def example_of(platform: Platform) -> str:
    """What the platform would be posted for a case that was closed, as text."""
    wording = wording_of(platform.wording)
    now: datetime = timezone.now()
    facts: dict[str, Any] = {
        "number": "20261122000123", "status": "closed", "status_words": _("Closed"), "at": now,
        "words": _("The rubbish was removed and the ground rinsed."), "unit": _("Street cleaning"),
        "case": "2611-22001-7", "reason": "", "rating": None, "until": None,
        "id": "5f0c1c86-1f5c-4d0e-9f5f-0f3c0a3b8f11",
    }  # fmt: skip
    return wording.body(facts, zone=timezone.get_default_timezone()).decode()
