"""The filter bar of the map: the list's own, but that a map without a filter shows what is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from linli.cases import forms as shared
from linli.cases.rules import Stage
from linli.cases.rules.filters import CaseFilter
from linli.kernel.forms import PlainSelect

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

    def __init__(self, user: User, wanted: CaseFilter, typed: QueryDict | None = None) -> None:
        super().__init__(user, wanted, typed)
        self.initial = {"stage": ALL, **self.initial}
