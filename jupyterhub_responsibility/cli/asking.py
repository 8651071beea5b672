"""Asks a running hub, with a token that goes to the address that was given, and nowhere else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from http.client import HTTPException
from socket import gaierror
from ssl import SSLError
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ..errors import ResponsibilityError
from ..text import visible

TIMEOUT = 30
"""Seconds to wait for the answer."""

MOST = 20_000_000
"""Bytes of an answer: a hub on which everybody holds a role says less."""

TOKEN = "JUPYTERHUB_API_TOKEN"  # noqa: S105  # the name of the variable


class NoAnswerError(ResponsibilityError):
    """The hub could not be asked, or could not tell; `status` is that of its answer, 0 without one.

    `why` is the message without the address that was asked.
    """

    def __init__(self, message: str, status: int = 0, why: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.why = why or message


class Straight(HTTPRedirectHandler):
    """Goes nowhere else: a token is for the address that was given."""

    def redirect_request(self, *_: object) -> None:
        """No other request, so that the answer is an error."""


Ask = Callable[[str], Any]
"""Asks one hub, with its token: what is answered at an address, as JSON."""


def token(whose: str, variable: str = TOKEN) -> str:
    """The token of the environment. Raises NoAnswerError; `whose` says which one is needed."""
    if found := os.environ.get(variable, "").strip():
        return found
    raise NoAnswerError(f"Set {variable} to a token of the hub, of {whose}")


def ask(address: str, token: str, seconds: float = TIMEOUT) -> Any:
    """What is answered at an address, as JSON. Raises NoAnswerError; the message holds no secret."""
    said = read(address, token, seconds)
    try:
        found = json.loads(said)
        json.dumps(found, ensure_ascii=False).encode()  # half a character could be written nowhere
        return found
    except (ValueError, RecursionError) as error:
        raise _no_answer(address, "the answer makes no sense") from error


def read(address: str, token: str, seconds: float = TIMEOUT) -> bytes:
    """What is answered at an address, as it is. Raises NoAnswerError."""
    if urlsplit(address).scheme not in ("http", "https"):
        raise NoAnswerError(f"{address}: is not a web address")
    try:
        request = Request(address, headers={"Authorization": f"token {token}"})  # noqa: S310  # checked
        with build_opener(Straight).open(request, timeout=seconds) as reply:
            said: bytes = reply.read(MOST + 1)
            missing = reply.length
    except HTTPError as error:
        with error:
            raise _no_answer(address, _refusal(error, token), error.code) from error
    except (OSError, HTTPException, ValueError) as error:
        raise _no_answer(address, _reason(error)) from error
    if len(said) > MOST:
        raise _no_answer(address, "the answer is too long")
    if missing:
        raise _no_answer(address, "the answer was cut off")
    return said


def scopes_of(hub: str, token: str) -> frozenset[str]:
    """What a token may do on a hub. Raises NoAnswerError."""
    model = ask(f"{hub}api/user", token)
    scopes = model.get("scopes") if isinstance(model, dict) else None
    if not isinstance(scopes, list):
        raise NoAnswerError(f"{hub}: is not the address of a hub; give it with --hub")
    return frozenset(map(str, scopes))


def _no_answer(address: str, why: str, status: int = 0) -> NoAnswerError:
    return NoAnswerError(f"{address}: {why}", status, why)


def _reason(error: Exception) -> str:
    """Why there is no answer, in words."""
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    if isinstance(cause, SSLError):
        return "its certificate does not prove that it is this hub, so the token was not sent"
    if isinstance(cause, gaierror):
        return "there is no computer of this name"
    if isinstance(cause, ConnectionRefusedError):
        return "nothing answers at this address"
    return "no usable answer"


def _refusal(error: HTTPError, token: str) -> str:
    if where := _elsewhere(error).replace(token, "…"):  # it may come back to whoever sent it
        return (
            f"leads elsewhere, to {where}. The token was not sent"
            " there: if that is the right address, give it"
        )
    if error.code in (401, 403):
        return "the token is not valid there, or does not permit this"
    if error.code == 404:
        return "there is no such page at this address (404)"
    return f"answered {error.code}"


def _elsewhere(error: HTTPError) -> str:
    """Where an answer leads, without what may be a secret in it; empty if nowhere."""
    if not error.headers.get("Location"):
        return ""
    try:
        where = urlsplit(urljoin(error.url, error.headers["Location"]))
    except ValueError:
        return "an address that makes no sense"
    return visible(f"{where.scheme}://{where.netloc.rpartition('@')[2]}{where.path}")
