"""A region as people write it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.kernel.forms import Suggested
from linli.territory import queries as territory
from linli.territory.models import Region


class RegionField(forms.CharField):
    """A region by its code or its name. `source`: the address that offers some while one types."""

    def __init__(self, *, source: str = "", **more: Any) -> None:
        more.setdefault("label", gettext_lazy("Region"))
        widget = Suggested(source) if source else forms.TextInput(attrs={"autocomplete": "off"})
        super().__init__(max_length=120, widget=widget, **more)

    def clean(self, value: Any) -> Region | None:
        text = super().clean(value)
        if not text:
            return None
        code, tree = text.split(" ")[0], territory.tree()
        named = [one for one in tree.regions() if text in (one.name, one.name_en)]
        coded = tree.by_code(code.ljust(12, "0")) if code.isdigit() else None
        if coded is None and len(named) != 1:
            raise forms.ValidationError(_("Write the code of a region, or its whole name."))
        return Region.objects.get(pk=coded.id if coded is not None else named[0].id)
