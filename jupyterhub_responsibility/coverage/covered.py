"""Which responsibilities are looked after, and how a hub is covered as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ..domain.holders import NO_ROLE, Holder, nobody
from ..domain.model import Party, Responsibility
from ..domain.names import Names
from .gaps import Gap, GapKind
from .snapshot import COMMUNITY_SPLITS, Snapshot

State = Literal["covered", "single", "provider-only", "vacant", "no-role", "unchecked", "unknown"]


@dataclass(frozen=True, slots=True)
class Covered:
    """A responsibility with its live holders; `state` is what a reader should know of it.

    `counted` are those of the holders whose leaving would matter: of whom it is known that they
    still hold a role, and in what is the community's job, not the provider's people. `apart` says
    who isn't counted.
    `nobody` is how pages say that there are no holders.
    "provider-only" is the community's job, which only the provider's people do; "no-role"
    are responsibilities to which the model gives no role; "unchecked" is what has holders of whom
    nobody can tell whether they still are, since they haven't been seen for long; "unknown" is what
    cannot be told while the hub doesn't say who is in its groups.
    """

    responsibility: Responsibility
    holders: tuple[Holder, ...]
    state: State
    counted: tuple[Holder, ...] = ()
    nobody: str = ""
    apart: str = ""


@dataclass(frozen=True, slots=True)
class Leaving:
    """Whose leaving would empty most, and how many; `apart` are those who may stay with some.

    `name` is for the middle of a sentence.
    """

    name: str
    number: int
    apart: str


@dataclass(frozen=True)
class Coverage:
    """How a hub is covered. `people` is how many hold a role, None while that is not known.

    Of the kinds in `told` every gap there is has been found; of the others, more may be there.
    `certain` if nothing is unchecked that will be. `staff` are the provider's people who hold a
    role or have power here.
    """

    gaps: tuple[Gap, ...]
    told: frozenset[GapKind]
    areas: Mapping[str, tuple[Covered, ...]]
    unchecked: tuple[str, ...]
    certain: bool
    leaving: Leaving | None
    people: int | None
    provider: Party
    staff: tuple[str, ...]

    @property
    def responsibilities(self) -> tuple[Covered, ...]:
        """Every responsibility, in the order of the model."""
        return tuple(each for area in self.areas.values() for each in area)

    def count(self, *states: State) -> int:
        """How many responsibilities are in one of these states."""
        return sum(each.state in states for each in self.responsibilities)

    @property
    def headline(self) -> str:
        """The whole in one sentence that a person can read out."""
        total = len(self.responsibilities)
        covered = self.count("covered", "single")
        if self.count("unknown"):
            return "It is not known right now who looks after this hub"
        return f"{covered} of {total} responsibilities are looked after"

    @property
    def summary(self) -> str:
        """What else has to be known at once."""
        vacant, meant = self.count("vacant"), self.count("no-role")
        theirs, unchecked = self.count("provider-only"), self.count("unchecked")
        said = [f"{vacant} {_have(vacant)} nobody." if vacant else ""]
        if unchecked:
            said.append(f"{unchecked} could not be checked.")
        if theirs:
            said.append(
                f"{theirs} {_are(theirs)} looked after only by people from {self.provider.name}."
            )
        said.append(f"{meant} {_have(meant)} {NO_ROLE}, by design." if meant else "")
        if self.leaving:
            left = self.leaving
            but = f" apart from {left.apart}" if left.apart else ""
            said.append(f"If {left.name} left, {left.number} more would have nobody{but}.")
        return " ".join(filter(None, said))


def covered(snapshot: Snapshot, each: Responsibility) -> Covered:
    """How one responsibility is looked after."""
    roles = [snapshot.holders_by_role[role] for role in each.roles]
    found = {(h.kind, h.name): h for role_holders in roles for h in role_holders.holders}
    holders = tuple(found.values())
    known = all(role_holders.known for role_holders in roles)
    if not roles:
        return Covered(each, (), "no-role", nobody=NO_ROLE)
    if not holders:
        return Covered(each, (), "vacant" if known else "unknown", nobody=nobody(roles))
    countable = tuple(h for h in holders if not (_is_theirs(each) and snapshot.is_staff(h)))
    counted = tuple(h for h in countable if not h.unseen)
    if not known:  # there may be more of them
        return Covered(each, holders, "covered", counted)
    if not counted:
        theirs = not countable and any(not h.unseen for h in holders)
        return Covered(each, holders, "provider-only" if theirs else "unchecked")
    staff = len(countable) < len(holders)
    apart = apart_from(snapshot, staff, len(countable) - len(counted))
    return Covered(each, holders, "single" if len(counted) == 1 else "covered", counted, "", apart)


def _is_theirs(each: Responsibility) -> bool:
    return each.split in COMMUNITY_SPLITS


def apart_from(snapshot: Snapshot, staff: bool, unchecked: int) -> str:
    """Whom a number of holders leaves out, in words: the provider's people, and those of whom
    nobody can tell whether they still are holders."""
    words = [f"people from {snapshot.declaration.provider.name}"] if staff else []
    if unchecked:
        words.append(f"{unchecked} who could not be checked")
    return " and ".join(words)


def leaving(areas: Iterable[tuple[Covered, ...]], names: Names) -> Leaving | None:
    """Whose leaving would empty most; how the provider staffs its own part is its own matter."""
    alone: dict[tuple[str, str], list[Covered]] = {}
    for area in areas:
        for each in area:
            if each.state == "single" and each.responsibility.split != "provider":
                only = each.counted[0]
                alone.setdefault((only.kind, only.name), []).append(each)
    if not alone:
        return None
    theirs = max(alone.values(), key=len)
    name = names.isolated_holder(theirs[0].counted[0])
    return Leaving(name, len(theirs), next((each.apart for each in theirs if each.apart), ""))


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
