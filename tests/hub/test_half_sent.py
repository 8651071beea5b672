"""Bodies that never arrive in full: nobody else waits for them, and nothing of them is left."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import requests

from ..realhub import RealHub

MANY = 1_500
HALF = (
    b"POST /services/responsibilities/api/users HTTP/1.1\r\nHost: hub\r\n"
    b"Content-Length: 1000\r\n\r\n{"
)
SECONDS = 10
"""For how long a body is waited for."""

FEW_FILES = """
import resource

resource.setrlimit(resource.RLIMIT_NOFILE, (1024, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
"""
"""A process may have no more files and sockets open than most systems allow at first."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory) -> Iterator[RealHub]:
    with RealHub(tmp_path_factory.mktemp("half"), first=FEW_FILES) as running:
        yield running.with_holders()


@pytest.fixture
def many_files() -> Iterator[None]:
    """This process may have as many open as there is to send."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def half_sent(hub: RealHub) -> socket.socket:
    """A connection on which half a body was sent, and then nothing."""
    connection = socket.create_connection(("127.0.0.1", hub.service_port), timeout=30)
    connection.sendall(HALF)
    return connection


def still_open(hub: RealHub, ports: set[int]) -> set[int]:
    """From which of these ports the service has a connection."""
    found = hub.service.net_connections("tcp")
    return ports & {each.raddr.port for each in found if each.raddr}


def test_a_body_has_ten_seconds(hub):
    """Who sends half of one, and then nothing, is not waited for."""
    with half_sent(hub) as half:
        began = time.monotonic()
        assert half.recv(1000) == b""
        assert SECONDS - 1 < time.monotonic() - began < SECONDS + 3


def test_many_at_once_keep_nobody_waiting(hub, many_files):
    """Others go on reading their pages meanwhile; after ten seconds, every connection is closed."""
    reader = hub.visit("hanna")
    reader.get(hub.page(), timeout=30).raise_for_status()
    with ExitStack() as open_ones:
        halves = [open_ones.enter_context(half_sent(hub)) for _ in range(MANY)]
        ports = {half.getsockname()[1] for half in halves}
        hub.wait_for(lambda: still_open(hub, ports) == ports, 5)
        until, slowest = time.monotonic() + SECONDS - 1, 0.0
        while time.monotonic() < until:
            began = time.monotonic()
            reader.get(hub.page(), timeout=30).raise_for_status()
            requests.get(hub.page("healthz"), timeout=30).raise_for_status()
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.2)
        assert slowest < 3
        assert {half.recv(1000) for half in halves} == {b""}
        assert time.monotonic() < until + 5
        assert still_open(hub, ports) == set()
