"""The small city of the cases, somebody who writes rules, and rules written in a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from linli.cases.services.trials import try_rules
from linli.routing import services
from linli.routing.models import RoutingRule, RuleSet, Trial
from linli.routing.rules import Conditions
from linli.routing.services.drafting import Effect
from linli.staff.models import User
from tests.cases.city import City, make_city
from tests.conftest import NOW
from tests.factories import make_post, make_user

Write = Callable[..., RoutingRule]
TODAY = timezone.localdate(NOW)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def author(city: City) -> User:
    """Writes rules and sees no case."""
    user = make_user(name="规则管理员")
    make_post("routing.edit", "routing.see", user=user, unit=city.centre)
    return User.objects.get(pk=user.pk)


@pytest.fixture
def draft(author: User) -> RuleSet:
    """An empty draft."""
    return services.begin_draft(actor=author, now=NOW, name="试行规则")


@pytest.fixture
def write(author: User, draft: RuleSet) -> Write:
    """A rule at the end of the draft: its conditions by name, its effect as `to=` and the rest."""

    def one(name: str = "规则", *, to: int | None = None, **given: Any) -> RoutingRule:
        effect = {
            key: given.pop(key)
            for key in ("target", "co_units", "urgency", "limit", "factor")
            if key in given
        }
        named = {key: given.pop(key) for key in ("rule_id", "position") if key in given}
        return services.save_rule(
            actor=author,
            now=NOW,
            set_id=draft.pk,
            name=name,
            when=Conditions(**given),
            effect=Effect(unit=to, **effect),
            **({"rule_id": None} | named),
        )

    return one


def tried(draft: RuleSet, author: User) -> Trial:
    """The draft run over the cases of NOW's month."""
    draft.refresh_from_db()
    return try_rules(actor=author, rule_set=draft, since=TODAY.replace(day=1), until=TODAY, now=NOW)


def published(draft: RuleSet, author: User) -> RuleSet:
    """The draft in force today."""
    tried(draft, author)
    return services.publish(actor=author, now=NOW, set_id=draft.pk, valid_from=TODAY)
