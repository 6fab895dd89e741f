"""Pages of the ground: the floors of a building; a grid or region with what stands in it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from linli.maps import queries
from linli.maps.queries.grounds import Kind
from linli.maps.rules.address import parse_day, row_id
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page("cases.see")
def building(request: StaffRequest, building: int) -> HttpResponse:
    """A building with its units, floors and dwellings, and its cases; `?room=` chooses a door."""
    room = row_id(request.GET.get("room", ""), "room")
    now = timezone.now()
    house = queries.house_for(request.user, building, now=now, room=room)
    context = {"house": house, "room": room, "now": now, "box": _box(house.box)}
    return render(request, "maps/building.html", context)


@require_safe
@staff_page("cases.see")
def grid(request: StaffRequest, code: str) -> HttpResponse:
    """A grid: its border, who answers for it, what stands in it (R106, R108)."""
    return _ground(request, "grid", code)


@require_safe
@staff_page("cases.see")
def region(request: StaffRequest, code: str) -> HttpResponse:
    """A region: its border, its centre, who leads there, what stands in it (R106, R108)."""
    return _ground(request, "region", code)


def _ground(request: StaffRequest, kind: Kind, code: str) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    on = parse_day(request.GET.get("on", "")) or today
    after = row_id(request.GET.get("after", ""), "after") or 0
    ground = queries.ground_for(request.user, kind, code, now=now, on=on, after=min(after, 10**6))
    context = {
        "ground": ground,
        "on": "" if on == today else on.isoformat(),
        "bounds": _box(ground.box) if ground.box else "",
        "centre_box": _box(queries.around(*ground.centre)) if ground.centre else "",
        "outline": f"maps:{kind}_outline",
    }
    return render(request, "maps/ground.html", context)


def _box(edges: tuple[float, float, float, float]) -> str:
    return ",".join(f"{edge:.5f}" for edge in edges)


@require_safe
@staff_page("cases.see")
def grid_outline(request: StaffRequest, code: str) -> HttpResponse:
    """The border of a grid on the day `?on=`, as GeoJSON."""
    return _outline(request, "grid", code)


@require_safe
@staff_page("cases.see")
def region_outline(request: StaffRequest, code: str) -> HttpResponse:
    """The border of a region on the day `?on=`, as GeoJSON."""
    return _outline(request, "region", code)


def _outline(request: StaffRequest, kind: Kind, code: str) -> HttpResponse:
    on = parse_day(request.GET.get("on", "")) or timezone.localdate()
    return HttpResponse(
        queries.outline_json(kind, code, on=on),
        content_type="application/geo+json",
    )
