"""The chain that holds entries together, and what is wrong with one.

Each entry carries the digest of the one before it, so that none can be changed, taken out or
moved without being found. What can be erased is in the chain by its salted digest only: without
it, the chain still holds, and nobody can tell from it what was there.

All digests are SHA-256, in hexadecimal. What is digested of an entry is its canonical form
(RFC 8785); of a part, its salt and its text. Nothing that is digested can be read in two ways: a
salt has 32 digits, JSON is canonical, and each thing in it has one name and is said once.
"""

from __future__ import annotations

import json
import re
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from .entry import Draft, Entry, Part, stamp, storable
from .kinds import PARTS, PartName

BEGINNING = "0" * 64
"""What the first entry carries in place of the digest of an entry before it."""

SALT = re.compile("[0-9a-f]{32}")
"""A salt as it is written. If its length were another one, letters of the text could pass for some
of it, or the other way round, and the digest would be the same."""

Head = tuple[int, str]
"""The end of a chain: the number of the last entry, and its digest."""

Taken = set[tuple[int, PartName]]
"""Parts that are there no more: the number of the entry, and the name of the part."""

Erased = set[tuple[int, PartName, int]]
"""The same, each with the number of the entry that says so."""


class Fault(NamedTuple):
    """What is wrong with an entry. What is so because no erasure says anything else comes last: the
    erasure may be what is wrong."""

    last: bool
    number: int
    words: str


def new_salt() -> str:
    """What nobody can guess: 128 bits."""
    return secrets.token_hex(16)


def write(
    draft: Draft, number: int, previous: str, now: datetime, salt: Callable[[], str] = new_salt
) -> Entry:
    """The entry that a draft becomes after the one that has the digest `previous`."""
    said = [("actor", draft.actor), ("person", draft.person), *draft.details.items()]
    stored: dict[str, str] = {name: storable(text) for name, text in said if text}
    parts = {name: Part(salt(), stored[name]) for name in PARTS if name in stored}
    entry = Entry(
        number=number,
        at=stamp(now),
        event=draft.event,
        actor_kind=draft.actor_kind,
        role=draft.role,
        group=storable(draft.group),
        intent=draft.intent,
        stated=canonical({name: text for name, text in stored.items() if name not in parts}),
        sealed=canonical({name: seal(part) for name, part in parts.items()}),
        previous=previous,
        parts=parts,
    )
    return replace(entry, digest=digest(entry))


def canonical(said: object) -> str:
    """The canonical form (RFC 8785) of texts, whole numbers, nulls, and of objects of them whose
    keys are ASCII."""
    # default: what somebody put in its place may be of any kind, and must not pass for a text
    return json.dumps(
        said,
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
        default=lambda other: [repr(other)],
    )


def seal(part: Part) -> str:
    """The digest of a part: of its salt, as it is written, with its text after it."""
    return _sha256(f"{part.salt}{part.text}")


def digest(entry: Entry) -> str:
    """The digest of everything that an entry says."""
    said = {
        "number": entry.number,
        "at": entry.at,
        "event": entry.event,
        "actor_kind": entry.actor_kind,
        "role": entry.role,
        "group": entry.group,
        "intent": entry.intent,
        "details": 0,
        "parts": 0,
        "previous": entry.previous,
    }
    # These are canonical as they are stored, and every letter of them counts.
    whole = canonical(said).replace('"parts":0', f'"parts":{entry.sealed}', 1)
    return _sha256(whole.replace('"details":0', f'"details":{entry.stated}', 1))


def breaks(entries: Iterable[Entry], head: Head) -> list[str]:
    """What is wrong with a chain that should end at `head`, in words, the first entry first."""
    return in_order(broken(entries, head))


def in_order(faults: Iterable[Fault]) -> list[str]:
    """Faults in words, the first entry first."""
    return [fault.words for fault in sorted(faults, key=lambda each: each[:2])]


def listed(taken: Iterable[tuple[int, PartName]]) -> str:
    """Parts of entries as an erasure names them: `actor 3,7-9; reason 7`."""
    numbers: defaultdict[PartName, set[int]] = defaultdict(set)
    for number, name in taken:
        numbers[name].add(number)
    return "; ".join(f"{name} {_ranges(sorted(numbers[name]))}" for name in sorted(numbers))


def unlisted(said: str, before: int) -> Taken:
    """The same read back, as far as it is about entries before one; what cannot be read names no
    part, and no range is longer than the ledger."""
    return {
        (number, name)
        for name, numbers in re.findall(r"(\w+) ([\d,-]+)", said)
        for first, last in re.findall(r"(\d{1,9})(?:-(\d{1,9}))?", numbers)
        for number in range(int(first), min(int(last or first) + 1, before))
    }


def broken(entries: Iterable[Entry], head: Head) -> Iterator[Fault]:
    """The same, in no order."""
    number, previous = 0, BEGINNING
    taken: Erased = set()
    listed: Erased = set()
    for entry in entries:
        if entry.number <= number:  # the first is 1
            yield _fault(entry.number, f"entry {entry.number} was not written by this service")
            continue
        number += 1
        if entry.number != number:
            yield _fault(number, f"{_entries(number, entry.number - 1)} missing")
        if digest(entry) != entry.digest:
            yield _fault(entry.number, f"entry {entry.number} was changed")
        elif entry.number == number and entry.previous != previous:
            yield _fault(number, f"entry {number} does not follow from the one before it")
        elif not _readable(entry):
            yield _fault(entry.number, f"entry {entry.number} was not written by this service")
        else:
            yield from _wrong_parts(entry)
            listed |= _listed_by(entry)
        taken |= {
            (entry.number, name, part.erasure)
            for name, part in entry.parts.items()
            if part.erasure is not None
        }
        number, previous = entry.number, entry.digest
    yield from _wrong_erasures(taken, listed)
    yield from _wrong_end(number, previous, head)


def _fault(number: int, words: str) -> Fault:
    return Fault(False, number, words)


def _wrong_erasures(taken: Erased, listed: Erased) -> Iterator[Fault]:
    for at, name, _ in taken - listed:
        words = f"entry {at}: {PARTS.get(name, name)} was removed, and no erasure says so"
        yield Fault(True, at, words)
    for at, name, _ in listed - taken:
        words = f"entry {at}: {PARTS.get(name, name)} was erased, and is there again"
        yield Fault(True, at, words)


def _readable(entry: Entry) -> bool:
    """Whether an entry can be read, and in one way only: whoever makes digests may write anything.

    A name that stands twice, or both among what stays and what can be erased, has two texts.
    """
    try:
        stated, sealed = _texts(entry.stated), _texts(entry.sealed)
    except (TypeError, ValueError, RecursionError):
        return False
    return sealed.keys() <= PARTS.keys() and not stated.keys() & PARTS.keys()


def _texts(said: str) -> dict[str, str]:
    """What an entry has as JSON: texts by name. Raises ValueError where it is anything else."""
    found = json.loads(said)
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise ValueError("these are no texts by name")
    if canonical(found) != said:
        raise ValueError("that is not its canonical form")
    return found


def _listed_by(entry: Entry) -> Erased:
    """The parts of which an entry says that they were erased."""
    if entry.event != "erasure":
        return set()
    said = json.loads(entry.stated).get("parts", "")
    return {(number, name, entry.number) for number, name in unlisted(said, entry.number)}


def _wrong_parts(entry: Entry) -> Iterator[Fault]:
    """Parts that are not the ones of which the chain has the digests."""
    sealed = json.loads(entry.sealed)
    for name in sorted({*sealed, *entry.parts}, key=str):  # one may be no text
        part, words = entry.parts.get(name), PARTS.get(name, name)
        if part is None:
            yield _fault(entry.number, f"entry {entry.number}: {words} is missing")
        elif name not in sealed:
            yield _fault(
                entry.number, f"entry {entry.number}: {words} was not written by this service"
            )
        elif part.erasure is None and not _opens(part, sealed[name]):
            yield _fault(entry.number, f"entry {entry.number}: {words} was changed")
        elif part.erasure is not None and (part.salt, part.text) != (None, None):
            yield _fault(
                entry.number, f"entry {entry.number}: {words} was erased, and is there again"
            )


def _opens(part: Part, sealed: str) -> bool:
    """Whether this is the part of which that is the digest: no other salt and text have it."""
    texts = isinstance(part.salt, str) and isinstance(part.text, str)
    return texts and bool(SALT.fullmatch(part.salt or "")) and seal(part) == sealed


def _wrong_end(number: int, previous: str, head: Head) -> Iterator[Fault]:
    if number < head[0]:
        yield _fault(number + 1, f"{_entries(number + 1, head[0])} missing at the end")
    elif number > head[0]:
        said = f"entry {head[0] + 1} and those after it were not written by this service"
        yield _fault(number + 1, said)
    elif (number, previous) != head:
        yield _fault(number + 1, f"entry {number} is not the one that was written last")


def _entries(first: int, last: int) -> str:
    return f"entry {first} is" if first == last else f"entry {first}\N{EN DASH}{last} is"


def _ranges(numbers: list[int]) -> str:
    """Numbers in order, with those that follow on each other as one: `3,7-9`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ",".join("-".join(map(str, run)) for run in runs)


def _sha256(text: str) -> str:
    # surrogatepass: bytes that are no text are read as halves of characters, and must not pass for
    # a text in which such a half is spelt out
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
