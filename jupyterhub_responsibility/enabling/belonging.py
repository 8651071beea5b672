"""How a service shows that it belongs to a hub: by the token that only the two of them know.

The hub asks with a number that it has made up; the service answers with a digest over that
number. Neither the token nor anything that helps to guess it is said.
"""

from __future__ import annotations

import hmac
from functools import cache

QUESTION = "X-Responsibility-Question"
"""The header in which the hub asks."""

ANSWER = "X-Responsibility-Answer"
"""The header in which the service answers; every service of this kind does, to any hub."""


PROOF = "X-Responsibility-Proof"
"""The header in which the hub shows that it is the hub, where it asks for what nobody else may
know."""


@cache
def key(api_token: str, purpose: str) -> bytes:
    """A key for one purpose, the same for whoever has the token; pages need some of them."""
    said = f"jupyterhub-responsibility {purpose}"
    return hmac.digest(api_token.encode(), said.encode(), "sha256")


def answer(api_token: str, hub_pid: int, question: str) -> str:
    """What a service of the hub answers.

    `hub_pid` is the process of the hub that started it, so that one that a dead hub has left
    behind is told apart; 0, where no hub did.
    """
    said = f"{hub_pid} {question}".encode()
    return hmac.new(key(api_token, "belonging"), said, "sha256").hexdigest()


def proof(api_token: str, question: str) -> str:
    """What the hub shows with its question, by the same token."""
    return hmac.new(key(api_token, "asking"), question.encode(), "sha256").hexdigest()
