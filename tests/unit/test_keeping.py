"""Keeping contacts, people and links on the page: whose, one word at a time, and recorded."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
import yaml

from jupyterhub_responsibility.changes.keeping import MOST, Keeping, all_standing, standing
from jupyterhub_responsibility.cli import main
from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.declaration.keeper import DeclarationKeeper
from jupyterhub_responsibility.domain.kept import Kept, id_of_link, id_of_person
from jupyterhub_responsibility.domain.model import Contact, Viewer
from jupyterhub_responsibility.domain.rules import Rules
from jupyterhub_responsibility.errors import InvalidError, RefusedError
from jupyterhub_responsibility.storage import kept as storage
from jupyterhub_responsibility.storage.store import Store

from .conftest import Clock
from .test_kept import ENGINEER, FILE

RITA = Viewer(
    "rita", groups=frozenset({"community-reps"}), created="2026-01-01T00:00:00.000000+00:00"
)
HANNA = Viewer("hanna", groups=frozenset({"hub-admins"}))
GUY = Viewer("guy", groups=frozenset({"guides"}))
KIM, ROOT, UWE = Viewer("kim"), Viewer("root", admin=True), Viewer("uwe")
PROGRAM = Viewer("rita", kind="service", admin=True, groups=frozenset({"community-reps"}))
DECLARED = {
    **FILE,
    "provider": {"name": "Cloud Crew", "staff": ["kim"]},
    "roles": {
        **FILE["roles"],
        "community-guide": {"groups": ["guides"]},
        "hub-administrator": {"groups": ["hub-admins"], "people": [{"name": "Ina"}]},
    },
    "contacts": [
        *FILE["contacts"],
        {"id": "reps", "name": "Reps", "for": ["community-representative"], "url": "/reps"},
    ],
    "links": [*FILE["links"], {"title": "Rules", "url": "/rules", "for": ["community-leadership"]}],
}
COMMUNITYS = (
    ("contact", "reps"),
    ("person", id_of_person("hub-administrator", "Ina")),
    ("link", id_of_link("/rules")),
)
PROVIDERS = (
    ("contact", "crew"),
    ("person", id_of_person(ENGINEER, "Sam")),
    ("link", id_of_link("https://reef.example/guide")),
)
MAY = {"rita": COMMUNITYS, "hanna": COMMUNITYS, "kim": PROVIDERS, "root": COMMUNITYS + PROVIDERS}
EVERYONES = ("contact", "help")


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 22, 10, 42, tzinfo=timezone.utc))


@pytest.fixture
def declared(clock):
    return DeclarationKeeper(load(DECLARED, clock()), "", clock)


@pytest.fixture
def keeping(ledger, declared, clock):
    return Keeping(ledger, declared, lambda: Rules(declared.current.declaration), clock)


def fields(kind: str, name: str = "Another", **more) -> dict:
    return {"title" if kind == "link" else "name": name, **more}


def changed(keeping, key) -> dict:
    """What somebody may write there: the same with another name."""
    there = standing(keeping.laid, key)
    more = {} if key[0] == "person" else {"for": list(there.targets)}
    return fields(key[0], **more, **({"url": there.declared.url} if key[0] == "link" else {}))


async def refused(deed) -> str:
    with pytest.raises(RefusedError) as caught:
        await deed
    return caught.value.code


@pytest.mark.parametrize(
    "who", [RITA, HANNA, GUY, KIM, ROOT, UWE, PROGRAM], ids=lambda w: f"{w.kind} {w.name}"
)
@pytest.mark.parametrize("key", [*COMMUNITYS, *PROVIDERS, EVERYONES], ids=str)
async def test_who_may_do_what(keeping, who, key):
    """Each kind of person × each kind of thing × each deed: whoever keeps it, and nobody else."""
    allowed = MAY.get(who.name, ()) if who.kind == "user" else ()
    if (key in allowed) or (key == EVERYONES and allowed):
        saved = await keeping.save(who, key, changed(keeping, key))
        assert saved.facts["deed"] == "changed"
        assert (await keeping.take_back(who, key)).facts["deed"] == "taken_back"
        assert (await keeping.set_aside(who, key)).facts["deed"] == "set_aside"
        assert (await keeping.take_back(who, key)).facts["deed"] == "taken_back"
        role = standing(keeping.laid, key).role
        (_, new_id), entry = await keeping.add(who, key[0], role, changed(keeping, key))
        assert entry.facts["deed"] == "added"
        assert (await keeping.take_back(who, (key[0], new_id))).facts["deed"] == "taken_back"
        assert keeping.laid.kept == {}
        return
    role = standing(keeping.laid, key).role
    assert await refused(keeping.save(who, key, changed(keeping, key))) == "not_allowed"
    assert await refused(keeping.set_aside(who, key)) == "not_allowed"
    assert await refused(keeping.insist(who, key)) == "not_allowed"
    assert await refused(keeping.take_back(who, key)) == "not_allowed"
    assert await refused(keeping.add(who, key[0], role, changed(keeping, key))) == "not_allowed"
    assert keeping._ledger.state.number == 0


async def test_nobody_gives_what_isnt_theirs(keeping):
    """What is for several needs the right for each: before it is changed, and after."""
    both = fields("contact", **{"for": ["community-representative", "operator"]})
    assert await refused(keeping.add(RITA, "contact", "", both)) == "not_allowed"
    assert await refused(keeping.save(RITA, ("contact", "reps"), both)) == "not_allowed"
    _, entry = await keeping.add(ROOT, "contact", "", both)
    key = ("contact", entry.facts["thing"])
    less = fields("contact", **{"for": ["community-representative"]})
    assert await refused(keeping.save(RITA, key, less)) == "not_allowed"
    await keeping.save(ROOT, key, less)
    assert await keeping.save(RITA, key, fields("contact", "Mine", **{"for": ["everyone"]}))


async def test_it_is_recorded_without_addresses(keeping, declared, clock):
    """Who did what, when, to which thing; what it says is beside the ledger, and counts at once."""
    said = fields("contact", "Desk", email="desk@reef.example", telephone="+49 40 999")
    key, entry = await keeping.add(RITA, "contact", "", said)
    assert key == ("contact", "everyone-contact")
    assert (entry.actor, entry.facts) == (
        "rita",
        {"kind": "contact", "thing": key[1], "title": "Desk", "deed": "added"},
    )
    assert "desk@" not in f"{entry}"
    new = Contact(key[1], "Desk", email="desk@reef.example", telephone="+49 40 999")
    assert declared.current.declaration.contacts[-1] == new
    kept = Kept("contact", key[1], "", new, "", "rita", RITA.created, clock(), entry.number)
    assert keeping.laid.kept == {key: kept}


async def test_no_name_of_a_person_stays(keeping):
    """A person's name is in what can be erased, and their id says nothing of it."""
    key, entry = await keeping.add(
        RITA, "person", "hub-administrator", fields("person", "Kim Miller")
    )
    assert "Kim" not in entry.stated + key[1]
    assert (entry.role, entry.parts["title"].text) == ("hub-administrator", "Kim Miller")


async def test_only_people_are_of_a_role(keeping):
    """What is said of the role of a contact or a link is in no entry, and kept nowhere."""
    for kind, more in (("contact", {}), ("link", {"url": "/x", "for": ["community-leadership"]})):
        key, entry = await keeping.add(RITA, kind, ENGINEER, fields(kind, **more))
        assert (entry.role, keeping.laid.kept[key].role) == ("", "")


async def test_saying_the_same(keeping):
    """What it says already is not recorded; what the file says takes the page's word back."""
    key = ("contact", "reps")
    same = {"name": "Reps", "for": ["community-representative"], "url": "/reps"}
    assert await keeping.save(RITA, key, same) is None
    await keeping.save(RITA, key, changed(keeping, key))
    entry = await keeping.save(RITA, key, same)
    assert (entry.facts["deed"], keeping.laid.kept) == ("taken_back", {})


async def test_two_at_once(keeping):
    """Who had something else before them is told so, and nothing is overwritten."""
    key = ("contact", "reps")
    tag = standing(keeping.laid, key).tag
    await keeping.save(RITA, key, changed(keeping, key), tag)
    for deed in (
        keeping.save(HANNA, key, fields("contact", "Mine"), tag),
        keeping.set_aside(HANNA, key, tag),
        keeping.take_back(HANNA, key, tag),
        keeping.insist(HANNA, key, tag),
    ):
        assert await refused(deed) == "stale"
    assert standing(keeping.laid, key).current.name == "Another"
    assert await keeping.set_aside(HANNA, key, standing(keeping.laid, key).tag)


async def test_what_isnt_valid(keeping):
    """Every fault is said at its field, in the words of the file's own check."""
    wrong = {"name": "", "email": "nonsense", "for": ["no-such-role"], "chat": "x"}
    with pytest.raises(InvalidError) as caught:
        await keeping.add(RITA, "contact", "", wrong)
    assert {each.path for each in caught.value.faults} == {"name", "email", "chat"}
    with pytest.raises(InvalidError) as caught:
        await keeping.add(ROOT, "contact", "", {"name": "X", "for": ["no-such-role"]})
    assert caught.value.field == "for"
    assert await refused(keeping.add(ROOT, "person", "no-such-role", fields("person"))) == "unknown"
    assert await refused(keeping.save(ROOT, ("contact", "none"), fields("contact"))) == "unknown"


async def test_what_cannot_be_taken_back_or_set_aside(keeping):
    """Only what was written can be taken back, and only what is declared set aside."""
    assert await keeping.take_back(RITA, ("contact", "reps")) is None
    assert await refused(keeping.insist(RITA, ("contact", "reps"))) == "closed"
    key, _ = await keeping.add(RITA, "contact", "", fields("contact"))
    assert await refused(keeping.set_aside(RITA, key)) == "closed"
    await keeping.set_aside(RITA, ("contact", "reps"))
    assert await keeping.set_aside(RITA, ("contact", "reps")) is None


async def test_an_id_of_their_own(keeping):
    """Programs may choose the id of a contact, as long as it is free."""
    key, _ = await keeping.add(RITA, "contact", "", fields("contact", id="desk"))
    assert key == ("contact", "desk")
    for taken in ("desk", "reps"):
        deed = keeping.add(RITA, "contact", "", fields("contact", id=taken))
        assert await refused(deed) == "already"


async def test_two_of_one_name(keeping):
    """People of one name in one role are told apart."""
    added = [await keeping.add(ROOT, "person", ENGINEER, fields("person", "Sam")) for _ in "ab"]
    assert len({key for key, _ in added}) == 2
    names = [each.name for each in keeping.laid.declaration.people[ENGINEER]]
    assert names == ["Sam"] * 4


async def test_who_leaves_is_named(keeping):
    """Whoever holds the role no more; not whose telephone number was changed, or taken back."""
    key, ina = COMMUNITYS[1], {"name": "Ina"}
    for fields_, deed, left in (
        ({**ina, "telephone": "+49 40 1"}, "changed", None),
        (ina, "taken_back", None),
        (fields("person", "Bea"), "changed", "Ina"),
        (ina, "taken_back", "Bea"),
        (None, "set_aside", "Ina"),
        (ina, "taken_back", None),
    ):
        done = keeping.set_aside(RITA, key) if fields_ is None else keeping.save(RITA, key, fields_)
        facts = (await done).facts
        assert (facts["deed"], facts.get("named")) == (deed, left)


async def test_who_leaves_has_a_namesake(keeping):
    """One of two who are called the same is not told apart from the other."""
    first = ("person", id_of_person(ENGINEER, "Sam"))
    second = ("person", f"{first[1]}-2")
    assert "named" not in (await keeping.set_aside(KIM, second)).facts
    assert (await keeping.set_aside(KIM, first)).facts["named"] == "Sam"


async def test_the_page_counts_over_a_newer_file(ledger, keeping, clock):
    """Where the operator changed it since, the page's word can be let count again."""
    key = ("contact", "reps")
    await keeping.save(RITA, key, changed(keeping, key))
    newer = {**DECLARED, "contacts": [{"id": "reps", "name": "New", "for": ["everyone"]}]}
    there = DeclarationKeeper(load(newer, clock()), "", clock)
    again = Keeping(ledger, there, lambda: Rules(there.current.declaration), clock)
    await again.read()
    assert standing(again.laid, key).current.name == "New"
    assert [each.why for each in again.laid.differs] == ["changed"]
    await again.insist(RITA, key)
    assert await again.insist(RITA, key) is None
    assert (standing(again.laid, key).current.name, again.laid.differs) == ("Another", ())


async def test_there_is_an_end_to_it(ledger, keeping, monkeypatch):
    """Nobody fills the table."""
    monkeypatch.setattr("jupyterhub_responsibility.changes.keeping.MOST", 1)
    assert MOST == 500
    await keeping.add(RITA, "contact", "", fields("contact"))
    assert await refused(keeping.add(RITA, "contact", "", fields("contact"))) == "too_many_open"


async def test_it_goes_out_as_a_declaration(tmp_path, ledger, keeping, clock):
    """What `export` writes has no faults, says the same, and takes the page over into the file."""
    file, out = tmp_path / "responsibilities.yaml", tmp_path / "exported.yaml"
    file.write_text(yaml.safe_dump(DECLARED))
    await keeping.save(RITA, ("contact", "reps"), changed(keeping, ("contact", "reps")))
    await keeping.set_aside(RITA, ("link", id_of_link("/rules")))
    await keeping.add(RITA, "person", "hub-administrator", fields("person", "Kim Miller"))
    database = f"sqlite:///{tmp_path}/ledger.sqlite"
    assert main(["export", str(file), "--database", database, "-o", str(out)]) == 0
    assert main(["check", str(out)]) == 0
    exported, there = load(out), keeping.laid.declaration
    assert (exported.contacts, exported.people) == (there.contacts, there.people)
    assert exported.links == there.links
    again = DeclarationKeeper(exported, "", clock)
    await again.keep(tuple(keeping.laid.kept.values()))
    taken_over = again.current.declaration
    assert (taken_over.contacts, taken_over.people) == (there.contacts, there.people)


async def test_what_another_version_wrote(ledger, keeping):
    """A row that this version can't read counts for nothing, and nothing fails."""
    await keeping.save(RITA, ("contact", "reps"), changed(keeping, ("contact", "reps")))

    def spoil(store: Store) -> None:
        with store.writing() as connection:
            connection.exec_driver_sql("UPDATE responsibility_kept SET fields = '{\"name\": 7}'")

    await ledger.run(spoil)
    await keeping.read()
    assert [each.why for each in keeping.laid.differs] == ["unreadable"]
    assert len(all_standing(keeping.laid)) == 8
    assert await refused(keeping.insist(RITA, ("contact", "reps"))) == "closed"
    await keeping.take_back(RITA, ("contact", "reps"))
    assert await ledger.run(storage.read) == []
