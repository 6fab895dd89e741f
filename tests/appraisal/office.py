"""A city with everybody a sheet needs, each in hands of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from linli.appraisal.models import Sheet
from linli.appraisal.rules.schemes import Origin
from linli.appraisal.services.moving import move_sheet, report_self
from linli.appraisal.services.opening import open_month
from linli.appraisal.services.scoring import Given, score_sheet
from linli.appraisal.services.seeding import keep_schemes
from linli.staff.models import Post, PostTemplate, User
from tests.cases.city import City, make_city
from tests.conftest import NOW
from tests.factories import make_post

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)
#: A Thursday after March.
LATER = NOW.replace(month=4, day=2)


@dataclass
class Office:
    """The people, by what they do with a sheet."""

    city: City
    worker: User
    post: Post
    clerk: User
    scorer: User
    reviewer: User
    first: User  # hears appeals
    second: User
    signer: User
    other: User  # scores in the other district
    colleague: User  # another worker of the same unit

    @property
    def role_id(self) -> int:
        return PostTemplate.objects.get(code="grid_worker").pk


def _person(verb: str, unit: object) -> User:
    grants = ("cases.see", f"appraisal.{verb}")
    return User.objects.get(pk=make_post(*grants, unit=unit).user_id)  # type: ignore[arg-type]


def make_office(city: City | None = None) -> Office:
    """Everybody, since 30 days before NOW."""
    city = city or make_city()
    home, away = city.districts
    role, _new = PostTemplate.objects.get_or_create(
        code="grid_worker", defaults={"name": "网格员", "reach": "grids", "grants": ["cases.see"]}
    )
    keep_schemes()
    for district in city.districts:
        ids = [district.posts[name].pk for name in ("worker", "other_worker")]
        Post.objects.filter(pk__in=ids).update(template=role)
    post = home.posts["worker"]
    return Office(
        city,
        worker=User.objects.get(pk=post.user_id),
        post=post,
        clerk=_person("open", home.centre),
        scorer=_person("score", home.street_centre),
        reviewer=_person("review", home.centre),
        first=_person("hear", home.centre),
        second=_person("hear", city.centre),
        signer=_person("sign", home.centre),
        other=_person("score", away.centre),
        colleague=User.objects.get(pk=home.posts["other_worker"].user_id),
    )


def opened(office: Office, *, now: datetime = LATER) -> Sheet:
    """The worker's sheet for March."""
    open_month(actor=office.clerk, month=MARCH, role_id=office.role_id, now=now)
    return Sheet.objects.filter(post=office.post).latest("number")


def do(user: User, sheet: Sheet, deed: str, words: str = "因故", *, now: datetime = LATER) -> Sheet:
    """One deed; the sheet afterwards, read anew."""
    user = User.objects.get(pk=user.pk)
    found = move_sheet(actor=user, sheet_id=sheet.pk, deed=deed, words=words, now=now)
    return Sheet.objects.get(pk=found.pk)


def reported(office: Office) -> Sheet:
    """With a self-report."""
    sheet = opened(office)
    points = {
        line.pk: Decimal(90) for line in sheet.scheme.lines.all() if line.origin == Origin.SELF
    }
    report_self(
        actor=office.worker, sheet_id=sheet.pk, words="走访 40 户", points=points, now=LATER
    )
    return Sheet.objects.get(pk=sheet.pk)


def given_for(sheet: Sheet) -> dict[int, Given]:
    """Points for every line that people enter: surveys 45 of 50, representatives 5 × 88."""
    found = {}
    for line in sheet.scheme.lines.all():
        match line.origin:
            case Origin.SCORER:
                found[line.pk] = Given(points=Decimal(86))
            case Origin.SURVEY:
                found[line.pk] = Given(total=Decimal(45), people=50)
            case Origin.RESIDENTS:
                found[line.pk] = Given(total=Decimal(440), people=5)
    return found


def shown(office: Office) -> Sheet:
    """Scored, reviewed and shown to the worker."""
    sheet = reported(office)
    score_sheet(actor=office.scorer, sheet_id=sheet.pk, given=given_for(sheet), now=LATER)
    do(office.scorer, sheet, "submit")
    return do(office.reviewer, sheet, "show")


def signed(office: Office) -> Sheet:
    """Confirmed by the worker and signed."""
    sheet = do(office.worker, shown(office), "agree")
    return do(office.signer, sheet, "sign")


AFTER_APPEALS = LATER + timedelta(days=30)
