"""Small words for the residents' templates: `{% load portal %}`."""

from django import template
from django.conf import settings
from django.utils.translation import get_language

from linli.cases.rules.stages import STAGE_WORDS
from linli.territory.queries import AddressHit, RegionFacts

register = template.Library()


@register.filter
def stage_words(stage: str) -> str:
    """A stage as a resident would say it."""
    return str(STAGE_WORDS.get(stage, stage))


@register.filter
def place_value(hit: AddressHit) -> str:
    """What a suggested place sends: “lon,lat|text”."""
    return f"{hit.lon:.6f},{hit.lat:.6f}|{hit.text}"[:300]


@register.filter
def place_text(value: str) -> str:
    """The words of `place_value`."""
    return value.partition("|")[2] or value


@register.filter
def region_name(region: RegionFacts) -> str:
    """The name in the reader's language, where there is one."""
    if region.name_en and (get_language() or "").startswith("en"):
        return region.name_en
    return region.name


@register.filter
def grouped(secret: str) -> str:
    """Letters in fours, as one writes them down."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))


@register.simple_tag
def icp_number() -> str:
    """The number of the internet registration (ICP), if the city has set one."""
    return str(settings.ICP_NUMBER)


@register.simple_tag
def public_phone() -> str:
    """The number residents may call, if the city has set one."""
    return str(settings.PUBLIC_PHONE)
