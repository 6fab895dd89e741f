"""The form of a mark, and the filter of their list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.kernel.forms import DayField
from linli.marks import policy
from linli.marks.models import Mark
from linli.marks.rules.kinds import Audience, MarkKind
from linli.marks.rules.shapes import NAMES, write_shape

if TYPE_CHECKING:
    from linli.staff.models import User

EVERY = [("", _("all"))]


class MarkForm(forms.Form):
    """A mark; the shape comes from the map, or is typed by those who cannot draw."""

    text = forms.CharField(label=_("Text on the map"), max_length=60)
    kind = forms.ChoiceField(label=_("What it marks"), choices=MarkKind.choices)
    audience = forms.ChoiceField(label=_("Who sees it"), choices=Audience.choices)
    valid_from = DayField(label=pgettext_lazy("mark", "From"))
    last_on = DayField(label=_("Last day"), required=False, help_text=_("Empty: until removed."))
    note = forms.CharField(
        label=pgettext_lazy("mark", "Note"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "No names or telephone numbers of residents: everybody who sees the mark reads it."
        ),
    )
    shape = forms.CharField(
        label=_("Place"),
        max_length=8_000,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        help_text=_(
            "From the map, or typed: point:121.48,31.23; line: and area: have more places."
        ),
    )
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, user: User, *args: Any, mark: Mark | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        allowed = set(policy.audiences_for(user)) | ({mark.audience} if mark else set())
        audience = self.fields["audience"]
        assert isinstance(audience, forms.ChoiceField)
        audience.choices = [pair for pair in Audience.choices if pair[0] in allowed]

    @staticmethod
    def initial_of(mark: Mark) -> dict[str, Any]:
        """What the form of a mark begins with."""
        names = ("text", "note", "kind", "audience", "valid_from", "last_on", "version")
        shape = shapely.from_wkb(bytes(mark.shape.wkb))
        assert shape.geom_type in NAMES
        return {name: getattr(mark, name) for name in names} | {"shape": write_shape(shape)}


class MarkFilter(forms.Form):
    """The filter of the list of marks."""

    q = forms.CharField(label=_("Words"), required=False, max_length=60)
    kind = forms.ChoiceField(
        label=_("What it marks"), required=False, choices=[*EVERY, *MarkKind.choices]
    )
    audience = forms.ChoiceField(
        label=_("Who sees it"), required=False, choices=[*EVERY, *Audience.choices]
    )
    on = DayField(label=_("On the map on"), required=False)
