"""Every address of the site, read from the URL table: what a new page must answer to is not listed
here but found, and what cannot be found out fails by name."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.gis.geos import Point
from django.core import signing
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from linli.cards.models import Card, CardRule, Inquiry, Order
from linli.marks.models import Mark
from linli.staff.queries import system_actor
from linli.staff.web import Access, access_of
from linli.territory.models import Building, Cell
from tests.cases.city import square
from tests.town import Town

PUBLIC, STAFF = Access("public"), Access("staff")
#: Marks for views that are not ours or lie below `staff`, by name of the address.
MARKED_HERE: dict[str, Access] = {
    **dict.fromkeys(("healthz", "readyz", "metrics", "areas", "set_language"), PUBLIC),
    "kit": STAFF,
    **dict.fromkeys(("account_login", "account_inactive", "account_signup"), PUBLIC),
    "mfa_authenticate": PUBLIC,  # between the password and the code nobody is signed in yet
    "account_logout": PUBLIC,  # signs out whoever is signed in, and else leads home
    **dict.fromkeys(
        (
            "account_reauthenticate", "account_change_password", "mfa_index", "mfa_reauthenticate",
            "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "usersessions_list",
        ),
        STAFF,
    ),
}  # fmt: skip
_HOLE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>")


@dataclass(frozen=True)
class Door:
    """One address: its name, its route as the table has it, its view."""

    name: str
    route: str
    view: Callable[..., Any]

    @property
    def access(self) -> Access | None:
        """The mark on the view, or ours for views that cannot carry one."""
        return access_of(self.view) or MARKED_HERE.get(self.name)

    @property
    def holes(self) -> tuple[str, ...]:
        """The names of what the address needs, in order."""
        return tuple(a or b for a, b in _HOLE.findall(self.route))

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/")

    def path(self, town: Town, case: str = "here", **given: object) -> str:
        """The address with everything filled in, about one case of the town.

        Raises LookupError for a hole nobody knows how to fill.
        """
        values = {hole: _value(self, hole, town, case) for hole in self.holes if hole not in given}
        values |= {name: value for name, value in given.items() if name in self.holes}
        return self.address(values)

    def address(self, values: dict[str, object]) -> str:
        """The address with `values` in its holes."""
        if not self.name.endswith("None"):
            return reverse(self.name, kwargs=values)
        return "/" + _HOLE.sub(lambda hole: str(values[hole[1] or hole[2]]), self.route)


def __walk(patterns: Any, route: str, space: str) -> Iterator[Door]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from __walk(pattern.url_patterns, here, inner)
        elif isinstance(pattern, URLPattern):
            yield Door(f"{space}{pattern.name}", here, pattern.callback)


@cache
def doors() -> tuple[Door, ...]:
    """All of them, in the order of the table."""
    return tuple(__walk(get_resolver().url_patterns, "", ""))


def names(some: tuple[Door, ...] | list[Door]) -> list[str]:
    """Ids for parametrised tests."""
    return [f"{door.name} {door.route}" for door in some]


def _value(door: Door, hole: str, town: Town, case: str) -> object:
    for key in (f"{door.name}.{hole}", f"{door.name.partition(':')[0]}:*.{hole}", hole):
        if key in HOLES:
            return HOLES[key](town, case)
    raise LookupError(
        f"The permission matrix does not know what to put for <{hole}> of {door.name} "
        f"({door.route}). Add a row to HOLES in tests/doors.py: “{door.name}.{hole}”."
    )


def _tile(axis: str) -> Callable[[Town, str], object]:
    """The tile at zoom 14 in which the towns' cases lie (31.005 N, 121.0025 or 121.0125 E)."""
    import math

    def number(town: Town, case: str) -> int:
        place = town.city.districts[1 if case == "there" else 0].place()
        if axis == "x":
            return int((place.lon + 180) / 360 * 2**14)
        lat = math.asinh(math.tan(math.radians(place.lat)))
        return int((1 - lat / math.pi) / 2 * 2**14)

    return number


def _waiting(town: Town, case: str) -> object:
    return uuid.UUID(town.photo("chief"))


def _component_of(town: Town, case: str) -> str:
    """The code of a component in the first district."""
    from linli.components.models import Care, Component, Source
    from linli.components.rules.quads import quad_of

    home = town.home
    place = home.place()
    made, _new = Component.objects.get_or_create(
        code=3101010307000001,
        defaults={
            "quad": quad_of(place.lon, place.lat),
            "community": home.community,
            "grid": home.grids[0],
            "care": Care.objects.get_or_create(maintainer=home.department)[0],
            "source": Source.objects.get_or_create(name="doors")[0],
            "place": Point(place.lon, place.lat, srid=4326),
        },
    )
    return made.number


def _card_rule(town: Town) -> CardRule:
    """A rule of cards."""
    day = town.now.date()
    given = {"least": 9, "points": 0, "valid_from": day, "made_at": town.now}
    keyed = {"name": "doors", "what": "reworks", "level": "attend"}
    return CardRule.objects.get_or_create(**keyed, defaults=given)[0]


def _supervised(town: Town, case: str) -> int:
    """The number of a card, an order and an inquiry on a case."""
    found, now = town.case(case), timezone.now()
    signed = {"signed_at": now, "signed_by": town.users["cityleader"],
              "post": town.posts["cityleader"], "unit_id": found.lead_unit_id}  # fmt: skip
    issued = {"issued_at": now, "issued_by": town.users["cityleader"], "state": "issued"}
    about = {"unit_id": found.lead_unit_id, "proposed_at": now}
    key = {"case_id": found.pk, "number": 1}
    Card.objects.get_or_create(
        **key, defaults={"what": "by_hand", "level": "red", "points": -10, **about, **issued}
    )
    Order.objects.get_or_create(
        **key, defaults={"level": "urge", "words": "", "given_at": now, "due_on": now.date()}
    )
    Inquiry.objects.get_or_create(**key, defaults=signed)
    return 1


def _mark_of(town: Town) -> Mark:
    """A mark of the chief of the first district, for all staff."""
    from linli.marks.services import add_mark

    found = Mark.objects.filter(text="doors").first()
    chief = town.users["chief"]
    return found or add_mark(
        actor=chief, text="doors", kind="place", audience="own",
        shape=f"point:{town.home.x + 0.005},31.005", valid_from=town.now.date(), now=town.now,
    )  # fmt: skip


def _announcement_of(town: Town) -> int:
    """A draft of the chief of the first district."""
    from linli.announcements.models import Announcement
    from linli.announcements.services import Text, write_draft

    found = Announcement.objects.filter(title="doors", state="draft").first()
    text = Text("doors", "doors", "ordinary", "everyone")
    return (found or write_draft(actor=town.users["chief"], text=text, now=town.now)).pk


def _call_of(town: Town) -> Any:
    """A call that the operator of the first district is on, with a call-back and an article."""
    from linli.hotline import services as hotline
    from linli.hotline.models import Article, CallBack, Line

    chief, operator = town.users["chief"], town.users["operator"]
    line = Line.objects.filter(number="12345").first() or hotline.add_line(
        actor=chief, unit_id=town.home.centre.pk, number="12345", name="doors",
        weekdays=range(1, 8), now=town.now,
    )  # fmt: skip
    call = hotline.take_call(actor=operator, line_id=line.pk, now=town.now)
    if not Article.objects.exists():
        hotline.add_article(
            actor=chief, kind="article", title="doors", body="doors", now=town.now,
            valid_from=town.now.date(),
        )  # fmt: skip
    if not CallBack.objects.exists():
        CallBack.objects.create(
            unit=town.home.centre, call=call, reason="promised", most_tries=3, made_at=town.now,
            due_at=town.now, next_at=town.now,
        )  # fmt: skip
    return call


def _building_of(town: Town) -> Building:
    """A building in the first district."""
    key = {"source_key": "doors-building"}
    outline = square(town.home.x + 0.001, 31.001, 0.0002)
    return Building.objects.get_or_create(**key, defaults={"outline": outline, "floors": 3})[0]


#: What goes into the holes of addresses: by address and hole, by package and hole, or by hole.
HOLES: dict[str, Callable[[Town, str], object]] = {
    "announcements:*.announcement_id": lambda town, case: _announcement_of(town),
    "announcements:*.number": lambda town, case: 1,
    "marks:*.mark_id": lambda town, case: _mark_of(town).pk,
    "hotline:*.call_id": lambda town, case: _call_of(town).pk,
    "hotline:*.call_back_id": lambda town, case: _a_call_back(town),
    "hotline:*.line_id": lambda town, case: _call_of(town).line_id,
    "hotline:*.kind_id": lambda town, case: _call_of(town).line.kinds.first().pk,
    "hotline:*.article_id": lambda town, case: _an_article(town),
    "maps:building.building": lambda town, case: _building_of(town).pk,
    "maps:grid.code": lambda town, case: town.home.grids[0].code,
    "maps:grid_outline.code": lambda town, case: town.home.grids[0].code,
    "maps:region.code": lambda town, case: town.home.community.code,
    "maps:region_outline.code": lambda town, case: town.home.community.code,
    "number": lambda town, case: town.case(case).number,
    "secret": lambda town, case: town.filed[case].secret,
    "desk:component.code": _component_of,
    "portal:label.code": _component_of,
    "api:get_component.code": _component_of,
    "case_id": lambda town, case: town.case(case).pk,
    "file_number": lambda town, case: 1,  # the photo of the report
    "portal:result.number": lambda town, case: town.case("done").number,
    "portal:result.file_number": lambda town, case: 2,
    "report_number": lambda town, case: 1,
    "move": lambda town, case: "comment",
    "freeze_id": lambda town, case: 1,  # nobody's
    "saved_id": lambda town, case: 1,  # nobody's
    "sheet_id": lambda town, case: 1,
    "adjustment_number": lambda town, case: 1,
    "scheme_id": lambda town, case: 1,
    "bulletin_id": lambda town, case: 1,  # nobody's
    "made_id": lambda town, case: 1,
    "template_id": lambda town, case: 1,
    "bulletin_kind": lambda town, case: "monthly",
    "evaluation:*.version_id": lambda town, case: 1,
    "indicator_id": lambda town, case: 1,
    "kind": lambda town, case: "csv",
    "portal:board.code": lambda town, case: town.home.grids[0].code,
    "portal:portrait.code": lambda town, case: town.home.grids[0].code,
    "filter_id": lambda town, case: town.users["chief"].saved_filters.get().pk,
    "notice_id": lambda town, case: _notice_of(town, "chief"),
    "webhook_id": lambda town, case: 1,  # nobody's
    "delivery_id": lambda town, case: 1,
    "card_number": _supervised,
    "order_number": _supervised,
    "inquiry_number": _supervised,
    "deed": lambda town, case: "reply",
    "cards:end_rule.rule_id": lambda town, case: _card_rule(town).pk,
    "message_id": lambda town, case: 1,
    "console:message_text.kind": lambda town, case: "cases.received",
    "console:reset_message_text.kind": lambda town, case: "cases.received",
    "device_id": lambda town, case: _sensors(town)["device"],
    "sensors:*.kind_id": lambda town, case: _sensors(town)["kind"],
    "sensors:*.sender_id": lambda town, case: _sensors(town)["sender"],
    "sensors:*.rule_id": lambda town, case: _sensors(town)["rule"],
    "sensors:*.import_id": lambda town, case: _sensors(town)["import"],
    "language": lambda town, case: "en",
    "channel": lambda town, case: "sms",
    "target": lambda town, case: "webhooks:1",
    "upload_id": _waiting,
    "errand_id": lambda town, case: 1,  # nobody's
    "role": lambda town, case: "result",
    "rest": lambda town, case: "v2/anything",
    "batch": lambda town, case: _cards_of(town),
    "collection": lambda town, case: "grids",
    "feature": lambda town, case: town.home.grids[0].code,
    "layer": lambda town, case: "regions",
    "z": lambda town, case: 14,
    # -- console: somebody of the other district, who is nobody's browser in the tests ---------
    "unit_id": lambda town, case: town.city.districts[1].utility.pk,
    "account_id": lambda town, case: town.other.user_id,
    "post_id": lambda town, case: town.other.pk,
    "verb": lambda town, case: "unlock",
    "session_id": lambda town, case: 1,
    "console:template.code": lambda town, case: "operator",
    "console:extend_posts.code": lambda town, case: "operator",
    "duty_id": lambda town, case: town.posts["worker"].duties.first().pk,
    "token_id": lambda town, case: town.token_id,
    "console:*.code": lambda town, case: town.home.grids[0].code,
    "console:cell.code": lambda town, case: Cell.objects.values_list("code", flat=True)[0],
    "console:region_geojson.code": lambda town, case: town.home.community.code,
    "console:region.code": lambda town, case: town.home.community.code,
    "console:edit_region.code": lambda town, case: town.home.community.code,
    "console:redraw_region.code": lambda town, case: town.home.community.code,
    "console:end_region.code": lambda town, case: town.home.community.code,
    "console:topology_of.code": lambda town, case: town.home.community.code,
    "console:repair.code": lambda town, case: town.home.community.code,
    "console:cells_geojson.code": lambda town, case: town.home.community.code,
    "console:assemble.code": lambda town, case: town.home.community.code,
    "console:redraw.code": lambda town, case: town.home.community.code,
    "console:redraw_geojson.code": lambda town, case: town.home.community.code,
    "console:draw_cells.code": lambda town, case: town.home.community.code,
    "console:planner_of.code": lambda town, case: town.home.community.code,
    "console:profile.code": lambda town, case: town.home.community.code,
    "console:scheme.code": lambda town, case: _a_scheme(),
    "console:choose_scheme.code": lambda town, case: _a_scheme(),
    "plan_id": lambda town, case: _a_plan(town),
    "set_id": lambda town, case: _a_draft().pk,
    "rule_id": lambda town, case: _a_draft().rules.get().pk,
    "trial_id": lambda town, case: _a_draft().trials.get().pk,
    "version_id": lambda town, case: _a_model_version(town),
    "console:learn.purpose": lambda town, case: "class",
    "console:staged_sheet.token": lambda town, case: town.staged["catalogue"],
    "console:rejected_lines.token": lambda town, case: town.staged["catalogue"],
    "console:*.token": lambda town, case: town.staged["territory"],
    "import_id": lambda town, case: _an_import(town),
    "edition_id": lambda town, case: town.city.case_class.edition_id,
    "form": lambda town, case: "csv",
    "wechat:receive.code": lambda town, case: _wechat_account(town).code,
    "wechat:*.account_id": lambda town, case: _wechat_account(town).pk,
    "news": lambda town, case: "solved",
    "open311:*.form": lambda town, case: "json",
    "open311:service.code": lambda town, case: "E0102",
    "open311:token.token": lambda town, case: "1-1-x",
    "analysis:stop.token": lambda town, case: signing.dumps(0, salt="analysis.stop"),
    "open311:picture.token": lambda town, case: "nobody:made:it",
    "jurisdiction_id": lambda town, case: _exchange(town)["jurisdiction"],
    "attribute_id": lambda town, case: _exchange(town)["attribute"],
    "destination_id": lambda town, case: _exchange(town)["destination"],
    "forward_id": lambda town, case: _exchange(town)[f"forward {case}"],
    "class_id": lambda town, case: town.city.case_class.pk,
    "workorders:*.platform_id": lambda town, case: _a_work_order(town).platform_id,
    "workorders:*.order_id": lambda town, case: _a_work_order(town).pk,
    "condition_id": lambda town, case: town.city.condition.pk,
    "responsibility_id": lambda town, case: town.responsibility_id,
    "limit_id": lambda town, case: _first_limit(),
    "year": lambda town, case: 2026,
    "day": lambda town, case: "2026-10-01",
    "x": _tile("x"),
    "y": _tile("y"),
}


def _a_work_order(town: Town) -> Any:
    """An order that the centre of the home district holds, about a case of the other one."""
    from linli.workorders.models import Order, Platform

    platform = Platform.objects.get_or_create(
        key_id="wodoors",
        defaults={"name": "doors", "centre": town.home.centre, "made_at": town.now},
    )[0]
    return Order.objects.get_or_create(
        platform=platform,
        number="doors",
        defaults={
            "received_at": town.now, "signed": True, "digest": b"", "state": "held",
            "repeat_of": town.case("there").number, "return_until": town.now,
        },
    )[0]  # fmt: skip


def _a_call_back(town: Town) -> int:
    """Somebody of the first district who waits for a call."""
    from linli.hotline.models import CallBack

    _call_of(town)
    return int(CallBack.objects.earliest("pk").pk)


def _an_article(town: Town) -> int:
    """An article of the hotline's knowledge base."""
    from linli.hotline.models import Article

    _call_of(town)
    return int(Article.objects.earliest("pk").pk)


def _an_import(town: Town) -> int:
    """An import of components that was applied."""
    from linli.components.models import Import, Source

    source = Source.objects.get_or_create(name="doors")[0]
    found, _new = Import.objects.get_or_create(
        source=source, file_name="doors.csv",
        defaults={"crs": "wgs84", "stage": "applied", "began_at": town.other.valid_from},
    )  # fmt: skip
    return int(found.pk)


def _a_scheme() -> str:
    """A scheme of grids, there again even where a test has emptied the tables."""
    from linli.planning.services import restore_schemes

    restore_schemes()
    return "district"


def _a_draft() -> Any:
    """A draft of routing rules with one rule and an empty trial."""
    from linli.routing.models import RoutingRule, RuleSet, Trial

    found = RuleSet.objects.filter(state="draft").first()
    if found is None:
        now = timezone.now()
        found = RuleSet.objects.create(name="试行", made_at=now)
        RoutingRule.objects.create(rule_set=found, position=1, name="一", target="listed")
        figures = {
            "cases": 0, "changed": 0, "named_before": 0, "named_after": 0, "acted": 0,
            "agree_before": 0, "agree_after": 0, "rules": {}, "flows": [], "overlaps": [],
        }  # fmt: skip
        Trial.objects.create(
            rule_set=found, edits=0, since=now.date(), until=now.date(), figures=figures,
            made_by=system_actor(), made_at=now,
        )  # fmt: skip
    return found


def _a_plan(town: Town) -> int:
    """A plan of the home community: made once, without ground."""
    from linli.planning.models import Plan

    found = Plan.objects.filter(community=town.home.community).first()
    if found is None:
        figures = {
            "loads": [100.0], "households": [100], "areas_m2": [10_000], "compactness": [0.7],
            "pieces": [1], "spread": 1.0, "low": 1.0, "border_m": 0, "along": 1.0, "moved": 0,
        }  # fmt: skip
        found = Plan.objects.create(
            community=town.home.community,
            parts=1,
            wish={"least": 200, "most": 500, "floor": 1.0},
            continues=[0],
            figures=figures,
            made_by_id=town.other.user_id,
            made_at=town.other.valid_from,
        )
    return int(found.pk)


def _a_model_version(town: Town) -> int:
    """A version of what was learned, refused, so that it may be put in force."""
    from linli.suggestions.models import ModelVersion
    from linli.suggestions.rules.training import Example, train
    from linli.suggestions.services import adopt

    found = ModelVersion.objects.filter(purpose="class", state="kept").first()
    if found is None:
        words = ("路灯", "井盖")
        examples = [Example(one, one, f"{one}{n}") for one in words for n in range(3)]
        for _version in range(2):
            adopt(
                purpose="class", source="texts", model=train(examples), examples=6, held_out=[],
                now=town.other.valid_from, actor=None,
            )  # fmt: skip
        found = ModelVersion.objects.filter(purpose="class", state="kept").earliest("number")
    return int(found.pk)


def _first_limit() -> int:
    from linli.catalogue.models import StageLimit

    return int(StageLimit.objects.earliest("pk").pk)


def _notice_of(town: Town, role: str) -> int:
    from linli.notices.models import Notice

    return int(Notice.objects.filter(user=town.users[role]).latest("pk").pk)


def _cards_of(town: Town) -> uuid.UUID:
    """A printing of contact cards for a grid of the town's first street."""
    from django.utils import timezone

    from linli.portal.models import CardIssue

    grid, chief = town.home.grids[0], town.users["chief"]
    issue, _new = CardIssue.objects.get_or_create(
        grid=grid, copies=1, issued_by=chief, defaults={"issued_at": timezone.now()}
    )
    return issue.batch


def _wechat_account(town: Town) -> Any:
    """An official account of the home district, in the plain mode."""
    from linli.wechat.models import Account

    secrets = {"token": "doors", "app_secret": "doors", "app_id": "wx0000"}
    values = {"name": "doors", "region": town.home.region, "mode": "plain", **secrets}
    return Account.objects.get_or_create(code="doors", defaults=values)[0]


def _sensors(town: Town) -> dict[str, int]:
    """A kind of device, a sender, a device in the first district, a rule and an import."""
    from linli.sensors import models as sensors

    place = town.home.place()
    of_class = {"class_code": "E0102"}
    kind = sensors.DeviceKind.objects.get_or_create(name="doors", defaults=of_class)[0]
    sender = sensors.Sender.objects.get_or_create(code="doors", defaults={"issued_at": town.now})[0]
    place_of = {"place": Point(place.lon, place.lat), "name": "Water gauge"}
    stands = {"kind": kind, "active_since": town.now, **place_of}
    device, new = sensors.Device.objects.get_or_create(code="doors", defaults=stands)
    if new:
        sensors.DeviceState.objects.create(device=device)
    line = {"sense": "above", "threshold": 1, "kind": kind, "changed_at": town.now}
    rule = sensors.SensorRule.objects.get_or_create(name="doors", defaults=line)[0]
    counts = {"by": town.users["sysadmin"], "added": 0, "changed": 0, "refused": 0, "at": town.now}
    made = sensors.DeviceImport.objects.get_or_create(file_name="doors", defaults=counts)[0]
    return {
        "kind": kind.pk, "sender": sender.pk, "device": device.pk, "rule": rule.pk,
        "import": made.pk,
    }  # fmt: skip


def _exchange(town: Town) -> dict[str, int]:
    """A jurisdiction, a question, a destination, and both cases on their way to it."""
    from linli.open311.models import Attribute, Destination, Forward, Jurisdiction

    region, post = town.home.region, town.posts["operator"]
    jurisdiction = Jurisdiction.objects.get_or_create(code="doors", defaults={"region": region})[0]
    question = {"datatype": "string", "order": 1, "description": "几堆"}
    attribute = Attribute.objects.get_or_create(class_code="E0102", code="N", defaults=question)[0]
    there = {"endpoint": "https://there.example/v2", "post": post, "looked_at": town.now}
    destination = Destination.objects.get_or_create(name="doors", defaults=there)[0]
    found = {
        "jurisdiction": jurisdiction.pk, "attribute": attribute.pk, "destination": destination.pk,
    }  # fmt: skip
    for name in ("here", "there"):
        case = town.case(name)
        said = {"case_number": case.number, "class_code": "E0102", "created_at": town.now}
        forward = Forward.objects.get_or_create(
            destination=destination, case_id=case.pk, defaults=said
        )[0]
        found[f"forward {name}"] = forward.pk
    return found
