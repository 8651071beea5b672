"""A load client: keep-alive connections, the same few bytes sent again and again.

Runs as a process of its own (`python -m benchmarks.client URL COOKIE CONNECTIONS SECONDS`) and
prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from urllib.parse import SplitResult, urlsplit


class _Connection(asyncio.Protocol):
    """Asks again as soon as an answer is whole, until it is `over`.

    The machine has few cores: what the client needs, the servers that it measures don't get.
    """

    def __init__(self, request: bytes, until: float, times: list[float]) -> None:
        self._request, self._until, self._times = request, until, times
        self._missing = 0
        self._head = b""
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._start = time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            self._missing = _length(self._head[:end]) - (len(self._head) - end - 4)
            self._head = b""
        if self._missing:
            return
        now = time.perf_counter()
        self._times.append(now - self._start)
        if now < self._until:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.over.done():
            self.over.set_result(None)


def _length(head: bytes) -> int:
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(head.decode(errors="replace"))
    lower = head.lower()
    at = lower.index(b"content-length:") + 15
    return int(lower[at:].partition(b"\r\n")[0])


async def _one(parts: SplitResult, request: bytes, until: float, times: list[float]) -> None:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(
        lambda: _Connection(request, until, times), parts.hostname, parts.port
    )
    await connection.over


async def measure(url: str, cookie: str, connections: int, seconds: float) -> dict[str, float]:
    """Requests per second and latencies in milliseconds."""
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nSec-Fetch-Mode: navigate\r\n"
        f"Cookie: {cookie}\r\n\r\n"
    ).encode()
    times: list[float] = []
    start = time.perf_counter()
    until = start + seconds
    await asyncio.gather(*(_one(parts, request, until, times) for _ in range(connections)))
    took = time.perf_counter() - start
    times.sort()
    return {
        "per_second": len(times) / took,
        "p50_ms": 1000 * times[len(times) // 2],
        "p95_ms": 1000 * times[int(len(times) * 0.95)],
        "p99_ms": 1000 * times[int(len(times) * 0.99)],
        "requests": len(times),
    }


if __name__ == "__main__":
    url, cookie, connections, seconds = sys.argv[1:]
    print(json.dumps(asyncio.run(measure(url, cookie, int(connections), float(seconds)))))
