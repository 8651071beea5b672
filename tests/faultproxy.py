"""A proxy in front of the hub's API that can be told to misbehave."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from dataclasses import dataclass

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from .realhub import RealHub, free_port


@dataclass(frozen=True)
class Fault:
    """What happens to a call: a pause in seconds, then an answer of our own or the hub's.

    `down` closes the connection without an answer. `only` limits it to paths with that text;
    `to` is where an answer redirects. `lost`: the hub does it, and its answer is lost; `then`
    is what goes wrong from there on.
    """

    status: int = 0
    body: bytes = b""
    pause: float = 0.0
    down: bool = False
    only: str = ""
    to: str = ""
    lost: bool = False
    then: Fault | None = None


class FaultProxy:
    """Forwards to `target`; `with faults.fault(status=500):` breaks it for a while."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/hub/api"
        self.target = ""
        self.hub: RealHub
        self.current: Fault | None = None
        self.seen: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @contextmanager
    def fault(self, **how):
        """Misbehave inside the block."""
        self.current = Fault(**how)
        try:
            yield
        finally:
            self.current = None

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        app = Application([(".*", _Forward, {"faults": self})])
        self._server = HTTPServer(app)
        self._server.listen(self.port, "127.0.0.1")
        self._loop.run_forever()

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._server.stop)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


class _Forward(RequestHandler):
    def initialize(self, faults: FaultProxy) -> None:
        self.faults = faults

    def check_xsrf_cookie(self) -> None:
        pass

    async def _any(self) -> None:
        fault, path = self.faults.current, self.request.uri or ""
        self.faults.seen.append(f"{self.request.method} {path}")
        if fault and fault.only not in path:
            fault = None
        if fault:
            await asyncio.sleep(fault.pause)
            if fault.down:
                self.request.connection.stream.close()
                return
            if fault.status:
                self.set_status(fault.status)
                if fault.to:
                    self.set_header("Location", fault.to)
                self.finish(fault.body)
                return
        headers = {
            k: v
            for k, v in self.request.headers.items()
            if k in ("Authorization", "Accept", "Content-Type")
        }
        request = HTTPRequest(
            self.faults.target + path,
            method=self.request.method,
            headers=headers,
            body=None if self.request.method == "GET" else self.request.body,
            allow_nonstandard_methods=True,
            request_timeout=60,
        )
        reply = await AsyncHTTPClient().fetch(request, raise_error=False)
        if fault and fault.lost:
            self.faults.current = fault.then
            self.request.connection.stream.close()
            return
        self.set_status(reply.code)
        self.set_header("Content-Type", reply.headers.get("Content-Type", "application/json"))
        self.finish(reply.body or b"")

    get = post = put = delete = patch = _any
