"""`/confirm`: people without an account answer by the link that was mailed to them.

Nobody is logged in here, and there is no session and no cookie: the link is what lets somebody in,
in the address of what is only read, and in the body of what is answered. Programs that look at
mails follow links; so reading changes nothing.
"""

from __future__ import annotations

from math import ceil

from tornado.web import HTTPError

from ...errors import RefusedError
from .. import headers, limits
from ..pages.confirm import GONE, THANKS, ConfirmPage, question_page
from .base import READING, REFUSED, TITLES, Handler

NOT_NOW = "This cannot be done right now. Nothing is lost: open the link again in a moment."


class ConfirmHandler(Handler):
    """`/confirm`: what a link asks. `POST` answers it."""

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Referrer-Policy", "no-referrer")  # the link is in the address
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Robots-Tag", "noindex")

    def prepare(self) -> None:
        asks = self.request.headers
        if headers.framed_unasked(asks, self.site.settings.frame_ancestors):
            raise HTTPError(403, "nobody may show this in a frame")
        if headers.as_a_part(asks):
            raise HTTPError(403, "this is no part of another page")
        if not self.offers(self.request.method):
            raise HTTPError(405)
        if self.request.method in READING:
            return
        if headers.from_another_site(asks):
            raise HTTPError(403, "an answer from another site")
        if len(self.request.body) > limits.MAX_BYTES:
            raise RefusedError("too_large", f"Send at most {limits.MAX_BYTES // 1024} KiB at once.")

    async def get(self) -> None:
        if "said" in self.request.query_arguments:
            self._show(THANKS)
            return
        await self._ask(_last(self.request.query_arguments, "link"))

    async def post(self) -> None:
        said = self.request.body_arguments
        link, answer = _last(said, "link"), _last(said, "answer")
        address = self._address()
        try:
            done = await self.site.asking.answer(link, answer, _last(said, "duties_digest"))
        except RefusedError as error:
            await self._ask(link, error)
            return
        self.site.guesses.note(address, good=done is not None)
        if done is None:
            self._show(GONE, 404)
            return
        self.redirect(f"{self.site.home}confirm?said=", status=303)

    async def _ask(self, link: str, error: RefusedError | None = None) -> None:
        """Show what a link asks; the same for any that isn't good."""
        address = self._address()
        asked = await self.site.asking.question(link) if link else None
        if link:
            self.site.guesses.note(address, good=asked is not None)
        if asked is None:
            self._show(GONE, 404)
            return
        failed = str(error) if error else ""
        status = REFUSED[error.code] if error else 200
        self._show(question_page(self.site.snapshot, asked, link, failed), status)

    def _address(self) -> str:
        """Where somebody comes from, unless too many wrong links came from there. Raises
        RefusedError."""
        address = headers.address_of(self.request.headers, self.request.remote_ip or "")
        if wait := ceil(self.site.guesses.wait(address)):
            self.retry_seconds = wait
            raise RefusedError(
                "too_many", f"Too many links were tried that are wrong. Try again in {wait} s."
            )
        return address

    def _show(self, page: ConfirmPage, status: int = 200) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(self.site.renderer.alone(page))

    def say_error(self, status: int, message: str, code: str = "") -> None:
        """Whatever went wrong, nothing of this hub is told."""
        said = message if code and status < 500 else NOT_NOW
        self._show(ConfirmPage(TITLES.get(status, "That did not work"), said), status)


def _last(given: dict[str, list[bytes]], name: str) -> str:
    """What was sent under a name; whatever it is, it is taken for text."""
    return given.get(name, [b""])[-1].decode("utf-8", "replace")
