"""Asks a running hub, with a token that goes to the address that was given, and nowhere else."""

from __future__ import annotations

import json
import os
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ..errors import ResponsibilityError

TIMEOUT = 30
"""Seconds to wait for the answer."""

TOKEN = "JUPYTERHUB_API_TOKEN"  # noqa: S105  # the name of the variable


class NoAnswerError(ResponsibilityError):
    """The hub could not be asked, or could not tell; `status` is that of its answer, 0 without one."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Straight(HTTPRedirectHandler):
    """Goes nowhere else: a token is for the address that was given."""

    def redirect_request(self, *_: object) -> None:
        """No other request, so that the answer is an error."""


def token(whose: str) -> str:
    """The token of the environment. Raises NoAnswerError; `whose` says which one is needed."""
    if found := os.environ.get(TOKEN, ""):
        return found
    raise NoAnswerError(f"Set {TOKEN} to a token of the hub, of {whose}")


def ask(address: str, token: str) -> Any:
    """What is answered at an address, as JSON. Raises NoAnswerError; the message holds no secret."""
    if urlsplit(address).scheme not in ("http", "https"):
        raise NoAnswerError(f"{address}: is not a web address")
    request = Request(address, headers={"Authorization": f"token {token}"})  # noqa: S310  # checked
    try:
        with build_opener(Straight).open(request, timeout=TIMEOUT) as reply:
            return json.load(reply)
    except HTTPError as error:
        raise NoAnswerError(f"{address}: {_refusal(error)}", error.code) from error
    except (OSError, HTTPException, ValueError) as error:
        why = "no answer in time" if isinstance(error, TimeoutError) else "no usable answer"
        raise NoAnswerError(f"{address}: {why}") from error


def _refusal(error: HTTPError) -> str:
    if error.headers.get("Location"):
        where = urlsplit(urljoin(error.url, error.headers["Location"]))
        return (
            f"leads elsewhere, to {where.scheme}://{where.netloc}{where.path}. The token was not sent"
            " there: if that is the right address, give it"
        )
    if error.code in (401, 403):
        return "the token does not permit this"
    return f"answered {error.code}"
