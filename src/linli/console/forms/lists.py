"""What lists of people and of the log are narrowed by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.audit.rules import ACTIONS
from linli.console.forms.parts import RegionField, day, words
from linli.staff.models import PostKind, UnitKind

ALL = ("", pgettext_lazy("filter", "All"))


class UnitFilter(forms.Form):
    q = words(_("Name or code"), 60, required=False)
    kind = forms.ChoiceField(
        label=pgettext_lazy("console", "Kind"), required=False, choices=[ALL, *UnitKind.choices]
    )
    ended = forms.BooleanField(label=_("Also those not in use"), required=False)


class AccountFilter(forms.Form):
    q = words(_("Name or user name"), 60, required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[ALL, ("open", _("In use")), ("closed", _("Account closed"))],
    )


class PostFilter(forms.Form):
    q = words(_("Person, title or unit"), 60, required=False)
    kind = forms.ChoiceField(label=_("Duty"), required=False, choices=[ALL, *PostKind.choices])
    soon = forms.BooleanField(label=_("Ends within 30 days"), required=False)
    past = forms.BooleanField(label=_("Ended"), required=False)


class DutyFilter(forms.Form):
    q = words(_("Grid or community"), 60, required=False)
    region = RegionField(required=False, help_text="")
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[ALL, ("without", _("Without a primary worker"))],
    )


class LogFilter(forms.Form):
    who = words(_("Name or user name"), 60, required=False)
    action = forms.ChoiceField(label=_("Action"), required=False)
    object_type = words(_("Kind of object"), 40, required=False)
    object_id = words(_("Object"), 60, required=False)
    since = day(_("From"), required=False)
    until = day(_("To"), required=False)

    def __init__(self, *args: Any, actions: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {code: str(label) for code, label in ACTIONS.items()}
        codes = actions or tuple(sorted(labels, key=lambda code: labels[code]))
        action: Any = self.fields["action"]
        action.choices = [ALL, *((code, labels.get(code, code)) for code in codes)]
