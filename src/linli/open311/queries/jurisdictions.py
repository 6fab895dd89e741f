"""Whom this server serves."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput, NotFound
from linli.open311.models import Jurisdiction, ServerSettings
from linli.open311.rules.kinds import Answering
from linli.staff import queries as staff
from linli.territory import queries as territory


class Served(NamedTuple):
    """A jurisdiction as a request meets it. `region_id` None: wherever this installation works."""

    code: str
    region_id: int | None
    class_codes: tuple[str, ...] = ()
    answering: str = Answering.REALTIME

    def offers(self, class_code: str) -> bool:
        """Whether reports of this class are taken here."""
        return not self.class_codes or class_code.startswith(self.class_codes)

    def holds(self, region_ids: list[int | None]) -> bool:
        """Whether a place lies in it; `region_ids` are those of the place, from below."""
        if self.region_id is None:
            return True
        deepest = next((one for one in region_ids if one is not None), None)
        return deepest is not None and self.region_id in territory.tree().ancestors_of(deepest)


def served() -> list[Served]:
    """The jurisdictions in use, by code; where nobody has set one up, the whole city. One query."""
    rows = Jurisdiction.objects.filter(active=True).order_by("code")
    found = [Served(r.code, r.region_id, tuple(r.class_codes), r.answering) for r in rows]
    return found or [_whole_city()]


def _whole_city() -> Served:
    for centre in staff.centres()[:1]:
        if centre.region is not None:
            return Served(centre.region.code, None)
    return Served("linli", None)


def served_as(code: str) -> Served:
    """The jurisdiction of this code; the only one without a code (G7). One query.

    Raises BadInput where there are several and none is named, NotFound for an unknown one.
    """
    every = served()
    if not code and len(every) == 1:
        return every[0]
    codes = ", ".join(one.code for one in every)
    if not code:
        raise BadInput(
            _("jurisdiction_id required: this server serves several. Choose one of %(codes)s.")
            % {"codes": codes},
            field="jurisdiction_id",
        )
    found = next((one for one in every if one.code == code), None)
    if found is None:
        raise NotFound(
            _("There is no jurisdiction_id %(code)s here. There is: %(codes)s.")
            % {"code": code[:60], "codes": codes},
            field="jurisdiction_id",
        )
    return found


def server_settings() -> ServerSettings | None:
    """What discovery says, if somebody has said it. One query."""
    return ServerSettings.objects.filter(pk=1).first()
