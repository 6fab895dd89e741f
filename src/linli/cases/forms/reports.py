"""What an operator writes down while somebody tells it: at the desk, on the telephone."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.cases.queries import Asked, choosing
from linli.cases.rules import Handling, Urgency
from linli.cases.rules.inputs import Contact, Place
from linli.cases.rules.submissions import submission_key
from linli.cases.services.reporting import MOST_ADDRESS, MOST_DESCRIPTION
from linli.components.rules import parse_code, text_of
from linli.kernel.errors import Refused
from linli.kernel.forms import PlainSelect, Suggested, refuse, say_what_is_missing

#: What a refusal calls a field, and where it stands here.
ALIASES = {"place": "lon", "class": "case_class", "component": "component_code"}


def asked_of(data: Any, *, pictures: Sequence[int], now: datetime) -> Asked:
    """What a half-filled form says, to look for similar cases with; what is no place is none."""
    point = choosing.point_of(data.get("lon", ""), data.get("lat", ""))
    return Asked(
        at=now,
        lon=point[0] if point else None,
        lat=point[1] if point else None,
        class_id=choosing.class_id_of(data.get("case_class", "")),
        words=data.get("description", "")[:MOST_DESCRIPTION],
        address=data.get("address", "")[:MOST_ADDRESS],
        pictures=tuple(pictures),
        component=parse_code(data.get("component", "")),
    )


class ReportForm(forms.Form):
    """`values()` is what `services.report` takes but for channel, who and when; `joining()` what
    `add_report` takes. `door` names the face in the key of the submission."""

    door = "desk"

    key = forms.CharField(widget=forms.HiddenInput, max_length=60, required=False)
    description = forms.CharField(
        label=pgettext_lazy("input", "What happened"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True}),
    )
    address = forms.CharField(
        label=pgettext_lazy("input", "Address or place in words"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    lon = forms.FloatField(required=False)
    lat = forms.FloatField(required=False)
    case_class = forms.CharField(
        label=pgettext_lazy("input", "Class"),
        required=False,
        max_length=80,
        widget=Suggested("desk:find_classes"),
        help_text=gettext_lazy("Type a word or a code. May stay open until filing."),
    )
    component = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    component_code = forms.CharField(
        label=pgettext_lazy("input", "Component's code"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text=gettext_lazy("As the label says it. Or choose on the map."),
    )
    urgency = forms.ChoiceField(
        label=pgettext_lazy("input", "Urgency"),
        choices=Urgency.choices,
        widget=forms.RadioSelect,
        initial=Urgency.NORMAL,
    )
    handling = forms.ChoiceField(
        label=pgettext_lazy("input", "Kind of handling"),
        widget=PlainSelect,
        choices=Handling.choices,
        initial=Handling.GENERAL,
    )
    name = forms.CharField(
        label=pgettext_lazy("input", "Caller's name"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=pgettext_lazy("input", "Caller's phone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    wants_call = forms.BooleanField(
        label=pgettext_lazy("input", "Wants to be called about the result"), required=False
    )

    def __init__(
        self, data: QueryDict | None = None, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial={"key": uuid.uuid4().hex, **(initial or {})})
        say_what_is_missing(self)

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or self.cleaned_data)
        lon, lat = cleaned.get("lon"), cleaned.get("lat")
        if (lon is None) != (lat is None):
            self.add_error("lon", _("Longitude and latitude belong together: give both."))
        if words := cleaned.get("case_class"):
            code = choosing.class_code_of(words)
            if code is None or len(code) != 5:
                self.add_error("case_class", _("Choose a class from the list, or type its code."))
            else:
                cleaned["case_class"] = code
        if not cleaned.get("component") and (typed := cleaned.get("component_code")):
            number = parse_code(typed)
            if number is None:
                self.add_error(
                    "component_code",
                    _("A component's code has 16 digits. Compare it with the label, or clear it."),
                )
            else:
                cleaned["component"] = text_of(number)
        return cleaned

    @property
    def uploads(self) -> list[str]:
        """The ids of the uploads."""
        return (
            [text for text in self.data.getlist("files") if text][:13]
            if isinstance(self.data, QueryDict)
            else []
        )

    def values(self) -> dict[str, Any]:
        """What `services.report` takes. After `is_valid()`."""
        cleaned = self.cleaned_data
        lon, lat = cleaned.get("lon"), cleaned.get("lat")
        return {
            **self.joining(),
            "place": Place(lon, lat) if lon is not None and lat is not None else None,
            "address": cleaned["address"],
            "case_class": cleaned["case_class"] or None,
            "urgency": cleaned["urgency"],
            "handling": cleaned["handling"],
            "component": cleaned["component"],
        }

    def joining(self) -> dict[str, Any]:
        """What `services.add_report` takes, but for the case."""
        cleaned = self.cleaned_data
        return {
            "description": cleaned["description"],
            "contact": Contact(name=cleaned["name"], phone=cleaned["phone"]),
            "wants_call": cleaned["wants_call"],
            "uploads": self.uploads,
            "submission_key": self._submission_key() if cleaned.get("key") else None,
        }

    def _submission_key(self) -> str:
        names = ("description", "address", "lon", "lat", "case_class", "component", "channel",
                 "urgency", "handling", "name", "phone")  # fmt: skip
        said = [self.cleaned_data.get(name) for name in names]
        return submission_key(self.door, self.cleaned_data["key"], *said, len(self.uploads))

    def refuse(self, refusal: Refused) -> None:
        """Say why not at the field at fault."""
        refuse(self, refusal, ALIASES)

    def place_error(self) -> str:
        """What is wrong with the place, for the map."""
        return " ".join(str(e) for name in ("lon", "lat") for e in self[name].errors)
