"""Kinds, devices, senders, rules; and what narrows their lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.catalogue import queries as catalogue
from linli.kernel.forms import PlainSelect
from linli.sensors.models import Device, DeviceKind, Sender
from linli.sensors.queries import devices as queries
from linli.sensors.rules.incoming import CODE
from linli.sensors.rules.kinds import Sense
from linli.staff import queries as staff
from linli.staff.models import Unit

LONGEST_S = 604_800
DAYS = [
    ("1", pgettext_lazy("weekday", "Mon")),
    ("2", pgettext_lazy("weekday", "Tue")),
    ("3", pgettext_lazy("weekday", "Wed")),
    ("4", pgettext_lazy("weekday", "Thu")),
    ("5", pgettext_lazy("weekday", "Fri")),
    ("6", pgettext_lazy("weekday", "Sat")),
    ("7", pgettext_lazy("weekday", "Sun")),
]


def class_choices(*, empty: str = "") -> list[tuple[str, str]]:
    """The classes in use today; `empty` is what none means, if none may be chosen."""
    every = catalogue.current().classes(on=timezone.localdate())
    rows = [(one.code, f"{one.code} {one.label}") for one in every]
    return [("", empty), *rows] if empty else rows


def _coded(value: Any) -> str:
    code = str(value).strip()
    if not CODE.fullmatch(code):
        raise forms.ValidationError(_("Use letters, digits and . _ : - only."))
    return code


def _hour(example: str) -> forms.TimeInput:
    """A time of day, typed as 22:00 in every language and browser."""
    return forms.TimeInput(attrs={"placeholder": example, "inputmode": "numeric"}, format="%H:%M")


class KindForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=60, required=False)
    unit_of_measure = forms.CharField(
        label=gettext_lazy("Unit of measure"), max_length=16, required=False,
        help_text=gettext_lazy("Written behind values: mm, °C, %."),
    )  # fmt: skip
    lowest = forms.FloatField(
        label=gettext_lazy("Lowest plausible value"), required=False,
        help_text=gettext_lazy("What lies outside is a fault of the device and not taken."),
    )  # fmt: skip
    highest = forms.FloatField(label=gettext_lazy("Highest plausible value"), required=False)
    interval_s = forms.IntegerField(
        label=gettext_lazy("Seconds between two readings"), min_value=1, max_value=LONGEST_S
    )
    class_code = forms.ChoiceField(
        label=gettext_lazy("Class of its cases"), widget=PlainSelect,
        help_text=gettext_lazy("A rule may say otherwise."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["class_code"]
        choice.choices = class_choices()


class SenderForm(forms.Form):
    code = forms.CharField(
        label=pgettext_lazy("sensors", "Code"), max_length=60,
        help_text=gettext_lazy("What it calls itself; for MQTT the last part of its topic."),
    )  # fmt: skip
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    active = forms.BooleanField(label=pgettext_lazy("sensors", "In use"), required=False)

    def clean_code(self) -> str:
        """Letters, digits and a few signs."""
        return _coded(self.cleaned_data["code"])


class DeviceForm(forms.Form):
    """A device. The map beside the form draws `lon` and `lat`."""

    code = forms.CharField(
        label=pgettext_lazy("sensors", "Code"), max_length=60,
        help_text=gettext_lazy("What its readings come under, such as W-001."),
    )  # fmt: skip
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    kind = forms.ModelChoiceField(
        label=pgettext_lazy("sensors", "Kind"),
        queryset=DeviceKind.objects.none(),
        widget=PlainSelect,
    )
    component = forms.CharField(
        label=gettext_lazy("Component it is on"), max_length=20, required=False,
        help_text=gettext_lazy("Its sixteen digits; the device then stands where it stands."),
    )  # fmt: skip
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Owned by"), queryset=Unit.objects.none(), required=False,
        widget=PlainSelect,
    )  # fmt: skip
    sender = forms.ModelChoiceField(
        label=gettext_lazy("Brought over HTTP by"), queryset=Sender.objects.none(),
        required=False, widget=PlainSelect, help_text=gettext_lazy("Empty: it comes by MQTT."),
    )  # fmt: skip
    interval_s = forms.IntegerField(
        label=gettext_lazy("Seconds between two readings"), min_value=1, max_value=LONGEST_S,
        required=False, help_text=gettext_lazy("Empty: as its kind."),
    )  # fmt: skip
    active = forms.BooleanField(label=pgettext_lazy("sensors", "In use"), required=False)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kind"].queryset = queries.kinds()
        fields["unit"].queryset = staff.units()
        fields["sender"].queryset = queries.senders()

    def clean_code(self) -> str:
        """Letters, digits and a few signs."""
        return _coded(self.cleaned_data["code"])

    @property
    def said(self) -> list[Any]:
        """The fields beside the map."""
        return [bound for bound in self.visible_fields() if bound.name not in ("lon", "lat")]

    @property
    def place_error(self) -> str:
        """What is wrong with the point."""
        return " ".join([*self["lon"].errors, *self["lat"].errors])


class RuleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    kind = forms.ModelChoiceField(
        label=gettext_lazy("For devices of the kind"), queryset=DeviceKind.objects.none(),
        required=False, widget=PlainSelect,
    )  # fmt: skip
    device = forms.CharField(
        label=gettext_lazy("… or for one device"), max_length=60, required=False,
        help_text=gettext_lazy("Its code."),
    )  # fmt: skip
    sense = forms.ChoiceField(label=gettext_lazy("Alarm when"), choices=Sense.choices)
    threshold = forms.FloatField(
        label=gettext_lazy("Threshold"),
        help_text=gettext_lazy("In the unit of the kind; for silence: so many expected intervals."),
    )
    hysteresis = forms.FloatField(
        label=gettext_lazy("Hysteresis"), min_value=0, required=False,
        help_text=gettext_lazy("It is over only once the value has come back so far behind the "
                               "threshold."),
    )  # fmt: skip
    trip_count = forms.IntegerField(
        label=gettext_lazy("Readings in a row for an alarm"), min_value=1, max_value=1000
    )
    trip_s = forms.IntegerField(
        label=gettext_lazy("… over so many seconds"), min_value=0, max_value=LONGEST_S,
        required=False,
    )  # fmt: skip
    clear_count = forms.IntegerField(
        label=gettext_lazy("Readings in a row for its end"), min_value=1, max_value=1000
    )
    clear_s = forms.IntegerField(
        label=gettext_lazy("… over so many seconds"), min_value=0, max_value=LONGEST_S,
        required=False,
    )  # fmt: skip
    hours_from = forms.TimeField(
        label=gettext_lazy("Only from"), required=False, input_formats=["%H:%M", "%H:%M:%S"],
        widget=_hour("22:00"),
    )  # fmt: skip
    hours_until = forms.TimeField(
        label=gettext_lazy("… until"), required=False, input_formats=["%H:%M", "%H:%M:%S"],
        widget=_hour("06:00"),
        help_text=gettext_lazy("Over midnight if it is earlier. Empty: at any hour."),
    )  # fmt: skip
    days = forms.MultipleChoiceField(
        label=gettext_lazy("Only on"), choices=DAYS, required=False,
        widget=forms.CheckboxSelectMultiple, help_text=gettext_lazy("None: every day."),
    )  # fmt: skip
    class_code = forms.ChoiceField(
        label=gettext_lazy("Class of its cases"), widget=PlainSelect, required=False
    )
    again_h = forms.IntegerField(
        label=gettext_lazy("A new case after so many hours"), min_value=0, max_value=8760,
        help_text=gettext_lazy("Where the case has ended and the value is still beyond. 0: never."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kind"].queryset = queries.kinds()
        fields["class_code"].choices = class_choices(empty=_("As the kind says"))

    def clean_device(self) -> Device | None:
        """The device by its code."""
        code = str(self.cleaned_data["device"]).strip()
        found = Device.objects.filter(code=code).first() if code else None
        if code and found is None:
            raise forms.ValidationError(_("There is no device by this code."))
        return found

    def clean(self) -> dict[str, Any]:
        """Empty numbers are 0, days are numbers."""
        data = super().clean() or {}
        for name in ("hysteresis", "trip_s", "clear_s"):
            data[name] = data.get(name) or 0
        data["days"] = [int(day) for day in data.get("days", [])]
        return data


class DeviceFilter(forms.Form):
    """What narrows the list of devices."""

    q = forms.CharField(label=gettext_lazy("Words"), max_length=60, required=False)
    kind = forms.ChoiceField(
        label=pgettext_lazy("sensors", "Kind"), required=False, widget=PlainSelect
    )
    state = forms.ChoiceField(label=pgettext_lazy("sensors", "State"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kind"].choices = [
            ("", _("All")), *((str(one.pk), one.label) for one in queries.kinds())
        ]  # fmt: skip
        fields["state"].choices = [
            ("", _("All")), ("alarm", _("Alarm")), ("silent", _("Silent now")),
            ("off", _("Switched off")),
        ]  # fmt: skip


class ListForm(forms.Form):
    """A list of devices to read in."""

    file = forms.FileField(label=gettext_lazy("List of devices (CSV)"))
