"""What every answer of ours has, and that no log says what was asked."""

from __future__ import annotations

import logging
from typing import Any

from tornado.web import HTTPError, RequestHandler

from ...enabling.belonging import ANSWER, QUESTION
from ...errors import HubError, LedgerError, RefusedError
from .. import headers

log = logging.getLogger(__name__)


class Discreet(RequestHandler):
    """Logs method and path of what went wrong, and never a query, a cookie or a body.

    Tornado's own words for it would hold the whole address, and with it what somebody searched
    for, or a token.
    """

    def set_default_headers(self) -> None:
        """What every answer says to browsers, errors and files included."""
        self.set_header(headers.POLICY, self.settings[headers.POLICY])
        for name, value in headers.ALWAYS.items():
            self.set_header(name, value)
        question = self.request.headers.get(QUESTION)
        if question is not None:  # a hub asks whether this is its service, with a path of its own
            self.set_header(ANSWER, self.settings[ANSWER](question))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """The hub's failures and refusals are expected: they get a line, not a traceback."""
        what = f"{self.request.method} {self.request.path!r}"
        if isinstance(value, RefusedError):
            log.info("%s: %s", what, value.code)
        elif isinstance(value, HubError | LedgerError):
            log.warning("%s: %s", what, value)
        elif not isinstance(value, HTTPError):
            log.error("%s failed", what, exc_info=(typ, value, tb))
        elif value.log_message:
            log.warning("%s: %s", what, value)

    def decode_argument(self, value: bytes, name: str | None = None) -> str:
        """A part of the address or of a form as text; tornado's own words for one that isn't any
        would quote it.
        """
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            raise HTTPError(400, "%s is not UTF-8", name or "an argument") from None

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say which methods there are, where one isn't."""
        if status_code == 405:
            self.set_header("Allow", ", ".join(self.offered()))
        self.say(status_code, kwargs.get("exc_info", (None, None))[1])

    def say(self, status: int, error: object) -> None:  # noqa: ARG002  # others tell it
        """What happened, in few words."""
        self.finish(f"{status}\n")

    def offered(self) -> list[str]:
        """The methods that do something here."""
        return [each for each in self.SUPPORTED_METHODS if self.offers(each)]

    def offers(self, method: str | None) -> bool:
        """Whether there is anything to do here with a method that HTTP has."""
        name = str(method).lower()
        return getattr(type(self), name, None) is not getattr(RequestHandler, name)
