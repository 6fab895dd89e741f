"""Forms of announcements: one's text and whom it is for, decisions, the city's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.announcements import policy
from linli.announcements.rules import HOURS, NEVER, REMINDERS, Audience, Importance
from linli.announcements.services import Text
from linli.kernel.forms import DayField, PlainSelect, say_what_is_missing
from linli.notices.rules import Channel
from linli.staff import queries as staff
from linli.territory.queries.tree import tree

if TYPE_CHECKING:
    from linli.announcements.models import Announcement, Settings
    from linli.staff.models import User

_LEAST = [*Importance.choices, (NEVER, pgettext_lazy("importance", "Never"))]


class Number(forms.TypedMultipleChoiceField):
    """Ids chosen from a list."""

    def __init__(self, **more: Any) -> None:
        super().__init__(coerce=int, required=False, **more)


def region_choices(user: User, grant: str) -> list[tuple[str, str]]:
    """The regions a post covers, each below the one it lies in, deeper ones indented."""
    divisions, found = tree(), []
    waiting = [(one, 0) for one in reversed(policy.ground_of(user, grant).tops)]
    while waiting:
        region_id, depth = waiting.pop()
        region = divisions.region(region_id)
        found.append((str(region.id), "　" * depth + region.name))
        below = [one for one in divisions.children_of(region_id) if one.tier != "group"]
        waiting += [(child.id, depth + 1) for child in reversed(below)]
    return found


class AnnouncementForm(forms.Form):
    """A draft. `text()` is what `services.write_draft` takes."""

    title = forms.CharField(label=pgettext_lazy("announcements", "Title"), max_length=80)
    body = forms.CharField(
        label=pgettext_lazy("announcements", "Text"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("No names or telephone numbers of residents: everybody it is for reads it."),
    )
    importance = forms.ChoiceField(
        label=pgettext_lazy("announcements", "Importance"), choices=Importance.choices
    )
    must_confirm = forms.BooleanField(label=_("Everybody confirms having read it"), required=False)
    last_on = DayField(
        label=pgettext_lazy("announcements", "Last day"),
        required=False,
        help_text=_("Empty: until it is withdrawn."),
    )
    audience = forms.ChoiceField(
        label=pgettext_lazy("announcements", "For whom"),
        choices=Audience.choices,
        widget=forms.RadioSelect,
    )
    units = Number(
        label=pgettext_lazy("announcements", "Units"),
        help_text=_("Only where it is for units."),
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    regions = Number(
        label=pgettext_lazy("announcements", "Regions"),
        help_text=_("Only where it is for regions, or for those on duty in them."),
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    roles = Number(
        label=_("Only these roles"),
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=_("None chosen: all roles."),
    )
    letters = forms.MultipleChoiceField(
        label=_("Also by"),
        choices=Channel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The title and a link, to whoever has an address on the account."),
    )

    def __init__(
        self, user: User, data: QueryDict | None = None, *, draft: Announcement | None = None
    ) -> None:
        super().__init__(data, initial=_initial(draft))
        ground = policy.ground_of(user, policy.WRITE)
        units = [one for one in staff.units() if one.pk in ground.unit_ids]
        top = min((one.path.count("/") for one in units), default=0)
        self._choices("units", [
            (str(one.pk), "　" * (one.path.count("/") - top) + one.label) for one in units
        ])  # fmt: skip
        self._choices("regions", region_choices(user, policy.WRITE))
        self._choices("roles", [(str(one.pk), one.label) for one in staff.templates()])
        say_what_is_missing(self)

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def text(self, data: QueryDict) -> Text:
        """What the author gave, with the files named in `data`."""
        keep = [int(one) for one in data.getlist("keep") if one.isdecimal() and len(one) < 5]
        return Text(**self.cleaned_data, keep=keep, uploads=data.getlist("files"))


def _initial(draft: Announcement | None) -> dict[str, Any]:
    if draft is None:
        return {"importance": Importance.ORDINARY, "audience": Audience.EVERYONE}
    names = (*AnnouncementForm.base_fields,)
    return {name: getattr(draft, name) for name in names}


class MessageForm(forms.Form):
    """A leader's message to those on duty."""

    region = forms.TypedChoiceField(
        label=pgettext_lazy("announcements", "Area"), coerce=int, widget=PlainSelect
    )
    text = forms.CharField(
        label=pgettext_lazy("announcements", "Message"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": "500"}),
        help_text=_("No names or telephone numbers of residents."),
    )
    urgent = forms.BooleanField(
        label=pgettext_lazy("announcements", "It is urgent"), required=False
    )
    shown = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)

    def __init__(self, user: User, data: QueryDict | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        field = self.fields["region"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = region_choices(user, policy.MESSAGE)
        say_what_is_missing(self)


class SettingsForm(forms.Form):
    """What the city decides about announcements."""

    approval_from = forms.ChoiceField(
        label=_("A second person approves from this importance on"), choices=_LEAST
    )
    letters_from = forms.ChoiceField(
        label=_("E-mails and text messages are allowed from this importance on"), choices=_LEAST
    )
    remind_after_hours = forms.IntegerField(
        label=_("Remind after hours"), min_value=HOURS[0], max_value=HOURS[1]
    )
    most_reminders = forms.IntegerField(
        label=_("Remind at most so many times"),
        min_value=REMINDERS[0],
        max_value=REMINDERS[1],
        help_text=_("0: never."),
    )

    @staticmethod
    def initial_of(row: Settings) -> dict[str, Any]:
        """What the form begins with."""
        return {name: getattr(row, name) for name in SettingsForm.base_fields}
