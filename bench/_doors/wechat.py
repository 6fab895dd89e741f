"""WeChat's servers, handing over what people write to the official account: signed and sealed."""

from __future__ import annotations

import itertools
import json
import os
import threading
import time
import uuid
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bench._doors.base import Door
from bench._ledger import Message
from bench._letters import note
from bench._wire import Answer, Sent

TOKEN, APP_ID, ACCOUNT = "bench", "wx2c2769f8efd9abc2", "gh_10f6c3c3ac5a"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


class WeChat(Door):
    """Words, a location, and “1”: then a job makes the report. Each message has its MsgId, and is
    handed over again in the same bytes; each person is another one."""

    name = "wechat"

    interface: ThreadingHTTPServer | None = None

    def prepare(self, messages: int) -> None:
        """An account in the safe mode, and WeChat's interface, by which people are told."""
        from bench import _city
        from linli.staff.models import Post
        from linli.wechat.models import Account

        self.interface = ThreadingHTTPServer(("127.0.0.1", 0), _Interface)
        region = Post.objects.get(user=_city.user("dutychief01")).unit.region
        assert region is not None
        threading.Thread(target=self.interface.serve_forever, daemon=True).start()
        Account.objects.create(
            code="bench", name="邻里", app_id=APP_ID, token=TOKEN, aes_key=AES_KEY,
            app_secret=AES_KEY, original_id=ACCOUNT,
            api_base=f"http://127.0.0.1:{self.interface.server_port}",
            region=region,
        )  # fmt: skip
        self.numbers = itertools.count(6054768590064713728)

    def end(self) -> None:
        if self.interface is not None:
            self.interface.shutdown()
            self.interface.server_close()

    def compose(self, message: Message) -> Sequence[Sent]:
        from linli.territory.rules import coordinates

        lon, lat = coordinates.from_wgs84(*self.here.place(), coordinates.CRS.GCJ02)
        person = message.letter = f"o{message.number:027d}"
        said: list[dict[str, Any]] = [
            {"MsgType": "text", "Content": f"护栏缺了一截{message.mark}"},
            {"MsgType": "location", "Location_X": lat, "Location_Y": lon, "Scale": 16,
             "Label": "人民路"},
            {"MsgType": "text", "Content": "1"},
        ]  # fmt: skip
        return [self._sealed(person, fields | {"MsgId": next(self.numbers)}) for fields in said]

    def _sealed(self, person: str, fields: dict[str, Any]) -> Sent:
        from linli.wechat.rules import signing

        stamp, nonce = str(int(time.time())), uuid.uuid4().hex
        inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
        plain = (
            f"<xml><ToUserName>{ACCOUNT}</ToUserName><FromUserName>{person}</FromUserName>"
            f"<CreateTime>{stamp}</CreateTime>{inner}</xml>"
        )
        sealed = signing.seal(
            signing.read_key(AES_KEY), plain.encode(), app_id=APP_ID, salt=os.urandom(16)
        )
        query = "&".join(
            f"{name}={value}"
            for name, value in {
                "signature": signing.signature(TOKEN, stamp, nonce), "timestamp": stamp,
                "nonce": nonce, "encrypt_type": "aes",
                "msg_signature": signing.signature(TOKEN, stamp, nonce, sealed),
            }.items()
        )  # fmt: skip
        body = (
            f"<xml><ToUserName>{ACCOUNT}</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        )
        headers = {"Host": "localhost", "Content-Type": "text/xml"}
        return Sent("POST", f"/wechat/bench/?{query}", body.encode(), headers)

    def read(self, answer: Answer) -> str | None:
        return "" if answer.status == 200 else None


class _Interface(BaseHTTPRequestHandler):
    """api.weixin.qq.com: tokens, and messages out, each noted as a letter."""

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
        if "token" in self.path.partition("?")[0]:
            answer = {"access_token": "bench", "expires_in": 7200}
        elif "touser" in said:
            note(said["touser"])
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: it would stand among the bench's own words."""
