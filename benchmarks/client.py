"""A load client: keep-alive connections, the same few bytes sent again and again.

Runs as a process of its own (`python -m benchmarks.client URL COOKIE CONNECTIONS SECONDS`) and
prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from urllib.parse import urlsplit


async def _ask_again_and_again(
    host: str, port: int, request: bytes, until: float, times: list[float]
) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    while (start := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode(errors="replace"))
        lower = head.lower()
        at = lower.index(b"content-length:") + 15
        await reader.readexactly(int(lower[at : lower.index(b"\r\n", at)]))
        times.append(time.perf_counter() - start)
    writer.close()


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
    asking = [
        _ask_again_and_again(parts.hostname, parts.port, request, start + seconds, times)
        for _ in range(connections)
    ]
    await asyncio.gather(*asking)
    took = time.perf_counter() - start
    times.sort()
    return {
        "per_second": len(times) / took,
        "p50_ms": 1000 * times[len(times) // 2],
        "p99_ms": 1000 * times[int(len(times) * 0.99)],
        "requests": len(times),
    }


if __name__ == "__main__":
    url, cookie, connections, seconds = sys.argv[1:]
    print(json.dumps(asyncio.run(measure(url, cookie, int(connections), float(seconds)))))
