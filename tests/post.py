"""A real mail server, and a real receiver of webhooks, that take what is sent to them.

with Post() as post:
    post.addresses     what would be in the operator's file
    post.mails         what has come, as it came
    post.hooks
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from jupyterhub_responsibility.service.transport import HEADER

from .realhub import free_port


@dataclass(frozen=True)
class Mail:
    """One mail: to whom, its id, and what is in it."""

    to: tuple[str, ...]
    id: str
    subject: str
    text: str
    at: float = field(default_factory=time.time)


class Post:
    """`refuses` says of each address or hook why it is not taken; `before` is called before a mail
    is answered."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.hooks: list[dict[str, Any]] = []
        self.hook_ids: list[str] = []
        self.refuses: Callable[[str], str] = lambda _: ""
        self.before: Callable[[], None] = lambda: None
        self._smtp = Controller(self, hostname="127.0.0.1", port=free_port())
        self._http = ThreadingHTTPServer(("127.0.0.1", free_port()), _receiver(self))

    def __enter__(self) -> Post:
        self._smtp.start()
        Thread(target=self._http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._smtp.stop()
        self._http.shutdown()
        self._http.server_close()

    def clear(self) -> None:
        """As it was at first: nothing has come, and everything is taken."""
        self.mails.clear()
        self.hooks.clear()
        self.refuses = lambda _: ""
        self.before = lambda: None

    @property
    def mail_address(self) -> str:
        return f"mailto://127.0.0.1:{self._smtp.port}?from=hub@reef.example"

    @property
    def addresses(self) -> str:
        hook = f"json://127.0.0.1:{self._http.server_port}/hook"
        return f"mail: {self.mail_address}\ncommunity: {hook}\n"

    @property
    def ids(self) -> list[str]:
        """The ids of all mails, as often as they came."""
        return [mail.id for mail in self.mails]

    async def handle_DATA(self, _: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        if why := self.refuses(envelope.rcpt_tos[0]):
            return f"451 {why}"
        self.mails.append(_read(envelope))
        self.before()
        return "250 OK"


def _read(envelope: Any) -> Mail:
    found = message_from_bytes(envelope.content, EmailMessage, policy=policy.default)
    body = found.get_body(("plain",))
    assert body is not None
    assert found.get_content_type() == "text/plain"
    return Mail(tuple(envelope.rcpt_tos), found[HEADER], found["Subject"], body.get_content())


def _receiver(post: Post) -> type[BaseHTTPRequestHandler]:
    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            refused = post.refuses("hook")
            if not refused:
                post.hooks.append(said)
                post.hook_ids.append(self.headers[HEADER])
            self.send_response(503 if refused else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    return Receiver
