"""The report form: photos, where, what, and if wished how to be reached."""

from __future__ import annotations

import math
import re
import uuid
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.cases.rules.inputs import Contact, Place
from linli.cases.rules.submissions import submission_key
from linli.components.queries import Choice, public_choice
from linli.kernel.errors import Refused
from linli.kernel.forms import readable
from linli.portal.forms.photos import PhotosMixin
from linli.portal.rules import MOST_WORDS
from linli.territory.rules import coordinates

_JOIN = "portal.join"
_JOIN_FOR_S = 6 * 3600
_PHONE = re.compile(r"^[+()\d\s-]{5,30}$")
#: Where the words of a refusing service belong on this form.
FIELDS = {
    "place": "address", "lon": "address", "lat": "address", "crs": "address",
    "class": "case_class", "opinion": "description", "component": "component",
}  # fmt: skip


def join_token(case_id: int) -> str:
    """What stands for a similar case in the form: only one that was shown can be joined."""
    return signing.dumps(case_id, salt=_JOIN)


def new_key() -> str:
    """The one-time key of a fresh form."""
    return uuid.uuid4().hex


def point_of(data: Any) -> tuple[float, float] | None:
    """The WGS84 point in the inputs lon, lat (and crs), or of a chosen suggestion; else None."""
    lon, lat, crs = data.get("lon") or "", data.get("lat") or "", data.get("crs") or "wgs84"
    if not (lon and lat):
        lon, _comma, rest = (data.get("choice") or "").partition(",")
        lat, crs = rest.partition("|")[0], "wgs84"
    try:
        x, y = float(lon), float(lat)
        if not (math.isfinite(x) and math.isfinite(y) and abs(x) <= 180 and abs(y) <= 90):
            return None
        found = coordinates.to_wgs84(x, y, coordinates.CRS(crs))
    except ValueError:
        return None
    return float(found[0]), float(found[1])


class ReportForm(PhotosMixin):
    """A place, and a kind or words; everything else may be left out.

    `named`: code -> label of the kinds on offer; a label stands in for words that were left out.
    """

    named: dict[str, str] = {}
    thing: Choice | None = None  # the component that was chosen

    lon = forms.CharField(required=False, max_length=30)
    lat = forms.CharField(required=False, max_length=30)
    crs = forms.CharField(required=False, max_length=8)
    choice = forms.CharField(required=False, max_length=300)
    address = forms.CharField(
        required=False,
        max_length=200,
        label=gettext_lazy("Address or place"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": gettext_lazy("At most 200 characters, please.")},
    )
    description = forms.CharField(
        required=False,
        max_length=MOST_WORDS,
        label=gettext_lazy("What is the matter?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[readable],
        error_messages={
            "max_length": gettext_lazy("At most 2000 characters, please."),
        },
    )
    case_class = forms.CharField(required=False, max_length=20)
    component = forms.CharField(required=False, max_length=20)
    name = forms.CharField(
        required=False, max_length=40, label=pgettext_lazy("portal", "Name"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    phone = forms.CharField(
        required=False, max_length=30, label=gettext_lazy("Phone"),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )  # fmt: skip
    email = forms.EmailField(
        required=False, max_length=120, label=pgettext_lazy("portal", "E-mail"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": gettext_lazy("This is not an e-mail address.")},
    )  # fmt: skip
    wants_call = forms.BooleanField(required=False, label=gettext_lazy("Please call me"))
    website = forms.CharField(required=False, max_length=200)
    join = forms.CharField(required=False, max_length=200)
    similar_seen = forms.CharField(required=False, max_length=5)
    submission_key = forms.CharField(required=False, max_length=60)

    def clean_phone(self) -> str:
        """Digits, and what people write between them."""
        phone = str(self.cleaned_data["phone"])
        if phone and not _PHONE.match(phone):
            raise forms.ValidationError(_("This is not a telephone number. Please use digits."))
        return phone

    def clean_website(self) -> str:
        """Nobody sees this field; what fills it in is a program."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Please leave this field empty and send again."))
        return ""

    def clean_component(self) -> str:
        """A component that residents may name, or none."""
        code = str(self.cleaned_data["component"])
        self.thing = public_choice(code) if code else None
        if code and self.thing is None:
            raise forms.ValidationError(
                _("There is no component with this code. Choose another, or none of them.")
            )
        return code

    def clean_submission_key(self) -> str:
        """A key of one's own if none came along."""
        key = str(self.cleaned_data["submission_key"])
        return key if len(key) >= 8 else new_key()

    def clean(self) -> dict[str, Any]:
        """The place and what belongs together."""
        cleaned = super().clean()
        cleaned["place"] = self._place()
        if self.thing is not None:
            self._fill_in(cleaned, self.thing)
        if not cleaned.get("description") and "description" not in self.errors:
            cleaned["description"] = self.named.get(cleaned.get("case_class") or "", "")
            if not cleaned["description"]:
                self.add_error(
                    "description", _("Please tap a kind, or say in a few words what is the matter.")
                )
        if not cleaned.get("address") and "|" in (cleaned.get("choice") or ""):
            cleaned["address"] = cleaned["choice"].partition("|")[2][:200]
        if cleaned["place"] is None and not cleaned.get("address") and "address" not in self.errors:
            self.add_error(
                "address",
                _("Please say where it is: use your position, an address, or the map."),
            )
        if cleaned.get("wants_call") and not cleaned.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Please leave a number, so that we can call you."))
        if "submission_key" in cleaned:
            names = ("description", "address", "case_class", "component", "name", "phone", "email")
            said = [cleaned.get(name) for name in names]
            cleaned["submission_key"] = submission_key(
                "portal", cleaned["submission_key"], cleaned["place"], *said, len(self.photo_ids)
            )
        return cleaned

    def _fill_in(self, cleaned: dict[str, Any], thing: Choice) -> None:
        """What the component says where the person says nothing."""
        cleaned["case_class"] = cleaned.get("case_class") or thing.class_code
        cleaned["place"] = cleaned["place"] or Place(thing.lon, thing.lat)
        if not cleaned.get("description") and cleaned["case_class"] == thing.class_code:
            cleaned["description"] = thing.label

    def _place(self) -> Place | None:
        lon, lat = self.cleaned_data.get("lon"), self.cleaned_data.get("lat")
        point = point_of(self.cleaned_data)
        if point is None:
            if lon or lat:
                self.add_error(
                    "address",
                    _("The position cannot be read. Mark it on the map, or write the address."),
                )
            return None
        match self.cleaned_data.get("crs"):
            case "gcj02" if lon and lat:
                return Place(float(lon), float(lat), "gcj02")
            case "bd09" if lon and lat:
                return Place(float(lon), float(lat), "bd09")
        return Place(*point)

    def joined(self) -> int | None:
        """The case this report is to join. Raises Refused for one that was not shown lately."""
        if not (token := self.cleaned_data.get("join")):
            return None
        try:
            return int(signing.loads(token, salt=_JOIN, max_age=_JOIN_FOR_S))
        except signing.BadSignature:
            raise Refused(
                _("The list of similar reports is out of date. Please choose again.")
            ) from None

    def contact(self) -> Contact | None:
        """Name and ways to reach the person; None if nothing was left."""
        found = Contact(*(str(self.cleaned_data[n]) for n in ("name", "phone", "email")))
        return found or None
