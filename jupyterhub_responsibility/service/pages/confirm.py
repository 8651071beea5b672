"""What somebody without an account is asked, who opens the link that was mailed to them."""

from __future__ import annotations

from dataclasses import dataclass

from ...changes.asking import Question
from ...coverage.snapshot import Snapshot
from ...domain.duties import duties_by_area
from ...domain.model import Area, Role
from ...messages.question import whose_hub
from ...text import isolated
from .parts import DutyLine


@dataclass(frozen=True)
class ConfirmPage:
    """The question, with the duties that it is about, or else only a `message`.

    It names nobody but the person who is asked, and leads nowhere. `link` is what they have opened
    it with, and `digest` stands for the duties. `failed` is why their answer could not be taken.
    """

    title: str
    message: str = ""
    question: str = ""
    role: Role | None = None
    areas: tuple[tuple[Area, tuple[DutyLine, ...]], ...] = ()
    link: str = ""
    digest: str = ""
    failed: str = ""


TITLE = "Do you hold this role?"

GONE = ConfirmPage(
    "This link cannot be used any more",
    "It has been used, has expired, or a newer one was sent. If you would like to answer, ask the"
    " person who wrote to you to send you another.",
)
"""The same whatever is wrong with a link: nobody learns whether it ever was one."""

THANKS = ConfirmPage("Thank you", "Your answer has been recorded. You can close this page.")


def question_page(snapshot: Snapshot, asked: Question, link: str, failed: str = "") -> ConfirmPage:
    """What a link asks."""
    role, name = asked.role, isolated(asked.person.name)
    hub = whose_hub(snapshot.declaration)
    duties = duties_by_area(snapshot.declaration.model, [role.id])
    return ConfirmPage(
        TITLE,
        question=f"Do you, {name}, hold the role {role.title} on {hub}, and know these duties?",
        role=role,
        areas=tuple((area, tuple(DutyLine(each, ()) for each in d)) for area, d in duties.items()),
        link=link,
        digest=asked.digest,
        failed=failed,
    )
