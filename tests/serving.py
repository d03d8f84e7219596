"""Servers on this machine for the length of a test: a gateway's web, and others' pages."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from werkzeug.serving import make_server

from gateway.exchange import Exchange
from gateway.web import create_app
from tests.databases import free_port


@contextmanager
def served(exchange: Exchange) -> Iterator[str]:
    """The web over an exchange, at the address that is its issuer."""
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    server = make_server("127.0.0.1", port, create_app(exchange, issuer), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()


class Elsewhere:
    """Somebody else's server: what it says at which path, how slowly, and how often it was asked.

    A page may be bytes, a status with headers, or seconds to wait before nothing is said.
    """

    def __init__(self) -> None:
        self.pages: dict[str, bytes | tuple[int, dict[str, str]] | float] = {}
        self.asked: list[str] = []
        elsewhere = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                elsewhere.asked.append(self.path)
                elsewhere.answer(self)

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        page = self.pages.get(to.path, (404, {}))
        if isinstance(page, float):
            time.sleep(page)
            return
        status, headers = page if isinstance(page, tuple) else (200, {})
        to.send_response(status)
        for name, value in headers.items():
            to.send_header(name, value)
        to.end_headers()
        if isinstance(page, bytes):
            with suppress(ConnectionError):  # whoever asked may have had enough
                to.wfile.write(page)

    def say(self, path: str, content: object) -> str:
        """Put a JSON page somewhere; its address."""
        self.pages[path] = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.url + path

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    found = Elsewhere()
    yield found
    found.close()
