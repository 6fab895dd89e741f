"""What the services take in, as values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput
from linli.kernel.text import clean


@dataclass(frozen=True, slots=True)
class Place:
    """A point in degrees, lon before lat; `origin` is the system it arrived in."""

    lon: float
    lat: float
    origin: Literal["wgs84", "gcj02", "bd09"] = "wgs84"

    def __post_init__(self) -> None:
        for name, value, most in (("lon", self.lon, 180), ("lat", self.lat, 90)):
            if not isinstance(value, (int, float)) or not math.isfinite(value):
                raise BadInput(
                    _("%(field)s is not a number of degrees.") % {"field": name}, field=name
                )
            if abs(value) > most:
                raise BadInput(
                    _("%(field)s lies outside of ±%(most)d degrees; give lon before lat.")
                    % {"field": name, "most": most},
                    field=name,
                )
        if self.origin not in {"wgs84", "gcj02", "bd09"}:
            raise BadInput(
                _("crs is one of wgs84, gcj02 and bd09, not “%(crs)s”.")
                % {"crs": str(self.origin)[:20]},
                field="crs",
            )


@dataclass(frozen=True, slots=True)
class Contact:
    """Who reported and how to reach them; all may be empty (anonymous)."""

    name: str = ""
    phone: str = ""
    email: str = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.phone or self.email)


def clean_phone(text: str, *, least: int = 0) -> str:
    """A number as people write it; `least` 1 where there has to be one. Raises BadInput."""
    phone = clean(text, field="phone", most=30, least=least)
    if phone and not all(c.isdigit() or c in "+-() " for c in phone):
        raise BadInput(_("phone: please use digits only."), field="phone")
    return phone
