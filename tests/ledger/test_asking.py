"""Asking people without an account: by a real mail, and they answer by its link, once."""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select, text

from jupyterhub_responsibility.changes.asking import MOST_A_DAY, Asking
from jupyterhub_responsibility.changes.telling import Telling
from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.kept import Laid
from jupyterhub_responsibility.domain.model import Roster, Viewer
from jupyterhub_responsibility.errors import LedgerError, RefusedError
from jupyterhub_responsibility.ledger.entry import Draft, storable
from jupyterhub_responsibility.service import transport
from jupyterhub_responsibility.storage import erasing, outbox
from jupyterhub_responsibility.storage.erasing import Eraser
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import Store
from jupyterhub_responsibility.storage.sweeping import Sweep
from jupyterhub_responsibility.storage.tables import links as table
from jupyterhub_responsibility.text import is_erased

from ..conftest import READ_AT
from ..horrors import NAMES
from ..post import Post
from ..realhub import HOLDERS
from ..unit.conftest import Clock

GUIDE = "community-guide"
RITA = Viewer("rita", admin=True)
LINK = re.compile(r"https://x\.example/confirm\?link=(\S+)")
GUS = {"name": "Gus Gruber", "email": "gus@reef.example"}
NOAH = {"name": "Noah", "email": ""}


def declared(*people: dict):
    """A hub whose guides are these, appointed by whoever represents the community."""
    given = [{key: value for key, value in each.items() if value} for each in people]
    roles = {
        "hub-administrator": {"groups": ["hub-admins"]},
        "community-representative": {"groups": ["community-reps"]},
        GUIDE: {"people": given, "appointed_by": ["community-representative"]},
    }
    return load({"community": {"name": "Reef Lab"}, "roles": roles})


class Service:
    """A service, as far as it asks people."""

    def __init__(self, url: str, post: Post, clock: Clock) -> None:
        self.store, self.clock, self.declared = Store(url), clock, declared(GUS, NOAH)
        self.ledger = Ledger(self.store, clock)
        addresses = transport.read(post.addresses, "a test", transport.taken_by_apprise)
        carrier = transport.Apprise(addresses)
        self.transports = carrier.names
        self.telling = Telling(self.ledger, carrier, self.snapshot, clock, "https://x.example/")
        self.ledger.beside = self.telling.beside
        self.asking = Asking(self.ledger, self.snapshot, clock)

    def snapshot(self) -> Snapshot:
        return Snapshot(
            self.declared,
            Roster(READ_AT, HOLDERS),
            self.ledger.state,
            self.clock(),
            transports=self.transports,
            page=Laid(self.declared, self.declared),
        )

    async def ask(self, name: str = GUS["name"], actor: Viewer = RITA):
        return await self.asking.ask(actor, self.declared.model.roles[GUIDE], name)

    async def answer(self, link: str, answer: str = "yes"):
        asked = await self.asking.question(link)
        return await self.asking.answer(link, answer, asked.digest if asked else "")

    @property
    def word(self):
        return self.ledger.state.words.of(GUIDE, GUS["name"])

    async def number_of_links(self) -> int:
        return await self.ledger.run(count)


def count(store: Store) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def link_in(mail) -> str:
    return LINK.search(mail.text).group(1)


@pytest.fixture
def post(post):
    post.clear()
    return post


@pytest.fixture
async def service(database, post):
    made = Service(database, post, Clock(READ_AT))
    await made.ledger.catch_up()
    yield made
    await made.ledger.close()


@pytest.fixture
async def link(service, post) -> str:
    """Of a mail that has come."""
    await service.ask()
    await service.telling.send_due()
    return link_in(post.mails[-1])


async def test_the_mail(service, post, link):
    """It asks by name who is asked, says who wants to know, and until when the link is good."""
    (mail,) = post.mails
    assert mail.to == (GUS["email"],)
    assert mail.subject == "[Reef Lab] Do you hold the role Community Guide?"
    for said in ("Dear \u2068Gus Gruber\u2069", "\u2068rita\u2069 would like to know",
                 "the hub of Reef Lab", "until 29 Nov 2026", mail.id):  # fmt: skip
        assert said in mail.text
    assert len(link) == 43
    await service.telling.send_due()
    assert len(post.mails) == 1


async def test_nothing_else_has_the_link(service, post, link, database, caplog):
    """No cell of the database, nor its file, nor any log; nor is name or address in what waits."""
    caplog.set_level(logging.DEBUG)
    await service.answer(link, "no")
    await service.ask()
    rows = str(await service.ledger.run(everything))
    assert link not in rows
    assert link_in(post.mails[-1]) == link
    beside = str(await service.ledger.run(everything, ("outbox", "links")))
    assert not any(said in beside for said in ("Gus", "gus@", "rita"))
    if service.store.sqlite:
        file = Path(make_url(database).database)
        held = b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
        assert link.encode() not in held
    assert not any(link in each.getMessage() for each in caplog.records if each.name != "mail.log")


def everything(store: Store, names: tuple[str, ...] = ()) -> list:
    tables = names or ("entries", "parts", "outbox", "links", "gaps", "readings", "channels")
    with store.reading() as connection:
        return [
            row
            for name in tables
            for row in connection.execute(text(f"SELECT * FROM responsibility_{name}"))
        ]


async def test_yes(service, link):
    """The ledger says that they have confirmed, which duties, and that they have no account."""
    assert (service.word.open, service.word.confirmation) == (True, None)
    entry = await service.answer(link)
    assert (entry.event, entry.actor, entry.actor_kind) == ("confirmation", "Gus Gruber", "person")
    role = service.declared.model.roles[GUIDE]
    assert entry.facts == {"duties_digest": service.snapshot().duties_digests[GUIDE]}
    (holder, _) = service.snapshot().holders_by_role[GUIDE].holders
    assert service.snapshot().standing_of(role, holder).state == "confirmed"
    assert service.store.verify() == []
    service.clock.now += timedelta(days=370)
    assert service.snapshot().standing_of(role, holder).state == "due"


async def test_no(service, link):
    """It is recorded, and a later yes makes up for it."""
    entry = await service.answer(link, "no")
    assert (entry.event, entry.actor, entry.facts) == ("denial", "Gus Gruber", {})
    assert service.word.denied_at == READ_AT
    await service.ask()
    assert service.word.denied_at == READ_AT


async def test_once(service, link):
    """Who answers again is told nothing more than for any other link that isn't good."""
    await service.answer(link)
    number = service.ledger.state.number
    assert await service.asking.question(link) is None
    assert await service.asking.answer(link, "no", "") is None
    assert service.ledger.state.number == number
    assert await service.number_of_links() == 0


async def test_only_one_of_many_at_once(service, link):
    """Whoever answers at the same moment."""
    done = await asyncio.gather(*(service.answer(link, x) for x in ("yes", "no", "yes", "no")))
    assert sum(each is not None for each in done) == 1


async def test_reading_changes_nothing(service, link):
    """However often."""
    number = service.ledger.state.number
    for _ in range(3):
        asked = await service.asking.question(link)
        assert (asked.person.name, asked.role.id) == ("Gus Gruber", GUIDE)
    assert service.ledger.state.number == number


async def test_for_seven_days(service, link):
    """Then it is over, and forgotten with the next day's tidying."""
    service.clock.now += timedelta(days=7, seconds=-1)
    assert await service.asking.question(link)
    service.clock.now += timedelta(seconds=1)
    assert await service.asking.question(link) is None
    assert await service.asking.answer(link, "yes", "") is None
    await service.telling.send_due()
    assert await service.number_of_links() == 0


async def test_the_duties_that_were_read(service, link):
    """Who was shown other ones reads them again first, and the link is still good."""
    with pytest.raises(RefusedError, match="have changed"):
        await service.asking.answer(link, "yes", "0" * 16)
    with pytest.raises(RefusedError, match="Choose an answer"):
        await service.asking.answer(link, "perhaps", "0" * 16)
    assert await service.answer(link)


@pytest.mark.parametrize("changed", [{"name": "Gus Grubber"}, {"email": "g@reef.example"}, None])
async def test_who_is_somebody_else_now(service, link, changed):
    """A link is over with the name, the address or the role of whom it was mailed to."""
    service.declared = declared(*([{**GUS, **changed}] if changed else []))
    assert await service.asking.question(link) is None
    assert await service.asking.answer(link, "yes", "") is None


async def test_who_comes_back_is_asked_anew(service, link):
    """A link that was over stays so."""
    await service.telling.send_due()
    assert await service.number_of_links() == 1
    service.declared = declared(NOAH)
    await service.telling.send_due()
    service.declared = declared(GUS)
    assert await service.asking.question(link) is None
    assert await service.number_of_links() == 0


@pytest.mark.parametrize("deed", ["set_aside", "taken_back"])
async def test_withdrawn_on_the_page(service, link, deed):
    """What they have said is over with it."""
    await service.answer(link, "no")
    details = {"kind": "person", "title": "Gus Gruber", "deed": deed}
    for left in ({}, {"named": "Gus Gruber"}):
        assert service.word.denied_at
        await service.ledger.append(Draft("kept", "rita", role=GUIDE, details=details | left))
    assert not service.word.denied_at
    gone = await service.ledger.run(erasing.forget, "Gus Gruber", Eraser("root", "user"), READ_AT)
    assert gone.parts == 5
    assert "Gus" not in str(await service.ledger.run(everything))


async def test_asked_again(service, post, link):
    """The older link is over, and the new one is good; a letter that waited is not sent."""
    await service.ask()
    assert await service.asking.question(link) is None
    await service.ask()
    await service.telling.send_due()
    assert len(post.mails) == 2
    assert await service.asking.question(link_in(post.mails[-1]))
    with pytest.raises(RefusedError, match=f"asked {MOST_A_DAY} times today"):
        await service.ask()
    service.clock.now += timedelta(days=1)
    await service.ask()


async def test_sent_again_after_a_kill(service, post, database):
    """Where nobody noted that the mail was taken, another comes, with a link of its own: both are
    good until one is used."""
    await service.ask()
    post.before = lambda: setattr(post, "before", lambda: None)
    claim = await service.ledger.run(outbox.claim, "mail", service.clock())
    address, letter = await service.telling._question(claim.letter, claim.question)
    assert await service.telling._transport.send("mail", address, letter)  # and then it is killed
    service.clock.now += timedelta(minutes=6)
    await service.telling.send_due()
    first, second = post.mails
    assert (first.id, first.to) == (second.id, second.to)
    links_sent = {link_in(first), link_in(second)}
    assert len(links_sent) == 2
    for each in links_sent:
        assert await service.asking.question(each)
    await service.answer(link_in(first))
    assert await service.asking.question(link_in(second)) is None


async def test_who_is_there_no_more_gets_no_mail(service, post):
    """Nor whoever has answered by another letter, or has been erased meanwhile."""
    await service.ask()
    service.declared = declared(NOAH)
    await service.telling.send_due()
    assert post.mails == []
    assert (await service.ledger.run(outbox.figures, service.clock())).waiting == {}


async def test_what_is_not_taken_waits(service, post):
    """It is tried again, and each try that may have come has a good link."""
    await service.ask()
    post.refuses = lambda _: "later"
    with pytest.raises(Exception, match="could not be sent"):
        await service.telling.send_due()
    post.refuses = lambda _: ""
    service.clock.now += timedelta(minutes=2)
    await service.telling.send_due()
    assert await service.answer(link_in(post.mails[-1]))
    assert await service.number_of_links() == 0


@pytest.mark.parametrize(
    ("name", "actor", "said"),
    [
        ("Gus", RITA, "Nobody called Gus"),
        ("Noah", RITA, "no mail address"),
        (GUS["name"], Viewer("uwe"), "This is the provider's"),
        (GUS["name"], Viewer("tester", admin=True, kind="service"), "This is the provider's"),
    ],
)
async def test_who_cannot_be_asked(service, name, actor, said):
    """Or who can't ask: nothing is written."""
    with pytest.raises(RefusedError, match=said):
        await service.ask(name, actor)
    assert service.ledger.state.number == 0


async def test_a_hub_that_sends_no_mail(service):
    """Says so."""
    service.transports = frozenset({"community"})
    with pytest.raises(RefusedError, match="sends no mail"):
        await service.ask()


async def test_with_the_letter_or_not_at_all(service, monkeypatch):
    """What can't be written down to be sent isn't recorded either."""

    def broken(*_: object) -> None:
        raise LedgerError("no")

    monkeypatch.setattr(outbox, "put_question", broken)
    with pytest.raises(LedgerError):
        await service.ask()
    assert service.ledger.state.number == 0


async def test_forgotten(service, link, database):
    """Name and links are gone, the chain holds, and nothing follows from what they said."""
    await service.answer(link)
    await service.ask()
    await service.telling.send_due()
    done = await service.ledger.run(erasing.forget, "Gus Gruber", Eraser("root", "user"), READ_AT)
    assert (done.parts, await service.number_of_links()) == (3, 0)
    await service.ledger.catch_up()
    await service.ledger.read_anew()
    assert service.ledger.state.words.known() == frozenset()
    held = str(await service.ledger.run(everything))
    assert "Gus" not in held
    assert service.store.verify() == []
    entries = list(service.store.all())
    assert is_erased(entries[1].actor)
    assert entries[0].actor == "rita"


async def test_an_account_of_that_name_is_somebody_else(service, link):
    """Who forgets one account of a name takes nothing of people without one."""
    await service.answer(link)
    with pytest.raises(LedgerError, match="made"):
        erasing.forget(service.store, "Gus Gruber", Eraser(), READ_AT, "2020")
    found = erasing.traces(service.store, "Gus Gruber", "unknown")
    assert found.taken == set()
    assert "Gus Gruber" not in service.ledger.state.people


async def test_forgotten_with_time(service, link):
    """Nothing was recorded of them for long; who still holds a role is kept."""
    await service.answer(link)
    later = READ_AT + timedelta(days=900)
    holding = Sweep(later - timedelta(days=730), later, holders=["Gus Gruber"])
    await service.ledger.run(holding.whole)
    assert "Gus" in str(await service.ledger.run(everything))
    gone = await service.ledger.run(Sweep(later - timedelta(days=730), later).whole)
    assert gone.parts >= 2
    assert "Gus" not in str(await service.ledger.run(everything))


WRITABLE = [name for name in NAMES if name.strip() and len(name) < 100 and name.isprintable()]


@pytest.mark.parametrize("name", WRITABLE, ids=ascii)
async def test_whatever_they_are_called(service, post, name):
    """Every name that a declaration may have is asked, confirmed and forgotten."""
    service.declared = declared({**GUS, "name": name})
    (person,) = service.declared.people[GUIDE]
    await service.ask(person.name)
    await service.telling.send_due()
    entry = await service.answer(link_in(post.mails[-1]))
    assert entry.actor == storable(person.name)
    assert service.ledger.state.words.of(GUIDE, person.name).confirmation
    done = await service.ledger.run(erasing.forget, person.name, Eraser(), READ_AT)
    assert done.parts == 2
