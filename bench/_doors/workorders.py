"""A city's hotline platform: signed work orders, kept at once, made into cases by a job."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Sequence
from dataclasses import replace

from bench._doors.base import Door
from bench._ledger import Message
from bench._wire import Answer, Sent

PATH = "/workorders/v1/orders"


class WorkOrders(Door):
    """Known by the platform's own number; each try is signed anew, as the platform does."""

    name = "workorders"

    def prepare(self, messages: int) -> None:
        """A platform that speaks in words of its own."""
        from django.utils import timezone

        from bench import _city
        from linli.staff.models import Post
        from linli.workorders.models import Platform
        from linli.workorders.rules import signing
        from linli.workorders.rules.mapping import Rule, kept_of

        rules = {
            "number": Rule("order.code"), "description": Rule("order.content"),
            "address": Rule("order.place.text"), "class": Rule("order.type"),
            "lon": Rule("order.place.lng"), "lat": Rule("order.place.lat"),
            "name": Rule("caller.name"), "phone": Rule("caller.tel"),
        }  # fmt: skip
        self.platform = Platform.objects.create(
            name="12345", key_id=signing.new_key_id(), secret=signing.new_secret(),
            centre=Post.objects.get(user=_city.user("streetoperator")).unit, review="repeated",
            mapping=kept_of(rules), made_at=timezone.now(),
        )  # fmt: skip

    def compose(self, message: Message) -> Sequence[Sent]:
        lon, lat = self.here.place()
        message.letter = f"137{message.number:08d}"
        order = {
            "code": f"WO{message.number:06d}", "content": f"路灯不亮三天了{message.mark}",
            "type": random.choice(self.here.codes),
            "place": {"text": "人民路", "lng": lon, "lat": lat},
        }  # fmt: skip
        body = {"order": order, "caller": {"name": "赵女士", "tel": message.letter}}
        headers = {"Host": "localhost", "Content-Type": "application/json"}
        return [Sent("POST", PATH, json.dumps(body, ensure_ascii=False).encode(), headers)]

    def again(self, sent: Sent) -> Sent:
        from django.utils import timezone

        from linli.workorders.rules import signing

        signed = signing.headers(
            self.platform.key_id, self.platform.secret, method="POST", target=PATH,
            nonce=uuid.uuid4().hex, at=timezone.now(), body=sent.body,
        )  # fmt: skip
        return replace(sent, headers={**sent.headers, **signed})

    def read(self, answer: Answer) -> str | None:
        return "" if answer.status in (200, 202) else None
