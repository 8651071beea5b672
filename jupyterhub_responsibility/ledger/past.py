"""Who held a role at some time, as far as the ledger tells, and what of that is certain.

A **tenure** is one account's unbroken time in a role, through one group or several: a **stay** in
each. Each began and ended at a moment that was **seen**: exactly where this service did it, or
between two looks at the hub. A group is **watched** from when the record of it begins until it
ends: at any other time, others may have been in it.

Entries go in, in order. Whoever asks gets an answer from memory, however long the ledger is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal

from ..text import is_erased
from .entry import Entry
from .kinds import ActorKind

INSTANT = timedelta(microseconds=1)
"""Entries have their time to the microsecond: what was not so one earlier has happened then."""

Watched = Literal["whole", "part", "no"]
"""Whether a group was watched for the whole time that is asked about, for a part of it, or not."""


@dataclass(frozen=True, slots=True)
class Period:
    """The time that is asked about, both ends included: a day, or a moment."""

    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """When something happened: not yet at `after`, and by `at` it had. Which entries say so.

    Without an `at` it isn't known yet whether it has. `earlier`: it was so before that as well,
    and nobody knows since when.
    """

    after: datetime
    at: datetime | None
    entries: tuple[int, ...]
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Stay:
    """The time of an account in a group. `by` is who appointed them; nobody, where it was done
    other than through this service."""

    group: str
    began: Seen
    by: str = ""
    by_kind: ActorKind = "user"
    ended: Seen | None = None

    def may_have_been(self, period: Period) -> bool:
        """Whether they may have been in the group in that time."""
        over = self.ended.at if self.ended else None
        return self.began.after < period.last and (over is None or period.first < over)

    def was(self, period: Period, looked: datetime | None) -> bool:
        """Whether they certainly were in the group at some moment of it, which was last `looked`
        at then: since, they may have left."""
        if self.began.at is None:
            return False
        known = max(self.began.at, looked or self.began.at)
        last = min(period.last, self.ended.after if self.ended else known)
        return max(period.first, self.began.at) <= last


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day of a term, or that it has none, from `at` on."""

    at: datetime
    until: date | None
    entry: int


@dataclass(slots=True)
class Tenure:
    """An account's unbroken time in a role. `names` are those that it had, each until when.

    It began `after`; `over` is when all of it had ended. `created` is when the account was made, as
    far as the hub told.
    """

    person: str
    after: datetime
    created: str = ""
    stays: list[Stay] = field(default_factory=list)
    last_days: list[LastDay] = field(default_factory=list)
    names: list[tuple[datetime, str]] = field(default_factory=list)
    over: datetime | None = None

    @property
    def still_in(self) -> list[str]:
        """The groups that they are in."""
        return [stay.group for stay in self.stays if stay.ended is None]

    def stay_in(self, group: str) -> Stay | None:
        """Their stay in a group that they are in."""
        return next((s for s in self.stays if s.group == group and s.ended is None), None)

    def add(self, stay: Stay) -> None:
        """A stay more; that it began may have been seen later than that of another one."""
        self.stays.append(stay)
        self.after = min(self.after, stay.began.after)

    def end(self, stay: Stay, ended: Seen) -> None:
        """One of the stays has ended, and with the last one all of it."""
        self.stays[self.stays.index(stay)] = replace(stay, ended=ended)
        if not self.still_in:
            self.over = max(each.ended.at for each in self.stays if each.ended and each.ended.at)

    def name_in(self, period: Period) -> str:
        """What the account was called at the end of a time."""
        return next((was for until, was in self.names if period.last < until), self.person)

    def last_day_in(self, period: Period) -> LastDay | None:
        """The last day of the term, as it was at the end of a time."""
        known = [each for each in self.last_days if each.at <= period.last]
        return known[-1] if known else None


@dataclass(frozen=True, slots=True)
class Watch:
    """The time in which a group was watched, and the entries that say so.

    The last look was at `last`; what came between that and when it `ended` was never seen.
    """

    group: str
    began: datetime
    entries: tuple[int, ...]
    last: datetime
    ended: datetime | None = None

    def covers(self, period: Period) -> Watched:
        """How much of a time that is."""
        if period.last < self.began or (self.ended is not None and self.ended <= period.first):
            return "no"
        return "whole" if self.began <= period.first and period.last <= self.last else "part"


@dataclass(frozen=True, slots=True)
class HolderThen:
    """Somebody who held a role, or may have: through which stays, since when, and until which day
    they were to hold it. `name` is what the account is called now, `was` what it was then."""

    name: str
    was: str
    certain: bool
    since: Seen
    through: tuple[Stay, ...]
    last_day: LastDay | None
    created: str = ""

    @property
    def entries(self) -> tuple[int, ...]:
        """The entries from which all this follows."""
        seen = [self.since, *(each for s in self.through for each in (s.began, s.ended) if each)]
        numbers = {number for each in seen for number in each.entries}
        return tuple(sorted(numbers | ({self.last_day.entry} if self.last_day else set())))


@dataclass(frozen=True, slots=True)
class GroupThen:
    """A group that stands for a role, or did: whether it was watched, and when it ever was."""

    group: str
    watched: Watched
    watches: tuple[Watch, ...]


@dataclass(frozen=True, slots=True)
class Then:
    """Who held a role in some time, and which of its groups were watched.

    Of groups in `at_login` the hub learns when somebody logs in: what it had there is known, not
    since when the login service had decided otherwise.
    """

    role: str
    period: Period
    holders: tuple[HolderThen, ...]
    groups: tuple[GroupThen, ...]
    at_login: frozenset[str] = frozenset()

    @property
    def watched(self) -> Watched:
        """Whether somebody else could have held the role without being seen.

        A group of which there is no record then did not stand for the role, if another one did.
        """
        found = {each.watched for each in self.groups}
        return "part" if "part" in found else "whole" if "whole" in found else "no"

    @property
    def certain(self) -> bool:
        """Whether these are the holders, all of them and nobody else."""
        return self.certain_on_hub and not self.at_login

    @property
    def certain_on_hub(self) -> bool:
        """Whether these are those that the hub had, all of them and nobody else."""
        return self.watched == "whole" and all(each.certain for each in self.holders)

    def told(self, decided_elsewhere: Callable[[str], bool]) -> Then:
        """The same, told by what is known of which groups the login service decides about."""
        stays = (stay.group for each in self.holders for stay in each.through)
        groups = {*stays, *(each.group for each in self.groups)}
        return replace(self, at_login=frozenset(filter(decided_elsewhere, groups)))


@dataclass
class Past:
    """Everybody's time in every role."""

    _tenures: dict[str, list[Tenure]] = field(default_factory=lambda: defaultdict(list))
    _watches: dict[str, list[Watch]] = field(default_factory=lambda: defaultdict(list))
    _now: dict[tuple[str, str], Tenure] = field(default_factory=dict)
    """Role and account → the tenure that goes on."""
    _lost: dict[tuple[str, str], Tenure] = field(default_factory=dict)
    """Whose role was lost with its group: what hung on it returns with that."""
    _looked: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """Role and group → when the last change of it was seen."""
    _gone: dict[tuple[str, str, str], datetime] = field(default_factory=dict)
    """Role, group and account → when they were last seen to have left."""
    _open: dict[int, Entry] = field(default_factory=dict)
    """Changes of which it isn't known what became of them."""
    _pending: dict[int, Entry] = field(default_factory=dict)
    """Those that were decided, and have to be done elsewhere: nothing has become of them yet."""

    def read(self, entry: Entry) -> None:
        """Take in the next entry."""
        if entry.event in ("appointment", "withdrawal"):
            self._open[entry.number] = entry
        elif entry.event in ("outcome", "settlement"):
            self._outcome(entry)
        elif entry.event == "term":
            self._set_last_day(entry, entry.person, entry)
        elif entry.event == "observation" and entry.group:
            self._observed(entry)

    def knows(self, role: str) -> bool:
        """Whether somebody held a role, or one of its groups was watched."""
        return bool(self._tenures.get(role) or self._watches.get(role))

    def came(self, role: str, account: str, groups: Iterable[str]) -> list[Seen]:
        """When an account came into those of these groups in which it is, as far as that was
        seen."""
        tenure = self._now.get((role, account))
        stays = [tenure.stay_in(group) for group in groups] if tenure else []
        return [stay.began for stay in stays if stay and not stay.began.earlier]

    def at(
        self,
        role: str,
        period: Period,
        groups: Iterable[str] = (),
        looked: datetime | None = None,
    ) -> Then:
        """Who held a role in some time; `groups` are those that stand for it now, and `looked` is
        when the ledger last had everything that the hub shows."""
        near = [  # all but a few of very many are out of the question
            each
            for each in self._tenures.get(role, ())
            if each.after < period.last and (each.over is None or period.first < each.over)
        ]
        last = self._last_look(role, looked)
        found = filter(None, (self._holder(role, each, period, last) for each in near))
        holders = [*found, *self._perhaps(role, period)]
        watches = [
            replace(each, last=last[each.group]) if each.ended is None else each
            for each in self._watches.get(role, ())
        ]
        names = dict.fromkeys((*groups, *(watch.group for watch in watches)))
        return Then(
            role,
            period,
            tuple(sorted(holders, key=lambda each: (not each.certain, each.name))),
            tuple(_group_then(group, watches, period) for group in names),
        )

    def _last_look(self, role: str, looked: datetime | None) -> dict[str, datetime]:
        """When each group that is watched was last looked at: what came since isn't known yet."""
        watched = [each.group for each in self._watches.get(role, ()) if each.ended is None]
        seen = {group: self._looked[role, group] for group in watched}
        return {group: max(at, looked or at) for group, at in seen.items()}

    def _holder(
        self, role: str, tenure: Tenure, period: Period, last: Mapping[str, datetime]
    ) -> HolderThen | None:
        stays = [stay for stay in tenure.stays if stay.may_have_been(period)]
        through = tuple(self._perhaps_over(role, tenure.person, stay) for stay in stays)
        if not through:
            return None
        return HolderThen(
            tenure.person,
            tenure.name_in(period),
            any(stay.was(period, last.get(stay.group)) for stay in through),
            replace(tenure.stays[0].began, after=tenure.after),
            through,
            tenure.last_day_in(period),
            tenure.created,
        )

    def _perhaps_over(self, role: str, person: str, stay: Stay) -> Stay:
        """A stay that may have ended: somebody has started to withdraw them."""
        about = (role, stay.group, person)
        leaving = next(
            (e for e in self._opened("withdrawal") if _about(e, e.person) == about), None
        )
        if leaving is None or stay.ended is not None:
            return stay
        return replace(stay, ended=Seen(leaving.moment - INSTANT, None, (leaving.number,)))

    def _perhaps(self, role: str, period: Period) -> Iterator[HolderThen]:
        """Whom somebody has started to appoint."""
        for entry in self._opened("appointment"):
            tenure = self._now.get((role, entry.person))
            if entry.role == role and not (tenure and tenure.stay_in(entry.group)):
                began = Seen(entry.moment - INSTANT, None, (entry.number,))
                stay = Stay(entry.group, began, entry.actor, entry.actor_kind)
                if stay.may_have_been(period):
                    name = entry.person
                    yield HolderThen(name, name, False, stay.began, (stay,), None)

    def _opened(self, event: str) -> list[Entry]:
        return [entry for entry in self._open.values() if entry.event == event]

    def _outcome(self, entry: Entry) -> None:
        number, result = entry.intent or 0, entry.facts["result"]
        decided, intent = self._pending.pop(number, None), self._open.get(number)
        if decided and result == "done":
            self._carried_out(decided, entry)
        if intent is None or result == "unknown":
            return
        del self._open[intent.number]
        if result == "pending":
            self._pending[intent.number] = intent
            return
        seen = Seen(intent.moment - INSTANT, entry.moment, (intent.number, entry.number))
        person = entry.person or intent.person
        if result == "done" and intent.event == "appointment":
            self._away(intent, person, seen)
            self._appointed(intent, entry, person, seen)
        elif result == "done":
            self._unseen(intent, person, seen)
            self._left(intent, person, seen)
        elif result == "unchanged" and intent.event == "appointment":
            self._appointed(intent, entry, person, self._found(intent, person, seen))
        elif result == "unchanged":
            self._left(intent, person, self._missed(intent, person, seen))

    def _carried_out(self, intent: Entry, settled: Entry) -> None:
        """What was decided was done elsewhere, after that, and after it was last seen not to be."""
        after = max(filter(None, (intent.moment - INSTANT, _after(settled))))
        seen = Seen(after, settled.moment, (intent.number, settled.number))
        if intent.event == "appointment":
            self._away(intent, settled.person, seen)
            self._appointed(intent, settled, settled.person, seen)
        else:
            self._unseen(intent, settled.person, seen)
            self._left(intent, settled.person, seen)

    def _unseen(self, intent: Entry, person: str, seen: Seen) -> None:
        """Who was withdrawn before anybody saw that they had joined had been in the group."""
        tenure = self._now.get((intent.role, person))
        began = self._found(intent, person, seen)
        if not began.earlier and not (tenure and tenure.stay_in(intent.group)):
            self._came(intent, person, began, "")

    def _away(self, intent: Entry, person: str, seen: Seen) -> None:
        """Who is added to a group in which they are, as recorded, had left it unseen."""
        tenure = self._now.get((intent.role, person))
        stay = tenure.stay_in(intent.group) if tenure else None
        if tenure and stay:
            tenure.end(stay, self._missed(intent, person, replace(seen, at=intent.moment)))
            tenure.over = None  # they are back already

    def _appointed(self, intent: Entry, outcome: Entry, person: str, seen: Seen) -> None:
        is_new = (intent.role, person) not in self._now
        created = outcome.facts.get("created", "")
        self._came(intent, person, seen, created, intent)
        if is_new or "until" in intent.facts:
            self._set_last_day(intent, person, outcome)

    def _set_last_day(self, said: Entry, person: str, known: Entry) -> None:
        """From when an entry is `known`, a term has the last day that is `said`."""
        tenure, until = self._now.get((said.role, person)), said.facts.get("until")
        if tenure is not None:
            day = date.fromisoformat(until) if until else None
            tenure.last_days.append(LastDay(known.moment, day, known.number))

    def _observed(self, entry: Entry) -> None:
        change, person = entry.facts["change"], entry.person
        if change not in ("lost", "ended"):  # by the declaration, not by what the hub shows
            self._looked[entry.role, entry.group] = entry.moment
        seen = Seen(entry.moment - INSTANT, entry.moment, (entry.number,))
        if change == "began":
            self._watches[entry.role].append(
                Watch(entry.group, entry.moment, seen.entries, entry.moment)
            )
        elif change == "ended":
            self._ended(entry, seen)
        elif change == "joined":
            created = entry.facts.get("created", "")
            self._came(entry, person, self._found(entry, person, seen), created)
        elif change == "left":
            self._left(entry, person, self._missed(entry, person, seen))
        elif change == "lost":
            self._left(entry, person, self._missed(entry, person, seen), lost=True)
        elif change == "renamed":
            self._renamed(entry, seen)
        elif change == "remade":
            self._remade(entry, seen)

    def _ended(self, entry: Entry, seen: Seen) -> None:
        """A group stands for its role no more: whoever was in it has lost that."""
        for role, person in [key for key in self._now if key[0] == entry.role]:
            if self._now[role, person].stay_in(entry.group):
                self._left(entry, person, self._missed(entry, person, seen), lost=True)
        last = _after(entry) or self._looked.get((entry.role, entry.group), entry.moment)
        watches = self._watches[entry.role]
        watches[:] = [
            replace(each, last=last, ended=entry.moment, entries=each.entries + seen.entries)
            if each.group == entry.group and each.ended is None
            else each
            for each in watches
        ]

    def _found(self, entry: Entry, person: str, seen: Seen) -> Seen:
        """When somebody came who was found to be there: after the last time that they were not."""
        watches = self._watches.get(entry.role, ())
        began = (w.began for w in watches if w.group == entry.group and w.ended is None)
        first = entry.event == "observation" and "first" in entry.facts
        known = [self._gone.get(_about(entry, person)), _after(entry)]
        not_there = [at for at in (*known, None if first else next(began, None)) if at]
        if not not_there:
            return replace(seen, earlier=True)
        return replace(seen, after=min(max(not_there), seen.after))

    def _missed(self, entry: Entry, person: str, seen: Seen) -> Seen:
        """When somebody left who was found not to be there: after the last time that they were."""
        tenure = self._now.get((entry.role, person))
        stay = tenure.stay_in(entry.group) if tenure else None
        known = [stay.began.at if stay else None, _after(entry)]
        if entry.is_intent:
            known.append(self._looked.get((entry.role, entry.group)))
        there = [at for at in known if at]
        return replace(seen, after=min(max(there, default=seen.after), seen.after))

    def _came(
        self, entry: Entry, person: str, seen: Seen, created: str, by: Entry | None = None
    ) -> None:
        holding = (entry.role, person)
        tenure = self._now.get(holding)
        if tenure and _is_other(tenure, created):
            self._replaced(entry.role, tenure, seen)
            tenure = None
        if tenure is None:
            tenure = self._begin(entry, person, created, seen)
        tenure.created = created or tenure.created
        if tenure.stay_in(entry.group) is None:
            stay = Stay(entry.group, seen)
            if by is not None:
                stay = replace(stay, by=by.actor, by_kind=by.actor_kind)
            tenure.add(stay)

    def _begin(self, entry: Entry, person: str, created: str, seen: Seen) -> Tenure:
        """A tenure begins; with what hung on the last one, where that was lost with its group and
        is there again with one."""
        holding = (entry.role, person)
        tenure = Tenure(person, seen.after, created)
        lost = self._lost.pop(holding, None)
        if lost and "first" in entry.facts and not _is_other(lost, created):
            tenure.last_days.extend(lost.last_days)
        self._tenures[entry.role].append(tenure)
        self._now[holding] = tenure
        return tenure

    def _left(self, entry: Entry, person: str, seen: Seen, lost: bool = False) -> None:
        holding = (entry.role, person)
        self._gone[_about(entry, person)] = seen.at or seen.after
        tenure = self._now.get(holding)
        stay = tenure.stay_in(entry.group) if tenure else None
        if tenure is None or stay is None:
            return
        tenure.end(stay, seen)
        if not tenure.still_in:
            del self._now[holding]
            if lost and not is_erased(person):
                self._lost[holding] = tenure

    def _replaced(self, role: str, tenure: Tenure, seen: Seen) -> None:
        """Another account has the name by now: this one left at some time before that."""
        for stay in list(tenure.stays):
            if stay.ended is None:
                after = min(stay.began.at or seen.after, seen.after)
                tenure.end(stay, replace(seen, after=after, earlier=False))
        self._now.pop((role, tenure.person), None)

    def _renamed(self, entry: Entry, seen: Seen) -> None:
        """A tenure goes on under another name, in all its groups. With another group of the role
        it has done so already; by then, the old name may be somebody else's."""
        was, now, created = entry.was, entry.person, entry.facts.get("created", "")
        tenure = self._now.get((entry.role, was))
        if tenure and was != now and not _is_other(tenure, created):
            del self._now[entry.role, was]
            if other := self._now.get((entry.role, now)):
                self._replaced(entry.role, other, seen)
            tenure.names.append((entry.moment, was))
            tenure.person = now
            self._now[entry.role, now] = tenure
        self._came(entry, now, self._found(entry, now, seen), created)

    def _remade(self, entry: Entry, seen: Seen) -> None:
        """The account was deleted, and another one of its name was made, which is in the group."""
        created = entry.facts.get("created", "")
        made = min(datetime.fromisoformat(created), seen.after) if created else seen.after
        tenure = self._now.get((entry.role, entry.person))
        groups = tenure.still_in if tenure else []
        if tenure:
            self._replaced(entry.role, tenure, replace(seen, at=made))
        came = replace(seen, after=made)
        tenure = self._begin(entry, entry.person, created, came)
        for group in dict.fromkeys((*groups, entry.group)):
            tenure.add(Stay(group, came))


def _group_then(group: str, watches: Iterable[Watch], period: Period) -> GroupThen:
    its = tuple(watch for watch in watches if watch.group == group)
    found = {watch.covers(period) for watch in its}
    watched: Watched = "whole" if "whole" in found else "part" if "part" in found else "no"
    return GroupThen(group, watched, its)


def _about(entry: Entry, person: str) -> tuple[str, str, str]:
    return entry.role, entry.group, person


def _after(entry: Entry) -> datetime | None:
    """When the hub was last seen without what is observed."""
    said = entry.facts.get("after")
    return datetime.fromisoformat(said) if said else None


def _is_other(tenure: Tenure, created: str) -> bool:
    return bool(created and tenure.created and created != tenure.created)
