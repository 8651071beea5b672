"""What is to be sent: with the entry or not at all, once, to a real mail server and webhook."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from jupyterhub_responsibility.changes.telling import Telling
from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.domain.accounts import Accounts
from jupyterhub_responsibility.domain.channels import Said
from jupyterhub_responsibility.domain.messages import Message, Recipient
from jupyterhub_responsibility.domain.model import Roster
from jupyterhub_responsibility.errors import LedgerError, SendingError
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.messages import checks
from jupyterhub_responsibility.messages.recipients import message_id
from jupyterhub_responsibility.service import transport
from jupyterhub_responsibility.storage import channels, erasing, outbox
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import Store

from ..conftest import READ_AT
from ..post import Post
from ..realhub import HOLDERS
from ..unit.conftest import Clock
from ..unit.declarations import hub

ADMIN = "hub-administrator"
DECLARED = hub(messages={"request": ["deciders", "community"], "term_ended": ["person"]})
MADE = READ_AT.isoformat(timespec="microseconds")


class Replica:
    """A service, as far as it tells people."""

    def __init__(self, url: str, post: Post, clock: Clock) -> None:
        self.store, self.clock = Store(url), clock
        self.ledger = Ledger(self.store, clock)
        self.roster = Roster(READ_AT, HOLDERS)
        carrier = transport.Apprise(
            transport.read(post.addresses, "a test", transport.taken_by_apprise)
        )
        self.telling = Telling(self.ledger, carrier, self.snapshot, clock, "https://x.example/")
        self.ledger.beside = self.telling.beside

    def snapshot(self) -> Snapshot:
        now, state = self.clock(), self.ledger.state
        return Snapshot(DECLARED, self.roster, state, now, accounts=Accounts(READ_AT))

    async def ask(self, person: str = "uwe") -> None:
        """Somebody asks, and rita may decide."""
        said = {"expires": "2027-01-01", "reason": "I know the reef", "created": MADE}
        await self.ledger.append(Draft("request", person, person=person, role=ADMIN, details=said))

    async def rows(self) -> list[dict]:
        return await self.ledger.run(_rows)

    async def waiting(self) -> int:
        return sum(row["became"] == outbox.WAITING for row in await self.rows())

    async def note(self, *kinds: str, day: str = "2026-11-21", name: str = "rita") -> None:
        """There is something to tell rita that isn't urgent."""
        who = Recipient(name)
        told = [Message(message_id(kind, day, who), kind, "person", who, ADMIN, day=day)
                for kind in kinds]  # fmt: skip
        await self.ledger.run(outbox.put_all, told, self.clock())


def _rows(store: Store) -> list[dict]:
    with store.reading() as connection:
        return [dict(row) for row in connection.execute(outbox.outbox.select()).mappings()]


@pytest.fixture(autouse=True)
def still_so(monkeypatch):
    """What is noted here is made up, and stays so until a test says otherwise."""
    so = {"still": True}
    monkeypatch.setattr(checks, "_still_so", lambda *_: so["still"])
    return so


@pytest.fixture
def post(post):
    post.clear()
    return post


@pytest.fixture
async def replica(database, post):
    made = Replica(database, post, Clock(READ_AT))
    said = {"email": Said("rita@reef.example", "nobody")}
    await made.ledger.run(channels.save, "rita", "", said, READ_AT)
    yield made
    await made.ledger.close()


async def test_it_is_sent(replica, post, caplog):
    """To whom gave an address, and to the channel of the community; no log says to whom."""
    caplog.set_level(logging.DEBUG)
    await replica.ask()
    await replica.telling.send_due()
    (mail,), (hook,) = post.mails, post.hooks
    assert mail.to == ("rita@reef.example",)
    assert mail.subject == "[JupyterHub] Hub Administrator: a request waits for a decision"
    assert "I know the reef" in mail.text
    assert mail.id in mail.text
    assert "reef" not in hook["message"]
    assert {row["letter"]: row["became"] for row in await replica.rows()} == {
        mail.id: "sent",
        post.hook_ids[-1]: "sent",
    }
    await replica.telling.send_due()
    assert (len(post.mails), len(post.hooks)) == (1, 1)
    ours = [each for each in caplog.records if each.name != "mail.log"]  # that is the server's
    assert not [each for each in ours if "rita@reef" in each.getMessage()]
    assert replica.telling.sent == {"mail": 1, "community": 1}


async def test_nothing_that_is_personal_lies_there(replica):
    """No reason, no address, and of names only that of who is told."""
    await replica.ask()
    said = str(await replica.rows())
    for each in ("reef", "uwe", "@"):
        assert each not in said


async def test_with_the_entry_or_not_at_all(replica, monkeypatch):
    """What can't be written down to be sent isn't done either; a fault in finding out whom to tell
    keeps nobody from anything."""

    def broken(*_: object) -> None:
        raise LedgerError("no")

    await replica.ledger.catch_up()
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "put", broken)
        with pytest.raises(LedgerError):
            await replica.ask()
    assert replica.ledger.state.number == 0
    monkeypatch.setattr(outbox, "of_entries", lambda *_: 1 / 0)
    await replica.ask()
    assert (replica.ledger.state.number, await replica.rows()) == (1, [])


async def test_who_gave_no_address_is_not_told(replica, post):
    """Or takes it back before it is sent; the community still is."""
    await replica.ask()
    await replica.ledger.run(channels.save, "rita", "", {}, READ_AT)
    await replica.telling.send_due()
    assert post.mails == []
    assert {row["became"] for row in await replica.rows()} == {"sent", "dropped"}
    await replica.ask("hanna")
    assert await replica.waiting() == 1


async def test_whoever_got_the_name_later_is_not_told(replica, post):
    """An address belongs to the account that gave it."""
    await replica.ledger.run(channels.save, "rita", "", {}, READ_AT)
    said = {"email": Said("other@reef.example", "everybody")}
    await replica.ledger.run(channels.save, "rita", MADE, said, READ_AT)
    await replica.ask()
    await replica.telling.send_due()
    assert post.mails == []


async def test_who_turned_it_off_is_not_told(replica, post):
    """That kind, and no other."""
    await replica.ask()
    rita = Recipient("rita")
    await replica.ledger.run(outbox.mute, rita, ["request"])
    await replica.telling.send_due()
    assert post.mails == []
    await replica.note("term_ended")
    await replica.telling.send_due()
    assert len(post.mails) == 1
    assert await replica.ledger.run(outbox.read_muted) == {"rita": {"request"}}


async def test_who_can_no_longer_decide_is_not_told(replica, post):
    """And while nobody knows who can, it waits."""
    await replica.ask()
    replica.roster = Roster()
    await replica.telling.send_due()
    assert post.mails == []
    replica.clock.now += timedelta(minutes=2)
    replica.roster = Roster(READ_AT, {"community-reps": ("hanna",)})
    await replica.telling.send_due()
    assert post.mails == []
    assert await replica.waiting() == 0


async def test_what_is_no_longer_so_is_not_told(replica, post, still_so):
    """Once the hub was read after it was noted: what was known before may not know of it yet."""
    replica.clock.now += timedelta(minutes=1)
    await replica.note("term_ended")
    still_so["still"] = False
    await replica.telling.send_due()
    assert (post.mails, await replica.waiting()) == ([], 1)
    replica.clock.now += timedelta(minutes=2)
    replica.roster = Roster(replica.clock(), HOLDERS)
    await replica.telling.send_due()
    assert (post.mails, await replica.waiting()) == ([], 0)


async def test_of_several_things_what_is_still_so_is_told(replica, post, monkeypatch):
    """The others are left out of the letter."""
    monkeypatch.setattr(checks, "_still_so", lambda message, _: message.kind == "term_ended")
    await replica.note("term_ended", "confirmation_due")
    await replica.telling.send_due()
    assert [mail.subject for mail in post.mails] == [
        "[JupyterHub] Your term as Hub Administrator has ended"
    ]
    assert await replica.waiting() == 0


async def test_it_is_tried_again_later_and_later(replica, post):
    """From a minute to an hour; after a day it is a gap, which names no person; then it is sent."""
    post.refuses = lambda _: "not now"
    await replica.ask()
    waits = []
    for _ in range(9):
        with pytest.raises(SendingError):
            await replica.telling.send_due()
        due = min(row["due"] for row in await replica.rows())
        waits.append((type(READ_AT).fromisoformat(due) - replica.clock()).total_seconds())
        replica.clock.now += timedelta(seconds=waits[-1] - 1)
        with pytest.raises(SendingError):
            await replica.telling.send_due()
        assert min(row["due"] for row in await replica.rows()) == due
        replica.clock.now += timedelta(seconds=1)
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert replica.telling.figures.stuck == {}
    replica.clock.now = READ_AT + timedelta(days=1, seconds=1)
    with pytest.raises(SendingError, match="could not be sent"):
        await replica.telling.send_due()
    stuck = replica.telling.figures.stuck
    assert stuck == dict.fromkeys(("mail", "community"), READ_AT + timedelta(days=1))
    known = replace(replica.snapshot(), unsent=stuck)
    gaps = [gap for gap in known.coverage.gaps if gap.kind == "messages-not-sent"]
    assert {(gap.about, gap.person) for gap in gaps} == {("mail", ""), ("community", "")}
    post.refuses = lambda _: ""
    replica.clock.now += timedelta(hours=1)
    await replica.telling.send_due()
    assert (len(post.mails), len(post.hooks)) == (1, 1)
    assert replica.telling.figures.stuck == {}


async def test_an_address_that_nobody_takes_is_given_up(replica, post):
    """Once mail to others was taken for days; its owner can see it, until something arrives."""
    rita, moment = Recipient("rita"), replica.clock()
    post.refuses = lambda to: "no such mailbox" if to.startswith("rita") else ""
    await replica.ask()
    with pytest.raises(SendingError):
        await replica.telling.send_due()
    assert await replica.telling.not_taken(rita) == moment
    assert await replica.telling.not_taken(Recipient("hanna")) is None
    replica.clock.now += timedelta(days=4)
    with pytest.raises(SendingError):  # perhaps no mail is taken at all
        await replica.telling.send_due()
    said = {"email": Said("hanna@reef.example", "nobody")}
    await replica.ledger.run(channels.save, "hanna", "", said, READ_AT)
    await replica.note("appointed", name="hanna")
    replica.clock.now += timedelta(days=1)
    with pytest.raises(SendingError):
        await replica.telling.send_due()
    assert [mail.to for mail in post.mails] == [("hanna@reef.example",)]
    replica.clock.now += timedelta(days=1)
    await replica.telling.send_due()
    assert await replica.waiting() == 0
    assert replica.telling.figures.stuck == {}
    assert await replica.telling.not_taken(rita) == moment
    post.refuses = lambda _: ""
    await replica.note("withdrawn")
    await replica.telling.send_due()
    assert await replica.telling.not_taken(rita) is None


async def test_what_isnt_urgent_is_one_letter_a_day(replica, post):
    """What comes later waits for the next day."""
    await replica.note("term_ended", "confirmation_due")
    await replica.telling.send_due()
    replica.clock.now += timedelta(hours=1)
    await replica.note("duties_changed")
    await replica.telling.send_due()
    assert [mail.subject for mail in post.mails] == [
        "[JupyterHub] Responsibilities: 2 things to know"
    ]
    replica.clock.now += timedelta(days=1)
    await replica.note("term_ended")  # it was said
    await replica.telling.send_due()
    assert post.mails[1].subject == "[JupyterHub] Your duties as Hub Administrator have changed"
    assert len(post.mails) == 2
    assert len(set(post.ids)) == 2


async def test_a_digest_that_is_sent_again_is_the_same(replica, post):
    """Nothing is added to what was tried, and its id stays."""
    post.refuses = lambda _: "not now"
    await replica.note("term_ended")
    with pytest.raises(SendingError):
        await replica.telling.send_due()
    (first,) = await replica.rows()
    post.refuses = lambda _: ""
    await replica.note("duties_changed")
    replica.clock.now += timedelta(days=1)
    await replica.telling.send_due()
    titles = {mail.id: mail.subject for mail in post.mails}
    assert titles[first["letter"]].endswith("has ended")
    assert len(titles) == 2


@pytest.mark.parametrize("made", ["", MADE])
async def test_an_erased_person_is_gone_from_there(replica, made):
    """What is to be sent to them, what was, what they turned off, and how to reach them; nothing of
    an account that has the name later."""
    await replica.note("term_ended")
    later = Recipient("rita", "2027-01-01T00:00:00.000000+00:00")
    await replica.ledger.run(outbox.mute, Recipient("rita", made), ["power"])
    if made:
        await replica.ledger.run(outbox.mute, later, ["vacant"])
    details = {"expires": "2026-11-01", "created": made, "asker_created": made}
    said = Draft("request", "rita", person="rita", role=ADMIN, details=details)
    await replica.ledger.append(said)
    await replica.ledger.run(erasing.forget, "rita", erasing.Eraser(), READ_AT)
    assert [row for row in await replica.rows() if row["account"] == "rita"] == []
    left = {later.key: {"vacant"}} if made else {}
    assert await replica.ledger.run(outbox.read_muted) == left
    assert await replica.ledger.run(channels.read) == []


async def test_two_replicas_never_send_the_same(postgresql, post):
    """However they run into each other; and one goes on where the other died."""
    url = postgresql.new_database()
    clock = Clock(READ_AT)
    both = [Replica(url, post, clock) for _ in range(2)]
    try:
        said = {"email": Said("rita@reef.example", "nobody")}
        await both[0].ledger.run(channels.save, "rita", "", said, READ_AT)
        for number in range(40):
            await both[number % 2].ask(f"user-{number}")
        await both[0].note("term_ended", "duties_changed")
        await asyncio.gather(*(each.telling.send_due() for each in both * 2))
        assert len(post.mails) == len(set(post.ids)) == 41
        assert len(post.hooks) == 40
        await both[0].ask("uwe")
        with closing(Store(url)) as dead:
            assert outbox.claim(dead, "mail", clock())
        await both[1].telling.send_due()
        assert len(post.mails) == 41
        clock.now += outbox.LEASE + timedelta(seconds=1)
        await both[1].telling.send_due()
        assert len(post.mails) == len(set(post.ids)) == 42
    finally:
        for each in both:
            await each.ledger.close()


async def test_who_is_late_leaves_it_to_others(replica, post):
    """Whoever claimed a letter, and slept, sends it no more: somebody else may have it."""
    await replica.ask()
    claim = await replica.ledger.run(outbox.claim, "mail", replica.clock())
    replica.clock.now += outbox.LEASE
    assert await replica.telling._send("mail", claim)
    assert post.mails == []
    assert await replica.waiting() == 2


async def test_what_was_sent_is_not_kept_for_long(replica):
    """A week for what an entry caused; the rest would be said again."""
    await replica.ask()
    await replica.note("term_ended")
    await replica.telling.send_due()
    await replica.ledger.run(outbox.tidy, READ_AT + timedelta(days=8))
    assert [row["kind"] for row in await replica.rows()] == ["term_ended"]
    await replica.ledger.run(outbox.tidy, READ_AT + timedelta(days=401))
    assert await replica.rows() == []


async def test_it_is_soon_there(replica, post):
    """A hundred at once: each within a minute, by far."""
    for number in range(100):
        await replica.ask(f"user-{number}")
    began = time.time()
    await replica.telling.send_due()
    took = sorted(mail.at - began for mail in post.mails)
    print(f"100 mails: half within {took[50]:.2f} s, all within {took[-1]:.2f} s")
    assert len(took) == len(set(post.ids)) == 100
    assert took[98] < 60
