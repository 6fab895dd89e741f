"""How far away, in the units people walk in."""

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def distance(metres: float | None) -> str:
    """“80 m”, “1.4 km”; empty for None."""
    if metres is None:
        return ""
    if metres < 995:
        return _("%s m") % number_format(
            round(metres / 10) * 10 if metres >= 100 else round(metres)
        )
    return _("%s km") % number_format(metres / 1000, 1)
