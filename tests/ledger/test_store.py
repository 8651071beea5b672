"""The ledger in a database, on SQLite and on PostgreSQL: append-only, whole, found as asked."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from jupyterhub_responsibility.errors import LedgerError, RewrittenError
from jupyterhub_responsibility.ledger.chain import BEGINNING
from jupyterhub_responsibility.ledger.entry import Draft, storable
from jupyterhub_responsibility.ledger.kinds import INTENTS
from jupyterhub_responsibility.ledger.query import Wanted
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import Store
from jupyterhub_responsibility.storage.tables import entries

from ..unit.test_text import HORRORS
from .conftest import NOW, draft, drafts
from .tampering import (
    add_part,
    change,
    change_part,
    cut,
    directly,
    execute,
    forget_the_end,
    remove,
    remove_part,
    swap,
)

# Appending


def test_what_was_appended_is_read(store):
    """Entries come back as they were written, in order, and the chain is whole."""
    written = store.append(drafts(3), NOW) + store.append([draft(intent=1)], NOW)
    assert [entry.number for entry in written] == [1, 2, 3, 4]
    assert list(store.all()) == written
    assert store.after(2) == written[2:]
    assert store.verify() == []


def test_nothing_to_append(store):
    """No drafts, no entries."""
    assert store.append([], NOW) == []
    assert list(store.all()) == []
    assert store.verify() == []


def test_all_or_none(store):
    """If one of several entries cannot be written, none is."""
    store.append([draft(), draft(intent=1)], NOW)
    before = list(store.all())
    with pytest.raises(LedgerError):
        store.append([draft("first"), draft("second", intent=1), draft("third")], NOW)
    assert list(store.all()) == before
    assert store.verify() == []
    assert store.append([draft()], NOW)[0].number == 3


def test_opened_again(store, stores, database):
    """A ledger goes on where it was left."""
    (first,) = store.append([draft()], NOW)
    store.close()
    again = stores()
    again.open()
    (second,) = again.append([draft()], NOW)
    assert second.previous == first.digest
    assert again.verify() == []


def test_a_chain_written_from_many_threads_is_whole(store):
    """Whoever appends waits for whoever does: no number twice, no gap."""
    threads = [
        threading.Thread(target=lambda: [store.append(drafts(2), NOW) for _ in range(5)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.number for entry in store.all()] == list(range(1, 41))
    assert store.verify() == []


# Append-only


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE responsibility_entries SET role = 'nobody'",
        "UPDATE responsibility_entries SET role = role WHERE number = 1",
        "UPDATE responsibility_parts SET text = 'nobody'",
        "UPDATE responsibility_parts SET text = text WHERE number = 1",
        "UPDATE responsibility_parts SET text = NULL, salt = NULL",
        "DELETE FROM responsibility_parts WHERE number = 2",
        "INSERT INTO responsibility_parts VALUES (1, 'note', '', 'more', NULL)",
        "DELETE FROM responsibility_entries",
        "DELETE FROM responsibility_entries WHERE number = 2",
    ],
)
def test_the_database_refuses_changes(store, database, statement):
    """Neither a change nor a removal gets past the database itself."""
    written = store.append(drafts(2), NOW)
    with pytest.raises(DBAPIError, match="the ledger is append-only"):
        directly(database, execute(statement))
    assert list(store.all()) == written


@pytest.mark.parametrize("number", [1, 2, 3])
def test_sqlite_refuses_to_replace(sqlite, sqlite_file, number):
    """REPLACE is no way around that: not by the number, nor by the intent."""
    written = sqlite.append([draft(), draft(intent=1)], NOW)
    row = {column.name: getattr(written[1], column.name) for column in entries.columns}
    replacing = insert(entries).prefix_with("OR REPLACE").values(row | {"number": number})
    with pytest.raises(DBAPIError, match="the ledger is append-only"):
        directly(f"sqlite:///{sqlite_file}", lambda connection: connection.execute(replacing))
    assert list(sqlite.all()) == written


def test_postgresql_refuses_to_empty_the_table(postgresql, stores):
    """TRUNCATE is refused as DELETE is."""
    url = postgresql.new_database()
    store = stores(url)
    store.open()
    store.append(drafts(2), NOW)
    with pytest.raises(DBAPIError, match="the ledger is append-only"):
        directly(url, execute("TRUNCATE responsibility_entries"))
    assert len(list(store.all())) == 2


ANOTHER_END = execute(f"INSERT INTO responsibility_head VALUES (2, 4, '{'0' * 64}')")


@pytest.mark.parametrize("number", [-1, 0, 2, 3, 4, 9])
def test_a_part_belongs_to_an_entry_that_is_being_written(store, database, number):
    """The database takes none of an entry that isn't there, nor more of one that was written."""
    store.append(drafts(3), NOW)
    for name in ("note", "person"):
        with pytest.raises(DBAPIError, match="the ledger is append-only"):
            directly(database, add_part(number, name))
    assert store.verify() == []
    assert store.append([draft()], NOW)[0].number == 4


def test_without_an_end_no_part_is_taken(store, database):
    """Nor where it isn't recorded where the ledger ends."""
    store.append(drafts(3), NOW)
    directly(database, forget_the_end)
    with pytest.raises(DBAPIError, match="the ledger is append-only"):
        directly(database, add_part(3, "note"))


# Verifying


@pytest.mark.parametrize(
    ("deed", "found"),
    [
        (change(2, role="nobody"), ["entry 2 was changed"]),
        (change_part(2, "actor", text="nobody"), ["entry 2: who did it was changed"]),
        (change_part(2, "person", salt="0" * 32), ["entry 2: whom it is about was changed"]),
        (
            change_part(2, "person", name="note"),
            [
                "entry 2: the note was not written by this service",
                "entry 2: whom it is about is missing",
            ],
        ),
        (
            change_part(2, "person", text=None, salt=None, erasure=3),
            ["entry 2: whom it is about was removed, and no erasure says so"],
        ),
        (change(2, stated='{"until":"2030-01-01"}'), ["entry 2 was changed"]),
        (change(4, at="2026-11-22T10:42:07.000001+00:00"), ["entry 4 was changed"]),
        (
            change(3, number=9),
            [
                "entry 3 is missing",
                "entry 5–8 is missing",
                "entry 9 was changed",
                "entry 5 and those after it were not written by this service",
            ],
        ),
        (remove(2), ["entry 2 is missing"]),
        (remove(1, 2, 3), ["entry 1–3 is missing"]),
        (remove(4), ["entry 4 is missing at the end"]),
        (cut(0), ["entry 1–4 is missing at the end"]),
        (
            swap(2, 3),
            [
                "entry 2 was changed",
                "entry 3 was changed",
                "entry 4 does not follow from the one before it",
            ],
        ),
        (cut(2, "0" * 64), ["entry 2 is not the one that was written last"]),
        (forget_the_end, ["it is not recorded where the ledger ends"]),
        (ANOTHER_END, ["it is not recorded only once, but 2 times where the ledger ends"]),
        *(
            (
                add_part(number),
                [
                    f"whom it is about, of an entry {number} that there is not, was not written by"
                    " this service"
                ],
            )
            for number in (-3, 0, 5, 9)
        ),
    ],
)
def test_what_was_done_to_a_ledger_is_found(store, database, deed, found):
    """Whoever gets past the triggers is found out, with the number of the entry."""
    store.append(drafts(4), NOW)
    directly(database, deed, armed=False)
    assert store.verify() == found
    assert Store.to_read(database).verify() == found


def test_a_damaged_entry_is_found(sqlite, sqlite_file):
    """Bytes that are no text, and values of another kind, are named and not stumbled over."""
    url = f"sqlite:///{sqlite_file}"
    sqlite.append(drafts(3), NOW)
    damage = execute(
        "UPDATE responsibility_entries SET intent = 'nine' WHERE number = 1",
        "UPDATE responsibility_entries SET role = X'00ff' WHERE number = 2",
        "UPDATE responsibility_entries SET role = CAST(X'ff' AS TEXT) WHERE number = 3",
    )
    directly(url, damage, armed=False)
    assert Store.to_read(url).verify() == [f"entry {n} was changed" for n in (1, 2, 3)]


@pytest.mark.parametrize("number", ["x", 1.5, b"x"], ids=str)
def test_a_part_whose_number_is_none_is_found(sqlite, sqlite_file, number):
    """SQLite takes anything as a number."""
    url = f"sqlite:///{sqlite_file}"
    sqlite.append(drafts(2), NOW)
    said = "INSERT INTO responsibility_parts VALUES (?, 'person', ?, 'mallory', NULL)"
    directly(url, lambda c: c.exec_driver_sql(said, (number, "0" * 32)), armed=False)
    assert Store.to_read(url).verify() == [
        f"whom it is about, of an entry {number} that there is not, was not written by this service"
    ]


@pytest.mark.parametrize(
    ("deed", "undo", "said"),
    [
        (add_part(4), remove_part(4), "it ends at entry 3, and what is after it"),
        (add_part(9), remove_part(9), "it ends at entry 3, and what is after it"),
        (
            execute(
                "INSERT INTO responsibility_entries"
                ' SELECT 4, at, event, actor_kind, role, "group", 99, stated, sealed, previous,'
                " digest FROM responsibility_entries WHERE number = 1"
            ),
            remove(4),
            "it ends at entry 3, and what is after it",
        ),
        (
            ANOTHER_END,
            execute("DELETE FROM responsibility_head WHERE number = 4"),
            "it is not recorded only once, but 2 times where the ledger ends",
        ),
        (
            execute("UPDATE responsibility_head SET number = 7"),
            execute("UPDATE responsibility_head SET number = 3"),
            "it should end at entry 7, which is missing or another one",
        ),
    ],
    ids=["a part", "a part further on", "an entry", "two ends", "an end without an entry"],
)
def test_nothing_is_written_after_what_somebody_else_wrote(store, database, deed, undo, said):
    """It is said what is wrong, by whoever looks and by whoever writes; and once it is put right,
    the ledger goes on."""
    store.append(drafts(3), NOW)
    directly(database, deed, armed=False)
    for attempt in (lambda: store.append([draft()], NOW), lambda: store.check((0, BEGINNING))):
        with pytest.raises(RewrittenError) as refused:
            attempt()
        assert str(refused.value).startswith(f"The ledger was rewritten: {said}")
    assert store.verify()
    directly(database, undo, armed=False)
    assert store.append([draft()], NOW)[0].number == 4
    assert store.verify() == []


@pytest.mark.parametrize("taken", [1, 2, 4])
def test_a_text_that_lost_letters_to_its_salt_is_found(sqlite, sqlite_file, taken):
    """SQLite takes a salt of any length, and the digest stays as it was."""
    url = f"sqlite:///{sqlite_file}"
    (entry,) = sqlite.append([draft("hanna")], NOW)
    salt, text = entry.parts["person"].salt, entry.parts["person"].text
    shifted = change_part(1, "person", salt=salt + text[:taken], text=text[taken:])
    directly(url, shifted, armed=False)
    assert Store.to_read(url).verify() == ["entry 1: whom it is about was changed"]


def test_without_its_end_nothing_is_appended(store, database):
    """A ledger that doesn't know its end refuses to guess it."""
    store.append(drafts(2), NOW)
    directly(database, forget_the_end)
    with pytest.raises(LedgerError):
        store.append([draft()], NOW)
    assert len(list(store.all())) == 2


def test_verifying_sees_one_moment(store, stores):
    """Entries that are written meanwhile are no fault."""
    store.append(drafts(2500), NOW)
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            store.append(drafts(3), NOW)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert [store.verify() for _ in range(5)] == [[]] * 5
    finally:
        done.set()
        thread.join()


# Names


NAMES = [*(name for name, _ in HORRORS.values()), "nul\0", "half\ud800", "' OR 1=1 --", "%s{x}"]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_as_people_have_them(store, name):
    """Every name that a hub accepts is kept, found again, and covered by the chain."""
    written = store.append(
        [draft(name, actor=name, group=name, details={"reason": name or "none"})], NOW
    )
    assert list(store.all()) == written
    assert written[0].person == storable(name)
    assert written[0].facts["reason"] == storable(name or "none")
    if name:
        assert store.page(Wanted(person=written[0].person), None, 5) == written
    assert store.verify() == []


def test_text_that_no_database_holds(store):
    """NUL and halves of characters are spelt out; everything else stays as it is."""
    (entry,) = store.append([draft("nul\0 half\ud800 whole \U0001f41f")], NOW)
    assert entry.person == "nul\\x00 half\\ud800 whole \U0001f41f"
    assert next(store.all()) == entry


# Finding


@pytest.fixture
def diary(store):
    """Ten entries, an hour apart: two people, two roles."""
    for hour in range(10):
        entry = Draft(
            "appointment",
            actor="rita" if hour % 2 else "root",
            person="hanna" if hour % 3 else "rita",
            role="hub-administrator" if hour < 5 else "community-representative",
        )
        store.append([entry], NOW + timedelta(hours=hour))
    return store


def numbers(store: Store, wanted: Wanted = Wanted(), before: int | None = None, most: int = 99):  # noqa: B008  # frozen
    return [entry.number for entry in store.page(wanted, before, most)]


def test_pages_lead_from_the_newest_to_the_oldest(diary):
    """Page after page, each entry appears once."""
    assert numbers(diary, most=4) == [10, 9, 8, 7]
    assert numbers(diary, before=7, most=4) == [6, 5, 4, 3]
    assert numbers(diary, before=3, most=4) == [2, 1]
    assert numbers(diary, before=1) == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        (Wanted(person="hanna"), [9, 8, 6, 5, 3, 2]),
        (Wanted(person="rita"), [10, 8, 7, 6, 4, 2, 1]),
        (Wanted(person="Rita"), []),
        (Wanted(role="hub-administrator"), [5, 4, 3, 2, 1]),
        (Wanted(since=NOW + timedelta(hours=8)), [10, 9]),
        (Wanted(until=NOW + timedelta(hours=1)), [1]),
        (
            Wanted("rita", "hub-administrator", NOW + timedelta(hours=1), NOW + timedelta(hours=4)),
            [4, 2],
        ),
        (Wanted(person="%"), []),
    ],
    ids=str,
)
def test_filters(diary, wanted, expected):
    """Person (who did it, or about whom), role and time narrow it down, alone and together."""
    assert numbers(diary, wanted) == expected
    in_pages = [n for b in (None, *expected) for n in numbers(diary, wanted, b, 1)]
    assert in_pages == expected


@pytest.fixture
def busy(store):
    """Somebody is appointed, whose name on the hub is another; asked for, added, and withdrawn."""

    def written(event, result="done", person="ana", **more):
        entry = Draft(event, "rita", role="hub-administrator", person=person, **more)
        (intent,) = store.append([entry], NOW)
        if event in INTENTS:
            facts = {"of": event, "result": result, "reason": '"of":"account"'}
            end = replace(entry, event="outcome", person="ana", intent=intent.number, details=facts)
            store.append([end], NOW)

    written("appointment", person="ANA")  # 1, 2
    written("request")  # 3
    written("account", "unknown")  # 4, 5
    store.append([Draft("settlement", "rita", intent=4, details={"result": "done"})], NOW)  # 6
    written("withdrawal")  # 7, 8
    return store


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(events=("appointment", "withdrawal")), [8, 7, 2, 1]),
        (Wanted(events=("request", "decision")), [3]),
        (Wanted(events=("account",)), [6, 5, 4]),
        (Wanted(events=("confirmation",)), []),
        (Wanted("ana", events=("appointment", "withdrawal")), [8, 7, 2]),
    ],
    ids=str,
)
def test_what_became_of_a_change_is_of_its_kind(busy, wanted, expected):
    """Whoever asks for one kind of event gets how it ended, too, and nothing else."""
    assert numbers(busy, wanted) == expected
    in_pages = [n for b in (None, *expected) for n in numbers(busy, wanted, b, 1)]
    assert in_pages == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), [[7, 8], [4, 5, 6], [3], [1, 2]]),
        (Wanted(events=("appointment",)), [[1, 2]]),
        (Wanted(person="ana"), [[7, 8], [4, 5, 6], [3], [1, 2]]),
        (Wanted(person="ANA"), [[1, 2]]),
        (Wanted(person="ana", events=("appointment",)), [[1, 2]]),
        (Wanted(person="nobody"), []),
    ],
    ids=str,
)
def test_deeds_come_with_what_became_of_them(busy, wanted, expected):
    """By whichever name somebody is looked for, and page after page, none comes in two parts."""

    def found(before, most):
        return [
            [each.began.number, *(end.number for end in each.endings)]
            for each in busy.deeds(wanted, before, most)
        ]

    assert found(None, 99) == expected
    in_pages = [one for b in (None, *(each[0] for each in expected)) for one in found(b, 1)]
    assert in_pages == expected


def test_a_run_is_not_cut_by_a_page(store):
    """However long it is, and wherever the page ends, it is whole on one page."""
    store.append([draft("ada")], NOW)
    for n in range(130):
        (intent,) = store.append([Draft("account", "hanna", person=f"user-{n}")], NOW)
        end = {"of": "account", "result": "done"}
        store.append([Draft("outcome", "hanna", intent=intent.number, details=end)], NOW)
    store.append([draft("eve")], NOW)

    async def pages(most: int, at_once: int):
        ledger = Ledger(store, lambda: NOW)
        with patch("jupyterhub_responsibility.storage.ledger.DEEDS", at_once):
            before, found, more = None, [], True
            while more:
                runs, more = await ledger.runs(Wanted(), before, most)
                found.append([len(run) for run in runs])
                before = runs[-1][-1].began.number
        return found

    for at_once in (1, 7, 130, 131, 132, 133, 200):
        assert asyncio.run(pages(1, at_once)) == [[1], [130], [1]]
        assert asyncio.run(pages(2, at_once)) == [[1, 130], [1]]
        assert asyncio.run(pages(3, at_once)) == [[1, 130, 1]]


# Reading only


def test_reading_beside_whoever_writes(store, database):
    """A reader sees each entry as soon as it is written, and can change nothing."""
    reader = Store.to_read(database)
    assert list(reader.all()) == []
    written = store.append(drafts(2), NOW)
    assert list(reader.all()) == written
    with pytest.raises(LedgerError, match="it can only be read"):
        reader.append([draft()], NOW)
    assert store.append([draft()], NOW)[0].number == 3
    reader.close()


def test_nothing_is_made_by_reading(postgresql, tmp_path):
    """A database without a ledger stays as it is."""
    with pytest.raises(LedgerError, match="There is no ledger in that database"):
        Store.to_read(postgresql.new_database())
    with pytest.raises(LedgerError, match=r"There is no ledger at .*none\.sqlite"):
        Store.to_read(f"sqlite:///{tmp_path}/none.sqlite")
    assert list(tmp_path.iterdir()) == []


# Locks between processes


def test_a_lock_is_held_by_one(postgresql, stores):
    """On PostgreSQL two replicas cannot hold the same lock; another one, they can."""
    url = postgresql.new_database()
    one, two = stores(url), stores(url)
    one.open()
    two.open()
    let_go = one.lock("hub-administrator")
    assert let_go
    assert two.lock("hub-administrator") is None
    assert one.lock("hub-administrator") is None
    other = two.lock("community-representative")
    assert other
    let_go()
    again = two.lock("hub-administrator")
    assert again
    again()
    other()


def test_replicas_start_together(postgresql, stores):
    """Two that open an empty database at once make its tables once."""
    url = postgresql.new_database()
    failed: list[LedgerError] = []

    def start(store: Store) -> None:
        try:
            store.open()
            store.append([draft()], NOW)
        except LedgerError as error:
            failed.append(error)

    replicas = [stores(url) for _ in range(4)]
    threads = [threading.Thread(target=start, args=[store]) for store in replicas]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [entry.number for entry in replicas[0].all()] == [1, 2, 3, 4]
    assert replicas[0].verify() == []


# Addresses


@pytest.mark.parametrize("url", ["", "nonsense", "//", "sqlite"])
def test_what_is_no_address(url):
    """What is no address of a database is said to be none."""
    with pytest.raises(LedgerError, match="not the address of a database"):
        Store(url)


@pytest.mark.parametrize("url", ["mysql://ledger@/ledger", "x://y", "postgresql+pg8000:///z"])
def test_other_databases(url):
    """Only SQLite and PostgreSQL have what the ledger needs."""
    with pytest.raises(LedgerError, match="SQLite or PostgreSQL only"):
        Store(url)


def test_a_server_that_does_not_answer(stores, tmp_path):
    """Without its server the ledger says so, and not its password."""
    store = stores(f"postgresql://ledger:secret@/ledger?host={tmp_path}")
    with pytest.raises(LedgerError, match="its database does not answer") as caught:
        store.open()
    assert "secret" not in str(caught.value)


def test_a_server_that_comes_back(postgresql, stores):
    """A connection that was cut is made anew."""
    url = postgresql.new_database()
    store = stores(url)
    store.open()
    store.append([draft()], NOW)
    others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
    directly(url, execute(others))
    assert store.append([draft()], NOW)[0].number == 2
    assert store.verify() == []


def test_entries_are_values(store):
    """An entry that was read equals the one that was written, and no other."""
    (written,) = store.append([draft()], NOW)
    assert store.after(0) == [written]
    assert replace(written, role="guide") != written


def test_a_ledger_is_removed(store, stores, database):
    """Nothing is left of it, and a new one can begin in the same place."""
    store.append(drafts(3), NOW)
    store.close()
    stores().remove()
    with pytest.raises(LedgerError, match="There is no ledger"):
        Store.to_read(database)
    begun = stores()
    begun.open()
    assert begun.append([draft()], NOW)[0].number == 1


def test_a_ledger_in_use_is_not_removed(sqlite, sqlite_file):
    """While the service has it open, it stays, with everything in it."""
    sqlite.append(drafts(3), NOW)
    with pytest.raises(LedgerError, match="in use by another process"):
        Store(f"sqlite:///{sqlite_file}").remove()
    assert len(sqlite.after(0)) == 3
