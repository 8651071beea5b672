"""Visitors who come whenever they like: at random moments, whether or not others still wait.

A client that asks again only once it was answered misses most of a short pause. Runs as a
process of its own (`python -m benchmarks.visitors URL COOKIE A_SECOND SECONDS`) and prints, as
JSON, when each came (seconds since 1970) and how long they waited (milliseconds).
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from urllib.parse import urlsplit


async def visit(host: str, port: int, request: bytes, found: list[tuple[float, float]]) -> None:
    """One visit, on a connection of its own."""
    came, start = time.time(), time.perf_counter()
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(request)
    answer = await reader.read()
    found.append((came, 1000 * (time.perf_counter() - start)))
    writer.close()
    if not answer.startswith(b"HTTP/1.1 200"):
        raise SystemExit(answer[:200].decode(errors="replace"))


async def come(url: str, cookie: str, a_second: float, seconds: float) -> list[tuple[float, float]]:
    """Everybody who came."""
    parts = urlsplit(url)
    request = (
        f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nSec-Fetch-Mode: navigate\r\n"
        f"Connection: close\r\nCookie: {cookie}\r\n\r\n"
    ).encode()
    found: list[tuple[float, float]] = []
    visits, until = [], time.perf_counter() + seconds
    while time.perf_counter() < until:
        visits.append(
            asyncio.create_task(visit(parts.hostname or "", parts.port or 80, request, found))
        )
        await asyncio.sleep(random.expovariate(a_second))
    await asyncio.gather(*visits)
    return found


if __name__ == "__main__":
    url, cookie, a_second, seconds = sys.argv[1:]
    print(json.dumps(asyncio.run(come(url, cookie, float(a_second), float(seconds)))))
