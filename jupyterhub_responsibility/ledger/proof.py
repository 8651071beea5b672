"""What proves that a ledger is as it was: its chain, and anchors, which somebody keeps elsewhere.

Whoever may do anything with a database can write the whole chain anew, and nothing in it shows
that. But they can't change what others have kept: the digest of an entry stands for it and for all
before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .anchors import Anchors
from .chain import Fault, Head, broken, in_order
from .entry import Entry
from .kinds import PARTS, PartName


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in a ledger: where it ends (None: that isn't recorded), how many parts of
    entries are erased, and what is wrong, the first entry first."""

    head: Head | None
    erased: int
    faults: list[str]


Stray = Iterable[tuple[object, PartName]]
"""Parts of entries that aren't there: whatever stands for their numbers, and their names."""


def examined(entries: Iterable[Entry], head: Head, anchors: Anchors, stray: Stray = ()) -> Findings:
    """Whether entries are a whole chain that ends at `head`, and as they were when anchors of it
    were kept; and whether no part is left over."""
    erased = 0
    digests: dict[int, str] = {}

    def noted() -> Iterator[Entry]:
        nonlocal erased
        for entry in entries:
            erased += len(entry.erased)
            if entry.number in anchors:
                digests[entry.number] = entry.digest
            yield entry

    faults = [*broken(noted(), head), *_disagreement(anchors, digests)]  # in this order: noted
    faults += _left_over(stray, head)
    return Findings(head, erased, in_order(faults))


def in_words(head: Head) -> str:
    """Where a ledger ends: who keeps this has an anchor."""
    number, digest = head
    return f"The ledger ends at entry {number}: {digest}" if number else "The ledger is empty"


def foot(head: Head | None) -> str:
    """The same in a line, for the foot of whatever somebody may keep; empty where there is no
    entry. `kept_in` finds it again."""
    return f"Ledger: entry {head[0]}, {head[1]}" if head else ""


def rewritten(seen: Head, head: Head, there: str | None) -> str:
    """What is wrong with a ledger that was read up to `seen` before, in words; empty if nothing.

    It ends at `head` now, and `there` is the digest of the entry that was the last one then.
    """
    number, digest = seen
    if head[0] < number or (number and there is None):
        what = f"entry {number} was there when this service last read it, and is there no more"
    elif number and (there != digest or (head[0] == number and head != seen)):
        what = f"entry {number}, or one before it, is not what this service has read there"
    else:
        return ""
    return f"The ledger was rewritten: {what} (`ledger verify --against {number}:{digest}`)"


def wrong_end(head: Head, last: str | None, beyond: Iterable[int | None]) -> str:
    """Why nothing can be written after the end of a ledger, in words; empty if it can be.

    `last` is the digest of the entry at the end, and `beyond` are the highest numbers of entries
    and of parts.
    """
    number, digest = head
    if number and last != digest:
        what = f"it should end at entry {number}, which is missing or another one"
    elif any(each is not None and not _until(each, number) for each in beyond):
        what = f"it ends at entry {number}, and what is after it was not written by this service"
    else:
        return ""
    return f"The ledger was rewritten: {what} (`ledger verify` names it)"


def no_one_end(ends: int) -> str:
    """What is wrong where it isn't recorded once where a ledger ends."""
    times = f" only once, but {ends} times" if ends else ""
    return f"it is not recorded{times} where the ledger ends"


def _disagreement(anchors: Anchors, digests: Mapping[int, str]) -> Iterator[Fault]:
    """The first entry that isn't as it was kept, if there is one.

    `digests` are those that a ledger has now, of the entries that were kept.
    """
    right = 0
    for number in sorted(anchors):
        if number not in digests:
            yield Fault(False, number, f"entry {number} was there once, and is missing")
            return
        if anchors[number] != {digests[number]}:
            yield Fault(False, number, f"{_place(number, right)} was rewritten")
            return
        right = number


def _left_over(stray: Stray, head: Head) -> Iterator[Fault]:
    """Parts of which there can't be an entry. If an entry is missing that there was, it is named,
    and its parts with it."""
    for number, name in stray:
        if not (_until(number, head[0]) and _until(1, number)):
            at = number if isinstance(number, int) else head[0] + 1
            words = f"{PARTS.get(name, name)}, of an entry {number} that there is not,"
            yield Fault(False, at, f"{words} was not written by this service")


def _until(number: object, last: object) -> bool:
    """Whether both are numbers, and the first is not the higher one: SQLite takes anything."""
    return isinstance(number, int) and isinstance(last, int) and number <= last


def _place(number: int, right: int) -> str:
    """Where it is, as precisely as what was kept allows: up to `right`, all is as it was."""
    if number == right + 1:
        return f"entry {number}"
    return f"entry {number}, or one before it{f' and after entry {right}' if right else ''},"
