"""Administrators signed in with their second factor, and a small city."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import shapely
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from linli.catalogue.models import CaseClass, Edition
from linli.staff.models import Unit, User
from linli.staff.rules import GRANTS
from linli.territory.models import Grid, Region
from tests.catalogue.factories import a_class, a_condition, an_edition
from tests.factories import make_post, make_unit, make_user
from tests.territory.factories import make_grid as make_drawn_grid
from tests.territory.factories import make_region as make_drawn_region

COMMUNITY = shapely.box(120.0, 30.0, 120.004, 30.002)


def grants_of(kind: str) -> list[str]:
    """Every grant of a kind."""
    return [grant.code for grant in GRANTS.values() if grant.kind == kind]


class Person(NamedTuple):
    """Somebody signed in."""

    user: User
    client: Client


@pytest.fixture
def sign_in(db: None) -> Callable[..., Person]:
    """A person with these grants, signed in; administrators have their second factor."""

    def make(*grants: str, name: str = "", **values: Any) -> Person:
        user = make_user(name=name)
        make_post(*grants, user=user, **values)
        user = User.objects.get(pk=user.pk)
        TOTP.activate(user, generate_totp_secret())
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(user)
        return Person(user, client)

    return make


@pytest.fixture
def system(sign_in: Callable[..., Person]) -> Person:
    """The system administrator."""
    return sign_in(*grants_of("system"), name="系统管理员")


@pytest.fixture
def security(sign_in: Callable[..., Person]) -> Person:
    """The security administrator."""
    return sign_in(*grants_of("security"), "staff.duties", name="安全管理员")


@pytest.fixture
def audit(sign_in: Callable[..., Person]) -> Person:
    """The audit administrator."""
    return sign_in(*grants_of("audit"), name="审计管理员")


@pytest.fixture
def worker(sign_in: Callable[..., Person]) -> Person:
    """Somebody who works on cases."""
    return sign_in("cases.see", "cases.dispatch", "cases.file")


class City(NamedTuple):
    """A district with a street, a community, a grid, a unit and a class."""

    district: Region
    street: Region
    community: Region
    grid: Grid
    unit: Unit
    edition: Edition
    case_class: CaseClass


@pytest.fixture
def city(db: None) -> City:
    """The smallest city there is."""
    district = make_drawn_region("310101000000", "district", name="黄浦区", outline=COMMUNITY)
    street = make_drawn_region("310101013000", "street", district, COMMUNITY, name="南京东路街道")
    community = make_drawn_region("310101013001", "community", street, COMMUNITY, name="承兴居委会")
    grid = make_drawn_grid(community, 1, COMMUNITY)
    unit = make_unit("department", region=district, name="绿化市容局")
    edition = an_edition()
    case_class = a_class(edition)
    a_condition(case_class)
    return City(district, street, community, grid, unit, edition, case_class)
