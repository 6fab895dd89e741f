"""The pages that people fill in: residents, operators, grid workers."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from bench._doors.base import Door
from bench._ledger import Message
from bench._wire import Answer, Browser, Lost, Sent, choices

_NUMBER = re.compile(r"\d{8}-\d{6,}-\d")


def _words(message: Message) -> str:
    return f"路面有积水,走不过去{message.mark}"


class Portal(Door):
    """A resident without an account. Every third leaves an e-mail address; every tenth joins what
    others have reported near by."""

    name = "portal"

    def compose(self, message: Message) -> Sequence[Sent]:
        browser = Browser(self.wire)
        lon, lat = self.here.place()
        values = browser.form("/report/") | {
            "description": _words(message), "lon": f"{lon:.6f}", "lat": f"{lat:.6f}",
            "address": "人民路", "case_class": "",
        }  # fmt: skip
        if message.number % 3 == 0:
            message.letter = f"{self.name}{message.number}@example.cn"
            values["email"] = message.letter
        joined = self._near(browser, values) if message.number % 10 == 4 else ""
        if joined:
            message.joins = "*"
        return [browser.filled("/report/", values | {"join": joined, "similar_seen": "1"})]

    def _near(self, browser: Browser, values: dict[str, str]) -> str:
        """The first of the similar ones that the page asks about, if there are any."""
        path = f"/report/similar?lon={values['lon']}&lat={values['lat']}"
        answer = browser.wire(Sent("GET", path, headers=browser.filled(path, {}).headers))
        if answer.status != 200:
            raise Lost(f"{path}: {answer.status}")
        return next(iter(choices(answer.text, "join")), "")

    def read(self, answer: Answer) -> str | None:
        found = _NUMBER.search(answer.location)
        return found[0] if answer.status == 302 and found else None


class Desk(Door):
    """An operator; each caller gets a text message, every tenth call joins a case."""

    name = "desk"

    def compose(self, message: Message) -> Sequence[Sent]:
        browser = Browser(self.wire, linli_session=random.choice(self.here.sessions["operator"]))
        message.letter = f"139{message.number:08d}"
        lon, lat = self.here.place()
        values = browser.form("/desk/intake/") | {
            "description": _words(message), "lon": f"{lon:.6f}", "lat": f"{lat:.6f}",
            "address": "人民路", "case_class": random.choice(self.here.codes), "name": "王先生",
            "phone": message.letter, "channel": "hotline", "urgency": "normal",
            "handling": "general",
        }  # fmt: skip
        if message.number % 10 == 4:
            message.joins = random.choice(self.here.targets)
            return [browser.filled(f"/desk/intake/join/{message.joins}", values)]
        return [browser.filled("/desk/intake/", values)]

    def read(self, answer: Answer) -> str | None:
        return "" if answer.status == 302 and "/intake/done/" in answer.location else None


class Field(Door):
    """A grid worker's phone. Every tenth report joins a case that is there."""

    name = "field"

    def compose(self, message: Message) -> Sequence[Sent]:
        browser = Browser(self.wire, linli_session=random.choice(self.here.sessions["worker"]))
        lon, lat = self.here.place()
        values = browser.form("/field/report/") | {
            "opinion": _words(message), "lon": f"{lon:.6f}", "lat": f"{lat:.6f}",
            "case_class": random.choice(self.here.codes),
        }  # fmt: skip
        if message.number % 10 == 4:
            message.joins = values["join"] = random.choice(self.here.targets)
        return [browser.filled("/field/report/", values)]

    def read(self, answer: Answer) -> str | None:
        found = _NUMBER.search(answer.location)
        return found[0] if answer.status == 302 and found else None
