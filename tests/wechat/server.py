"""WeChat's side of the protocol, written apart from ours: seals, signs, calls, opens answers; and
its interface as a small server."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import struct
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from defusedxml.ElementTree import fromstring
from django.test import Client

from tests.conftest import NOW
from tests.outside import Site

TOKEN, APP_ID, SECRET = "spamtest", "wx2c2769f8efd9abc2", "s3cr3tOfTheApp"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OTHER_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
OPENID, ACCOUNT = "oyORnuP8q7ou2gfYjqLzSIWZf0rs", "gh_10f6c3c3ac5a"
_numbers = itertools.count(6054768590064713728)


def sha1_of(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324  WeChat has it so


def sealed(content: str, *, key: str = KEY, app_id: str = APP_ID, salt: bytes = b"r" * 16) -> str:
    raw = base64.b64decode(key + "=")
    body = content.encode()
    packer = PKCS7(256).padder()
    plain = packer.update(salt + struct.pack("!I", len(body)) + body + app_id.encode())
    closer = Cipher(AES256(raw), CBC(raw[:16])).encryptor()
    return base64.b64encode(closer.update(plain + packer.finalize()) + closer.finalize()).decode()


def opened(text: str, *, key: str = KEY, app_id: str = APP_ID) -> str:
    raw = base64.b64decode(key + "=")
    opener = Cipher(AES256(raw), CBC(raw[:16])).decryptor()
    unpacker = PKCS7(256).unpadder()
    plain = unpacker.update(opener.update(base64.b64decode(text)) + opener.finalize())
    plain += unpacker.finalize()
    (length,) = struct.unpack("!I", plain[16:20])
    assert plain[20 + length :].decode() == app_id
    return plain[20 : 20 + length].decode()


def message(kind: str = "text", *, sender: str = OPENID, at: datetime = NOW, **more: Any) -> str:
    """A message in its recorded form."""
    fields = {"MsgType": kind, **more}
    if kind != "event":
        fields.setdefault("MsgId", next(_numbers))
    inner = "".join(
        f"<{name}>{value}</{name}>"
        if isinstance(value, (int, float))
        else f"<{name}><![CDATA[{value}]]></{name}>"
        for name, value in fields.items()
    )
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>\n"
        f"<FromUserName><![CDATA[{sender}]]></FromUserName>\n"
        f"<CreateTime>{int(at.timestamp())}</CreateTime>\n{inner}\n</xml>"
    )


class WeChat:
    """WeChat's servers, who hand messages to one account and read what is answered."""

    def __init__(self, client: Client, path: str, *, safe: bool = True) -> None:
        self.client, self.path, self.safe = client, path, safe
        self._nonces = itertools.count(1320562132)

    def query(self, at: datetime, nonce: str | None = None, **more: str) -> dict[str, str]:
        stamp, nonce = str(int(at.timestamp())), nonce or str(next(self._nonces))
        signature = sha1_of(TOKEN, stamp, nonce)
        return {"signature": signature, "timestamp": stamp, "nonce": nonce, **more}

    def post(self, body: str | bytes, query: dict[str, str]) -> Any:
        data = body.encode() if isinstance(body, str) else body
        url = f"{self.path}?{'&'.join(f'{k}={v}' for k, v in query.items())}"
        return self.client.post(url, data, content_type="text/xml")

    def hand_over(
        self, content: str, *, at: datetime = NOW, nonce: str | None = None, key: str = KEY
    ) -> Any:
        """The response to one message."""
        query = self.query(at, nonce)
        if not self.safe:
            return self.post(content, query)
        text = sealed(content, key=key)
        query["encrypt_type"] = "aes"
        query["msg_signature"] = sha1_of(TOKEN, query["timestamp"], query["nonce"], text)
        body = f"<xml><ToUserName>{ACCOUNT}</ToUserName><Encrypt><![CDATA[{text}]]></Encrypt></xml>"
        return self.post(body, query)

    def tell(self, content: str, *, at: datetime = NOW, **more: Any) -> str:
        """What the person reads; "" for nothing."""
        return self.read(self.hand_over(content, at=at, **more))

    def read(self, answer: Any, *, key: str = KEY) -> str:
        assert answer.status_code == 200, answer.content.decode()
        if answer.content == b"success":
            return ""
        reply = fromstring(answer.content)
        if self.safe:
            found = {e.tag: e.text or "" for e in reply}
            parts = (TOKEN, found["TimeStamp"], found["Nonce"], found["Encrypt"])
            assert found["MsgSignature"] == sha1_of(*parts)
            reply = fromstring(opened(found["Encrypt"], key=key))
        fields = {e.tag: e.text or "" for e in reply}
        assert (fields["FromUserName"], fields["MsgType"]) == (ACCOUNT, "text")
        assert len(fields["Content"].encode()) <= 2048
        return fields["Content"]

    def says(self, words: str, **more: Any) -> str:
        return self.tell(message(Content=words), **more)


class Interface:
    """api.weixin.qq.com: tokens, files, messages out. Give `handle` to a Site."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.files: dict[str, bytes] = {}
        self.out: list[tuple[str, dict[str, Any]]] = []
        self.stale: set[str] = set()
        self.errcode = 0
        self.down = False

    def handle(self, site: BaseHTTPRequestHandler) -> None:
        assert isinstance(site, Site)
        parts = urlsplit(site.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = site.seen[-1][3]
        if self.down:
            return self._send(site, b"busy", 503)
        if parts.path == "/cgi-bin/stable_token":
            return self._json(site, self._token(json.loads(body)))
        if parts.path.startswith("/elsewhere/"):
            return self._send(site, self.files[parts.path.rpartition("/")[2]])
        if query["access_token"] not in self.tokens or query["access_token"] in self.stale:
            return self._json(site, {"errcode": 40001, "errmsg": "invalid credential"})
        if parts.path == "/cgi-bin/media/get":
            found = self.files.get(query["media_id"])
            if found is None:
                return self._json(site, {"errcode": 40007, "errmsg": "invalid media_id"})
            return self._send(site, found)
        self.out.append((parts.path, json.loads(body)))
        return self._json(site, {"errcode": self.errcode, "errmsg": "said"})

    def _token(self, asked: dict[str, Any]) -> dict[str, Any]:
        if (asked["appid"], asked["secret"]) != (APP_ID, SECRET):
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        fresh = not self.tokens or asked["force_refresh"]
        if fresh:
            # As long as WeChat says that they may be.
            self.tokens.append(f"{len(self.tokens)}{'t' * 511}")
        return {"access_token": self.tokens[-1], "expires_in": 7200}

    def _json(self, site: BaseHTTPRequestHandler, answer: dict[str, Any]) -> None:
        self._send(site, json.dumps(answer).encode())

    @staticmethod
    def _send(site: BaseHTTPRequestHandler, body: bytes, status: int = 200) -> None:
        site.send_response(status)
        site.send_header("Content-Length", str(len(body)))
        site.end_headers()
        site.wfile.write(body)
