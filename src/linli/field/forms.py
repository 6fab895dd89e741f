"""The forms of the phone pages; each also works without scripts."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.cases.rules import Channel, Handling, Urgency
from linli.cases.rules.inputs import Place
from linli.cases.rules.submissions import submission_key
from linli.components.rules import parse_code, parts_of
from linli.field.queries import classes
from linli.field.rules import DONE_PHRASES, PHRASES, in_words
from linli.kernel.errors import Refused

MOST_FILES = 12
YES, NO = "yes", "no"


class FieldForm(forms.Form):
    """What all of them share: a position from the device or by hand, photos, what was shown."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    lon = forms.FloatField(required=False)
    lat = forms.FloatField(required=False)
    map_lon = forms.FloatField(required=False)
    map_lat = forms.FloatField(required=False)
    phrases = forms.MultipleChoiceField(
        choices=[], required=False, widget=forms.CheckboxSelectMultiple
    )
    opinion = forms.CharField(
        max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    #: Which field says what is wrong with an input of the service.
    aliases = {"place": "lon", "uploads": "files", "class": "case_class", "description": "opinion"}

    def __init__(self, data: QueryDict | None = None, **initial: Any) -> None:
        super().__init__(data, initial=initial)
        self.file_errors: list[str] = []

    def place(self) -> Place | None:
        """Where the device says it is; without that, the mark on the map."""
        for pair in (("lon", "lat"), ("map_lon", "map_lat")):
            lon, lat = (self.cleaned_data.get(name) for name in pair)
            if lon is not None and lat is not None:
                return Place(lon, lat)
        return None

    def marked(self) -> Place | None:
        """The mark on the map alone."""
        lon, lat = self.cleaned_data.get("map_lon"), self.cleaned_data.get("map_lat")
        return Place(lon, lat) if lon is not None and lat is not None else None

    def uploads(self, name: str = "files") -> list[str]:
        """The ids of the uploads."""
        if not isinstance(self.data, QueryDict):
            return []
        return [text for text in self.data.getlist(name) if text][: MOST_FILES + 1]

    def shown(self, name: str = "files") -> list[dict[str, str]]:
        """Uploads sent with a form that is shown again."""
        return [
            {"id": text, "thumb_url": reverse("files:thumb", args=[text])}
            for text in self.uploads(name)
            if _is_id(text)
        ]

    @property
    def shown_after(self) -> list[dict[str, str]]:
        return self.shown("after")

    def refuse(self, refusal: Refused) -> None:
        """Say why not, at the field at fault; without one, above the form."""
        words = str(refusal)
        if refusal.field:
            words = words.removeprefix(f"{refusal.field}: ")
            words = words[:1].upper() + words[1:]
        wanted = self.aliases.get(refusal.field or "", refusal.field)
        if wanted == "files":
            self.file_errors.append(words)
        elif wanted in self.fields:
            self.add_error(wanted, words)
        else:
            self.add_error(None, words)

    def place_error(self) -> str:
        """What is wrong with the place, in one sentence."""
        names = ("lon", "lat", "map_lon", "map_lat")
        return " ".join(str(error) for name in names for error in self[name].errors)

    def file_error(self) -> str:
        return " ".join(self.file_errors)


class VerifyForm(FieldForm):
    """核实: is it as reported?"""

    true = forms.ChoiceField(
        choices=[
            (YES, gettext_lazy("True: it is as reported")),
            (NO, gettext_lazy("Not true, or not there any more")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether the report is true.")},
    )

    def values(self) -> dict[str, Any]:
        """What the move takes. A corrected place only if it was marked."""
        return {
            "true": self.cleaned_data["true"] == YES,
            "place": self.marked(),
            "files": self.uploads(),
            "opinion": self.cleaned_data["opinion"],
        }


class CheckForm(FieldForm):
    """核查: is the problem solved? With a photo and the position (R58)."""

    passed = forms.ChoiceField(
        choices=[
            (YES, gettext_lazy("Passed: the problem is solved")),
            (NO, gettext_lazy("Not passed: it has to be done again")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether the problem is solved.")},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or self.cleaned_data)
        if self.place() is None and not self.place_error():
            self.add_error(
                "lon", _("The check needs your position. Allow it, or mark the place on the map.")
            )
        if not self.uploads():
            self.file_errors.append(_("The check needs a photo from the same spot."))
            self.add_error(None, _("Please take a photo."))
        if cleaned.get("passed") == NO and not cleaned.get("opinion", "").strip():
            self.add_error("opinion", _("Say what is still wrong, so that the unit knows."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the move takes."""
        return {
            "passed": self.cleaned_data["passed"] == YES,
            "place": self.place(),
            "files": self.uploads(),
            "opinion": self.cleaned_data["opinion"],
        }


class ReportForm(FieldForm):
    """A report from the street: photo, position, class, a few words, two switches."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=60, required=False)
    case_class = forms.CharField(max_length=10, required=False)
    class_words = forms.CharField(max_length=80, required=False)
    address = forms.CharField(max_length=200, required=False)
    handled = forms.BooleanField(
        label=pgettext_lazy("switch", "Handled on the spot"), required=False
    )
    done_phrases = forms.MultipleChoiceField(
        choices=[], required=False, widget=forms.CheckboxSelectMultiple
    )
    done = forms.CharField(max_length=1000, required=False)
    component = forms.CharField(max_length=20, required=False)
    urgent = forms.BooleanField(label=pgettext_lazy("switch", "Emergency"), required=False)
    confirmed = forms.BooleanField(
        label=gettext_lazy("Yes, tell the command centre at once"), required=False
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, key=uuid.uuid4().hex)
        for name, phrases in (("phrases", PHRASES), ("done_phrases", DONE_PHRASES)):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = list(phrases.items())

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or self.cleaned_data)
        typed = cleaned.get("class_words", "").strip()
        code = cleaned.get("case_class", "").strip()
        if typed:
            found = classes.code_of(typed)
            if found is None:
                self.add_error("class_words", _("Choose a class from the list, or type its code."))
            code = found or ""
        component = parse_code(cleaned.get("component", ""))
        if not code and component is not None:
            own = parts_of(component).class_code
            code = own if any(one.code == own for one in classes.all_classes()) else ""
        cleaned["case_class"] = code
        if (
            self.place() is None
            and component is None
            and not cleaned.get("address")
            and not self.place_error()
        ):
            self.add_error(
                "lon", _("Where is it? Allow your position, mark the place or write an address.")
            )
        if cleaned.get("urgent") and not cleaned.get("confirmed"):
            self.add_error("confirmed", _("Confirm that it is an emergency, or switch it off."))
        if cleaned.get("handled"):
            self._clean_handled(cleaned, code)
        return cleaned

    def _clean_handled(self, cleaned: dict[str, Any], code: str) -> None:
        if cleaned.get("urgent"):
            self.add_error("urgent", _("An emergency is not handled on the spot: choose one."))
        if not code and not self["class_words"].errors:
            self.add_error("class_words", _("What was handled needs a class: choose one."))
        if not self.uploads("after"):
            self.add_error("handled", _("Please take a photo after the work."))
        if not in_words(cleaned.get("done_phrases", ()), DONE_PHRASES, cleaned.get("done", "")):
            self.add_error("done", _("Say in a few words what you did."))

    @property
    def join(self) -> str:
        """The number of the case that this report should join, if that button was pressed."""
        return str(self.data.get("join", "")) if isinstance(self.data, QueryDict) else ""

    def description(self) -> str:
        """Phrases and words; without any the name of the class says it."""
        cleaned = self.cleaned_data
        words = in_words(cleaned["phrases"], PHRASES, cleaned["opinion"])
        if words or not cleaned["case_class"]:
            return words
        known = {c.code: c for c in classes.all_classes()}
        found = known.get(cleaned["case_class"])
        return found.label if found else ""

    def joining(self) -> dict[str, Any]:
        """What `services.add_report` takes, but for the case, who and when."""
        return {
            "description": self.description(),
            "channel": Channel.WORKER,
            "uploads": self.uploads(),
            "submission_key": self._submission_key() if self.cleaned_data.get("key") else None,
        }

    def _submission_key(self) -> str:
        names = ("address", "case_class", "component", "urgent", "handled", "done")
        said = [self.cleaned_data.get(name) for name in names]
        photos = [len(self.uploads(name)) for name in ("files", "after")]
        place = self.place()
        where = (place.lon, place.lat) if place is not None else None
        key = self.cleaned_data["key"]
        return submission_key("field", key, self.description(), where, *said, *photos)

    def values(self) -> dict[str, Any]:
        """What `services.report` takes, but for who and when."""
        cleaned = self.cleaned_data
        urgent = cleaned["urgent"]
        return self.joining() | {
            # a component chosen on the map is where the map says, not where the device is
            "place": (self.marked() if cleaned["component"] else None) or self.place(),
            "address": cleaned["address"],
            "component": cleaned["component"],
            "case_class": cleaned["case_class"] or None,
            "urgency": Urgency.URGENT if urgent else Urgency.NORMAL,
            "handling": Handling.EMERGENCY if urgent else Handling.GENERAL,
        }

    def handled_values(self) -> dict[str, Any]:
        """What `report_and_handle` takes besides."""
        cleaned = self.cleaned_data
        return {
            "opinion": in_words(cleaned["done_phrases"], DONE_PHRASES, cleaned["done"]),
            "after_uploads": self.uploads("after"),
        }


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


FORMS: dict[str, type[VerifyForm] | type[CheckForm]] = {"verify": VerifyForm, "check": CheckForm}
