"""The filter bar of the map: the list's own, but that a map without a filter shows what is open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from linli.cases import forms as shared
from linli.cases.rules import Stage
from linli.cases.rules.filters import CaseFilter
from linli.kernel.forms import DayField, PlainSelect

if TYPE_CHECKING:
    from linli.staff.models import User

ALL = "all"  # said in the address, since a map without a filter shows what is open


def read_filter(query: QueryDict) -> CaseFilter:
    """The filter of a query string; `stage=all` is every stage. Raises BadInput."""
    if query.getlist("stage") == [ALL]:
        query = query.copy()
        del query["stage"]
    return shared.read_filter(query)


def query_of(wanted: CaseFilter) -> dict[str, str]:
    """The filter as the map's own query string."""
    return {"stage": ALL} | wanted.query()


class MapFilterForm(shared.FilterForm):
    """Shows a `CaseFilter`; reading is done by `read_filter`."""

    stage = forms.ChoiceField(
        label=shared.FilterForm.base_fields["stage"].label,
        required=False,
        widget=PlainSelect,
        choices=lambda: [("open", _("all open")), (ALL, shared.ANY[1]), *Stage.choices],
    )

    def __init__(
        self,
        user: User,
        wanted: CaseFilter,
        typed: QueryDict | None = None,
        *,
        drawn: dict[str, str] | None = None,
    ) -> None:
        super().__init__(user, wanted, typed)
        self.initial = {"stage": ALL, **self.initial}
        for name, value in (drawn or {}).items():  # set on the map, sent along with the filter
            self.fields[name] = forms.CharField(required=False, widget=forms.HiddenInput)
            self.initial[name] = value

    def says(self) -> list[tuple[str, str]]:
        """What is set, in words: label and value, for a print."""
        lines = []
        for bound in [*self.visible_fields(), *self.more_fields()]:
            value = bound.value()
            if value in (None, "", False):
                continue
            known = dict(_flat(getattr(bound.field, "choices", ())))
            text = str(known.get(str(value), "" if value is True else value)).strip()
            lines.append((str(bound.label), text))
        return lines


def _flat(choices: Any) -> Iterator[tuple[str, Any]]:
    """Choices without their groups."""
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(value), label


class MapDayForm(forms.Form):
    """The day whose borders the map shows."""

    on = DayField(label=_("Borders as of"), required=False)
