"""The locks: every name in one place, so that two kinds of work never share one by accident.

They hold across replicas, as long as a change, or a reading, takes.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NewType

Lock = NewType("Lock", str)

USERS = Lock("adding users")
CENSUS = Lock("reading accounts")
OBSERVATIONS = Lock("observing")
GAPS = Lock("noting gaps")
FORGETTING = Lock("forgetting")
MESSAGES = Lock("writing messages")
LINKS = Lock("answering by a link")
KEEPING = Lock("keeping contacts")


def of_role(role_id: str) -> Lock:
    """Held by whoever changes who holds a role, or decides about a request for it."""
    return Lock(f"role {role_id}")


def of_person(name: str) -> Lock:
    """Held by whoever counts what somebody has had recorded; no other lock is held before it."""
    return Lock(f"person {name}")


def of_requests(role_id: str) -> Lock:
    """Held by whoever asks for a role."""
    return Lock(f"requests {role_id}")


def lock_number(key: str) -> int:
    """PostgreSQL's locks are numbers of 64 bits."""
    name = f"jupyterhub-responsibility {key}".encode()
    return int.from_bytes(sha256(name).digest()[:8], "big", signed=True)
