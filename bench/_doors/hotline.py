"""The call desk: an operator takes a call, writes it down, and the call becomes a case."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from queue import SimpleQueue

from bench._doors.base import Door
from bench._ledger import Message
from bench._wire import Answer, Browser, Lost, Sent

OPERATORS = 6
_CALL = re.compile(r"/hotline/calls/(\d+)/$")


class Hotline(Door):
    """Each operator is on one call at a time. Every tenth caller means a case that is known."""

    name = "hotline"

    def prepare(self, messages: int) -> None:
        """A line, and six people who take its calls."""
        from bench import _city
        from bench._town import session_of
        from linli.hotline.services import add_line
        from linli.staff import services as staff
        from linli.staff.models import Post, PostTemplate
        from linli.staff.queries import system_actor

        model, now = Post.objects.get(user=_city.user("streetoperator")), self.here.now
        by, chief = system_actor(), PostTemplate.objects.get(code="duty_chief")
        grants = sorted({*model.grants, *chief.grants, "hotline.manage"})
        self.free: SimpleQueue[str] = SimpleQueue()
        for number in range(OPERATORS):
            user = staff.open_account(
                actor=by, username=f"hotline{number}", name=f"话务{number}", now=now,
                must_change=False,
            ).user  # fmt: skip
            post = staff.give_post(
                actor=by, user=user, unit=model.unit, now=now, grants=grants, valid_from=now,
                title="话务员", reach=model.reach, region=model.region,
            )  # fmt: skip
            self.free.put(session_of(post))
        line = add_line(
            actor=post.user, unit_id=model.unit_id, now=now, number="12345", name="热线",
            weekdays=range(1, 8),
        )  # fmt: skip
        self.line, self.on_it = line.pk, dict[str, str]()

    def send(self, message: Message) -> None:
        self.on_it[message.mark] = operator = self.free.get()
        try:
            super().send(message)
        finally:
            self.free.put(operator)

    def compose(self, message: Message) -> Sequence[Sent]:
        browser = Browser(self.wire, linli_session=self.on_it[message.mark])
        taken = self.wire(
            browser.filled("/hotline/take", browser.form("/hotline/") | {"line": self.line})
        )
        found = _CALL.search(taken.location)
        if found is None:
            raise Lost(f"/hotline/take: {taken.status}")
        lon, lat = self.here.place()
        message.letter = f"138{message.number:08d}"
        values = browser.form(found[0]) | {
            "description": f"楼道堆物{message.mark}", "kind": "help", "phone": message.letter,
            "name": "李女士", "lon": f"{lon:.6f}", "lat": f"{lat:.6f}", "address": "人民路",
            "case_class": random.choice(self.here.codes), "channel": "hotline",
            "urgency": "normal", "handling": "general", "wants_call": "on",
        }  # fmt: skip
        verb = "case"
        if message.number % 10 == 4:
            message.joins = random.choice(self.here.targets)
            verb = f"join/{message.joins}"
        return [browser.filled(f"{found[0]}{verb}", values)]

    def read(self, answer: Answer) -> str | None:
        return "" if answer.status == 302 and _CALL.search(answer.location) else None
