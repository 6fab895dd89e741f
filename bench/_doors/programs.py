"""Other people's programs: the REST interface and Open311."""

from __future__ import annotations

import json
import random
import re
import uuid
from collections.abc import Sequence
from urllib.parse import urlencode

from bench._doors.base import Door
from bench._ledger import Message
from bench._wire import FORM, Answer, Sent

_REQUEST_ID = re.compile(r"<service_request_id>([^<]+)</service_request_id>")


class Api(Door):
    """`POST /api/v1/cases` under an Idempotency-Key; every tenth adds a report to a case."""

    name = "api"

    def compose(self, message: Message) -> Sequence[Sent]:
        body: dict[str, object] = {"description": f"井盖松动{message.mark}", "channel": "hotline"}
        path = "/api/v1/cases"
        if message.number % 10 == 4:
            message.joins = random.choice(self.here.targets)
            path = f"/api/v1/cases/{message.joins}/reports"
        else:
            lon, lat = self.here.place()
            body |= {"lon": lon, "lat": lat, "case_class": random.choice(self.here.codes)}
        headers = {
            "Host": "localhost", "Authorization": f"Bearer {self.here.tokens['operator']}",
            "Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4()),
        }  # fmt: skip
        return [Sent("POST", path, json.dumps(body).encode(), headers)]

    def read(self, answer: Answer) -> str | None:
        return str(json.loads(answer.body)["number"]) if answer.status == 201 else None


class Open311Json(Door):
    """An app. Half of them name their message by an Idempotency-Key, half know no such thing."""

    name = "open311json"
    form = "json"

    def compose(self, message: Message) -> Sequence[Sent]:
        lon, lat = self.here.place()
        values = {
            "api_key": self.here.tokens["open311"], "service_code": random.choice(self.here.codes),
            "lat": f"{lat:.6f}", "long": f"{lon:.6f}", "description": f"路灯不亮{message.mark}",
        }  # fmt: skip
        headers = {"Host": "localhost", "Content-Type": FORM}
        if message.number % 2:
            headers["Idempotency-Key"] = str(uuid.uuid4())
        path = f"/open311/v2/requests.{self.form}"
        return [Sent("POST", path, urlencode(values).encode(), headers)]

    def read(self, answer: Answer) -> str | None:
        if answer.status != 200:
            return None
        return str(json.loads(answer.body)[0]["service_request_id"])


class Open311Xml(Open311Json):
    """The same in XML."""

    name = "open311xml"
    form = "xml"

    def read(self, answer: Answer) -> str | None:
        found = _REQUEST_ID.search(answer.text)
        return found[1] if answer.status == 200 and found else None
