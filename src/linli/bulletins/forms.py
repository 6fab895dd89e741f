"""The forms of bulletins."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from linli.bulletins.models import Bulletin
from linli.bulletins.rules.docx import MOST_BYTES
from linli.bulletins.rules.states import Kind

_SPLIT = re.compile(r"[\s,，;；、]+")


class CaseNumbers(forms.CharField):
    """Numbers of cases, apart by spaces, commas or lines."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> list[str]:
        return [one for one in _SPLIT.split(super().clean(value)) if one]


def _title() -> forms.CharField:
    return forms.CharField(label=gettext_lazy("Title"), max_length=120)


def _cases(*, required: bool) -> CaseNumbers:
    return CaseNumbers(
        label=pgettext_lazy("bulletin", "Cases"), required=required, max_length=4000,
        help_text=gettext_lazy(
            "Numbers of cases, one a line. Class, community, unit and days are told; never the"
            " address or who reported."
        ),
    )  # fmt: skip


class MonthlyForm(forms.Form):
    """A bulletin of a closed period."""

    freeze_id = forms.TypedChoiceField(label=gettext_lazy("Closed period"), coerce=int)
    title = _title()

    def __init__(self, periods: list[tuple[int, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["freeze_id"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = periods


class SpecialForm(forms.Form):
    """A report on one subject."""

    subject = forms.CharField(label=pgettext_lazy("bulletin", "Subject"), max_length=120)
    title = _title()
    cases = _cases(required=True)


class TextForm(forms.Form):
    """The words of a draft."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    title = _title()
    opening = forms.CharField(required=False, max_length=4000, widget=forms.Textarea({"rows": 5}))
    findings = forms.CharField(required=False, max_length=4000, widget=forms.Textarea({"rows": 6}))
    demands = forms.CharField(required=False, max_length=4000, widget=forms.Textarea({"rows": 6}))
    cases = _cases(required=False)

    def __init__(self, bulletin: Bulletin, *args: Any, **more: Any) -> None:
        initial = {
            "title": bulletin.title, "revision": bulletin.revision, **bulletin.sections,
            "cases": "\n".join(one["number"] for one in bulletin.content.get("cases", [])),
        }  # fmt: skip
        super().__init__(*args, **{"initial": initial, **more})
        monthly = bulletin.kind == Kind.MONTHLY
        self.fields["opening"].label = _("Opening")
        self.fields["findings"].label = (
            _("Problems found") if monthly else pgettext("bulletin", "Analysis")
        )
        self.fields["demands"].label = _("Demands for next month") if monthly else _("Proposals")


class WordsForm(forms.Form):
    """Why it is sent back or withdrawn."""

    words = forms.CharField(
        label=pgettext_lazy("bulletin", "Words"), required=False, max_length=1000,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Needed for sending back and for withdrawing."),
    )  # fmt: skip


class TemplateForm(forms.Form):
    """A Word file as the next version."""

    kind = forms.ChoiceField(label=pgettext_lazy("bulletin", "Kind"), choices=Kind.choices)
    name = forms.CharField(label=pgettext_lazy("template", "Name"), max_length=120)
    note = forms.CharField(label=gettext_lazy("What has changed"), max_length=300, required=False)
    file = forms.FileField(
        label=gettext_lazy("Word file (.docx)"), max_length=100,
        widget=forms.FileInput({"accept": ".docx"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty. Choose another one."),
            "max_length": gettext_lazy(
                "The name of the file is too long. Rename it to 100 letters at most."
            ),
        },
    )  # fmt: skip

    def clean_file(self) -> bytes:
        given = self.cleaned_data["file"]
        if given.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(most)d MB. Make its pictures smaller.")
                % {"most": MOST_BYTES // 2**20}
            )
        return bytes(given.read())
