"""A town for the tests that go across everything: two districts, the demo's posts, cases in both.

What a post may see is written down here by hand (`SEES`), so that the filter under test is not its
own judge.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone
from PIL import Image

from linli.cases import services as cases
from linli.cases.models import Case, SavedFilter
from linli.cases.rules.inputs import Contact
from linli.cases.services import Filed
from linli.demo.services.people import ADMINISTRATORS, ROLES
from linli.files import services as files
from linli.notices.models import Notice
from linli.staff import queries as staff_queries
from linli.staff import services as staff
from linli.staff.models import Post, PostTemplate, Unit, User
from tests.cases.city import City, District, make_city
from tests.factories import PASSWORD

# Words that stand in one case alone; a page that shows them shows that case.
HERE_WORDS, THERE_WORDS = "梧桐落叶堵住雨篦子", "秘密花园围墙倒塌"
REPORTER, PHONE = "举报人欧阳", "13988887654"
#: Which cases of the town each post of the demo may see, by hand: here, there, both or none.
SEES = {
    "operator": "here", "dispatcher": "here", "chief": "here", "street": "here",
    "streetleader": "here", "unit": "here", "water": "", "worker": "here", "inspector": "here",
    "leader": "here", "evaluator": "here", "cityevaluator": "here there", "city": "here there",
    "cityleader": "here there",
    "hongkou": "there", "hongkouunit": "there", "sysadmin": "", "secadmin": "", "auditadmin": "",
    "interface": "here",
}  # fmt: skip


@dataclass
class Town:
    """The city, an account a role of the demo, and cases: `here` in the first district, `there` in
    the second (both dispatched), `new` (reported, here) and `done` (closed, here)."""

    city: City
    users: dict[str, User]
    posts: dict[str, Post]
    now: datetime
    filed: dict[str, Filed] = field(default_factory=dict)
    token_id: int = 0
    responsibility_id: int = 0
    staged: dict[str, str] = field(default_factory=dict)  # kind of file to token
    _browsers: dict[str, Client] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)

    @property
    def other(self) -> Post:
        """A post of the second district, of somebody who asks for nothing in the tests."""
        return self.city.districts[1].posts["other_handler"]

    @property
    def home(self) -> District:
        return self.city.districts[0]

    def case(self, name: str) -> Case:
        """One of the cases, read anew."""
        return Case.objects.get(pk=self.filed[name].case.pk)

    def sees(self, role: str, name: str) -> bool:
        """Whether the post of `role` may see the case, by the table above."""
        if name == "new" and role in ("unit", "water"):  # not dispatched to anybody yet
            return False
        return ("there" if name == "there" else "here") in SEES[role].split()

    def holds(self, role: str, grants: tuple[str, ...]) -> bool:
        """Whether the post of `role` holds one of `grants`; no grants: any staff."""
        return not grants or not set(grants).isdisjoint(self.posts[role].grants)

    def browser(self, role: str = "") -> Client:
        """Somebody's signed-in browser, reading English; without a role a stranger's. What a
        request before this one has left in its cookies is gone."""
        if role not in self._browsers:
            client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
            if role:
                client.force_login(self.users[role])
            self._browsers[role] = client
            self._keys[role] = str(client.cookies.output(header=""))
        client = self._browsers[role]
        client.cookies.clear()
        client.cookies.load(self._keys[role].strip())
        return client

    def photo(self, who: str | None, *, holder: str | None = None) -> str:
        """The id of a photo that waits to be attached."""
        picture = io.BytesIO()
        Image.new("RGB", (64, 48), (90, 120, 80)).save(picture, "JPEG")
        upload = files.store(
            content=ContentFile(picture.getvalue(), name="p.jpg"), name="p.jpg",
            owner=User.objects.get(pk=self._user(who).pk) if who else None, holder=holder,
            now=timezone.now(),
        )  # fmt: skip
        return str(upload.pk)

    def move(self, name: str, move: str, who: str, *, minute: int, **inputs: Any) -> None:
        """One move on a case by a role, or by a post of the small city (`1:street_chief`)."""
        cases.perform(
            move,
            case_id=self.filed[name].case.pk,
            actor=User.objects.get(pk=self._user(who).pk),
            now=self.now + timedelta(minutes=minute),
            **inputs,
        )

    def _user(self, who: str) -> User:
        district, _, post = who.rpartition(":")
        if not district:
            return self.users[who]
        return self.city.districts[int(district)].user(post)


def make_town() -> Town:
    """Everything, begun three hours ago."""
    city = make_city()
    now = timezone.now() - timedelta(hours=3)
    system = staff_queries.system_actor()
    staff.seed_templates()
    templates = {t.code: t for t in PostTemplate.objects.all()}
    here, there = city.districts
    units: dict[str, Unit] = {
        "CITY": city.centre, "D1": here.centre, "S1": here.street_centre, "D1-CG": here.department,
        "D1-WATER": here.utility, "D2": there.centre, "D2-CG": there.department,
    }  # fmt: skip
    since = now - timedelta(days=20)
    users, posts = {}, {}
    secret = make_password(PASSWORD)  # once: hashing takes its time
    for role in ROLES:
        user = User(username=role.username, name=role.username, password=secret)
        user.password_changed_at = since
        user.save()
        users[role.username] = user
        posts[role.username] = staff.give_post(
            actor=system, user=user, unit=units[role.unit], now=since,
            template=templates[role.template], valid_from=since,
        )  # fmt: skip
        if role.username in ADMINISTRATORS:
            TOTP.activate(user, generate_totp_secret())
    for grid in here.grids:
        staff.appoint_worker(
            actor=system, grid=grid, post=posts["worker"], now=since, valid_from=since
        )
    town = Town(city, {n: User.objects.get(pk=u.pk) for n, u in users.items()}, posts, now)
    _fill(town)
    return town


def _papers(town: Town) -> None:
    """What the administrators' pages are about."""
    from linli.catalogue.services import assign_unit
    from linli.console.services.staging import stage_file

    here, now = town.home, timezone.now()
    town.token_id = staff.issue_token(
        actor=town.users["interface"], post=town.posts["interface"], name="probe",
        grants=town.posts["interface"].grants, now=now,
    ).token.pk  # fmt: skip
    made = assign_unit(
        unit_id=here.department.pk, region_id=here.region.pk, role="lead",
        valid_from=town.now.date(), actor=staff_queries.system_actor(), now=now,
        case_class=town.city.case_class,
    )  # fmt: skip
    town.responsibility_id = made.pk
    options: dict[str, dict[str, Any]] = {
        "territory": {"layer": "regions", "crs": "wgs84", "from_date": "2026-01-01"},
        "catalogue": {"edition": town.city.case_class.edition_id, "region": None, "kind": "event",
                      "plain_is_working": True},
    }  # fmt: skip
    sheets = {
        "territory": "code,name\n1,a\n",
        "catalogue": "小类代码,小类名称,立案条件,结案条件,处置时限\n01,a,b,c,d\n",
    }
    for kind, chosen in options.items():
        town.staged[kind] = stage_file(
            actor=town.users["sysadmin"], kind=kind, name="a.csv", data=sheets[kind].encode(),
            options=chosen, now=now,
        ).token  # fmt: skip


def _fill(town: Town) -> None:
    _papers(town)
    here, there = town.city.districts
    _report(town, "here", here, HERE_WORDS)
    _dispatch(town, "here", "street", here.department)
    _report(town, "there", there, THERE_WORDS)
    town.move("there", "file", "1:street_chief", minute=2, case_class="E0102")
    town.move("there", "dispatch", "1:street_dispatcher", minute=3, unit=there.department.pk)
    _report(town, "new", here, "路灯不亮需要查看")
    _report(town, "done", here, "绿化带里的垃圾已经很久")
    _dispatch(town, "done", "street", here.department)
    town.move("done", "accept", "unit", minute=5)
    town.move("done", "report_back", "unit", minute=9, opinion="已清理", files=[town.photo("unit")])
    town.move("done", "request_check", "street", minute=10)
    town.move(
        "done", "check", "worker", minute=12, passed=True, place=here.place(),
        files=[town.photo("worker")],
    )  # fmt: skip
    town.move("done", "close", "street", minute=14)
    for role, user in town.users.items():
        SavedFilter.objects.create(user=user, name=f"of {role}", query="stage=open")
        Notice.objects.create(
            user=user, kind="cases.dispatched", url="/start/", created_at=town.now,
            params={"number": "1", "address": "a"},
        )  # fmt: skip


def _report(town: Town, name: str, district: District, words: str) -> None:
    holder = f"holder-{name}-0123456789"
    town.filed[name] = cases.report(
        description=words, place=district.place(), address="测试路 8 号", channel="portal",
        case_class="E0102", now=town.now, contact=Contact(name=REPORTER, phone=PHONE),
        uploads=[town.photo(None, holder=holder)], holder=holder,
    )  # fmt: skip


def _dispatch(town: Town, name: str, who: str, unit: Unit) -> None:
    town.move(name, "file", who, minute=2, case_class="E0102")
    town.move(name, "dispatch", who, minute=3, unit=unit.pk)


def files_in(folder: Path) -> dict[str, Any]:
    """Settings that keep uploaded files in `folder`."""
    from django.conf import settings

    default = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(folder / "files")},
    }
    return {"STORAGES": {**settings.STORAGES, "default": default}}


@contextmanager
def standing_town(blocker: Any, folder: Path) -> Iterator[Town]:
    """One town for a whole module; the tests in it undo what they do, and at the end it is gone."""
    with blocker.unblock(), override_settings(**files_in(folder)), transaction.atomic():
        town = make_town()
        for role in ("", *town.users):  # now, so that no test takes the sessions away with it
            town.browser(role)
        yield town
        transaction.set_rollback(True)
