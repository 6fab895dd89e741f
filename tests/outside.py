"""Another system: a small HTTP server that keeps what it got and answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Handle = Callable[[BaseHTTPRequestHandler], None]


class Site(BaseHTTPRequestHandler):
    """What it got: method, path, headers, body."""

    handle_it: Handle
    seen: list[tuple[str, str, dict[str, str], bytes]]

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.seen.append((self.command, self.path, dict(self.headers), body))
        type(self).handle_it(self)

    do_GET = do_POST = _any

    def log_message(self, *_words: object) -> None:
        pass


def answer(status: int = 200, body: bytes = b"hello", **headers: str) -> Handle:
    """Always the same answer; `Retry_After` becomes Retry-After."""

    def handle(site: BaseHTTPRequestHandler) -> None:
        site.send_response(status)
        for name, value in headers.items():
            site.send_header(name.replace("_", "-"), value)
        site.send_header("Content-Length", str(len(body)))
        site.end_headers()
        site.wfile.write(body)

    return handle


@contextmanager
def served() -> Iterator[tuple[str, type[Site]]]:
    """A server on this machine: its origin, and what it does and keeps."""
    kind = type("One", (Site,), {"handle_it": answer(), "seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", kind
    finally:
        server.shutdown()
        server.server_close()
