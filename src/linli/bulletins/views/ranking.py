"""The ranking of units for the public (R122): of published bulletins only, never of persons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from linli.bulletins.queries import bulletins as queries
from linli.bulletins.rules.ranking import FEW
from linli.staff.web import public_page

if TYPE_CHECKING:
    from linli.bulletins.models import Bulletin

MOST = 36


@require_safe
@public_page
def rankings(request: HttpRequest) -> HttpResponse:
    """The latest ranking, and the list of those before."""
    return _page(request, None)


@require_safe
@public_page
def ranking(request: HttpRequest, bulletin_id: int) -> HttpResponse:
    """The ranking of one published bulletin."""
    return _page(request, queries.published_ranking(bulletin_id))


def _page(request: HttpRequest, chosen: Bulletin | None) -> HttpResponse:
    others = list(queries.published_rankings()[:MOST])
    chosen = chosen or (others[0] if others else None)
    context = {"bulletin": chosen, "others": others, "few": FEW}
    return render(request, "bulletins/ranking.html", context)
