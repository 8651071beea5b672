"""Why a change is refused: every message about somebody's wish, in one place.

Who may do what is refused in the words of `rules.ACCESS`; what isn't valid, in those of the
type that checked it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import RefusalCode, RefusedError
from ..text import visible
from .holders import Holder
from .names import Names


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom a refusal names: accounts, and people without one."""

    people: tuple[Holder, ...]

    def __str__(self) -> str:
        return ", ".join(visible(each.name) for each in self.people)

    def called(self, names: Names) -> str:
        """The same by what they are called."""
        return ", ".join(map(names.of_holder, self.people))


def account(name: str) -> Whom:
    """Somebody with an account, in the words of a refusal."""
    return Whom((Holder(name, "account", (), None),))


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason with its message; what is in braces is filled in when it is raised.

    `field` is what was filled in wrongly, where that is the reason.
    """

    code: RefusalCode
    message: str
    field: str = ""

    def __call__(self, **said: object) -> RefusedError:
        """The error to raise, about what is `said`."""

        def in_words(names: Names) -> str:
            called = {
                key: each.called(names) if isinstance(each, Whom) else each
                for key, each in said.items()
            }
            return self.message.format(**called)

        return RefusedError(self.code, self.message.format(**said), self.field, in_words)


NO_ROLE = Refusal("unknown", "There is no such role.")
NO_ACCOUNT = Refusal(
    "unknown", "There is no account “{name}” on this hub. Use the name they log in with.", "person"
)
NO_RESPONSIBILITY = Refusal("unknown", "There is no responsibility {name}.{meant}")
NO_SUCH_ACCOUNT = Refusal("unknown", "There is no account “{name}” on this hub.{meant}")
NOT_YET = Refusal(
    "bad_date", "{date} is still to come. Choose a day that has been, or today.", "at"
)
NO_PERSON = Refusal(
    "not_allowed", "Only people can say how to reach them, not a service with a token."
)
NOT_SENDABLE = Refusal(
    "invalid",
    "email: this hub can't send its messages to this address. Enter another one, or none.",
    "email",
)
BACK_ALREADY = Refusal(
    "bad_date", "{date} has passed. Choose a later day, or leave it empty.", "away_until"
)
NO_GROUP = Refusal("no_group", "The hub has no group “{group}”.", "group")
NOT_MAPPED = Refusal(
    "not_mapped",
    "Holders of the role {role} are named in this hub's declaration, not on the hub: ask the"
    " operator.",
)
WHICH_GROUP = Refusal(
    "which_group", "{role} has several groups. Choose one of them: {groups}.", "group"
)
NOT_ITS_GROUP = Refusal("which_group", "The group “{group}” does not stand for {role}.", "group")
YOURSELF = Refusal(
    "yourself",
    "Nobody can appoint themselves, except JupyterHub admins; the record then says so.",
    "person",
)
DATE_PASSED = Refusal("bad_date", "{date} has passed. Choose a later date.", "until")
FULL = Refusal(
    "full",
    "The role {role} can have {holders}, and already has: {names}. Withdraw one of them first.",
)
KEPT = Refusal("kept", "“{name}” cannot be forgotten. {why}.", "user")
FORGETS_THEMSELVES = Refusal(
    "kept",
    "You cannot forget yourself here: the record would say who did it, with your name. Ask another"
    " JupyterHub admin to do it, once you are no longer one, or the operator, who has a command for"
    " it (ledger forget).",
    "user",
)
STILL_DECLARED = Refusal(
    "kept",
    "“{name}” cannot be forgotten, because the declaration of this hub names them as a first holder"
    " (initial): take the name out there, and restart the hub, first.",
    "user",
)
STILL_NAMED = Refusal(
    "kept",
    "“{name}” cannot be forgotten, because the declaration of this hub (people), or its page"
    " Contacts, people and links, names them as a holder without an account: take the name out"
    " there first.",
    "user",
)
LAST = Refusal(
    "last",
    "The role {role} needs at least {holders}. Appoint somebody else first, or ask a JupyterHub"
    " admin to withdraw {name}.",
)
HOLDS_IT = Refusal("already", "{name} is already {role}.", "person")
DECIDED = Refusal(
    "already",
    "It is decided already that {name} becomes {role}. It only has to be done where the group is"
    " kept.",
    "person",
)
NOT_HOLDER = Refusal("unknown", "{name} is not {role}.")
NOT_NAMED = Refusal("unknown", "Nobody called {name} holds the role {role} without an account.")
NO_ADDRESS = Refusal(
    "invalid", "{name} has no mail address here, so they cannot be asked by mail. Add one first."
)
SAME_NAME = Refusal(
    "invalid",
    "Several people called {name} hold this role without an account, so nobody could tell whose"
    " answer it would be. Change their names so that they differ, then ask.",
)
NO_MAIL = Refusal(
    "invalid",
    "This hub sends no mail. Ask them yourself, or ask the operator to set up messages by mail.",
)
NO_WHOLE_LINKS = Refusal(
    "invalid",
    "They cannot be asked by mail, because this service doesn't know the address of this hub, and a"
    " link would lead nowhere: ask the operator to set public_url.",
)
ASKED_TODAY = Refusal(
    "enough_today",
    "{name} has been asked {most} times today, and is not asked again before tomorrow.",
)
NO_ANSWER = Refusal("invalid", "Choose an answer.")
SAME_DAY = Refusal("already", "This is the last day of {name} already.", "until")
OTHER_ACCOUNT = Refusal(
    "closed",
    "The account “{name}” was deleted after this was asked, and made again: it is somebody else's."
    " Ask them to send a request of their own.",
)
ASKED_FOR = Refusal("already", "Somebody has already asked for this. It hasn't been decided yet.")
ENOUGH_TODAY = Refusal(
    "enough_today",
    "You have done this {most} times today, and that is all that is recorded of one person in a"
    " day. Nothing was changed. Try again tomorrow.",
)
TOO_MANY_OPEN = Refusal(
    "too_many_open",
    "You have {most} open requests already. Wait for an answer to one of them, or take one back.",
)
NOT_PENDING = Refusal(
    "closed", "This decision has been carried out or taken back, or there is no such decision."
)
CLOSED = Refusal("closed", "This request has been decided or taken back, or has expired.")
HOLDERS_CHANGED = Refusal(
    "stale", "The holders of {role} have changed since you looked. Check again first."
)
DUTIES_CHANGED = Refusal(
    "stale", "These duties have changed since you opened the page. Read them again first."
)
BAD_NAME = Refusal("bad_name", "The hub does not accept the name “{name}”.")
NOT_PERMITTED = Refusal(
    "not_permitted",
    "The hub does not let this service do that ({why}). Tell the operator of the hub.",
)
NO_THING = Refusal("unknown", "There is no such contact, person or link here any more.")
THING_CHANGED = Refusal(
    "stale",
    "Somebody has changed this since you opened it. What it says now stands beside what you wrote:"
    " look at both, and save again.",
)
NOT_DECLARED = Refusal(
    "closed", "Only what stands in the declaration can be set aside. Take this back instead."
)
NOTHING_KEPT = Refusal(
    "closed", "Nothing was written on this page about it that could count instead."
)
TOO_MANY_KEPT = Refusal(
    "too_many_open",
    "{most} contacts, people and links are kept on this page, and that is all there is room for."
    " Take some back first, or ask the operator to write them into the declaration.",
)
