"""What exactly follows from each kind of entry, and what an entry and its chain say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from jupyterhub_responsibility.domain.model import Model, Role
from jupyterhub_responsibility.domain.names import NOBODY_NAMED
from jupyterhub_responsibility.ledger.chain import BEGINNING, breaks, canonical, digest, seal, write
from jupyterhub_responsibility.ledger.entry import Draft, Entry, Part, stamp, storable
from jupyterhub_responsibility.ledger.gap_spans import key_of
from jupyterhub_responsibility.ledger.sentences import sentence
from jupyterhub_responsibility.ledger.standing import Standing, standing, state_tag
from jupyterhub_responsibility.ledger.state import (
    Answer,
    Confirmation,
    Edit,
    LedgerState,
    Note,
    Request,
    Term,
)

from .declarations import hub

NOW = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)
DAY = date(2026, 12, 31)


class Book:
    """Entries about `guide` and its group, a minute apart, and the state that follows."""

    def __init__(self) -> None:
        self.state = LedgerState()
        self.entries: list[Entry] = []

    def tell(self, event: str, person: str = "hanna", actor: str = "rita", **more) -> datetime:
        """One more entry; when it was written."""
        intent, group = more.pop("intent", None), more.pop("group", "day")
        role, at = more.pop("role", "guide"), more.pop("at", None)
        at = at or NOW + timedelta(minutes=len(self.entries))
        draft = Draft(event, actor, "user", role, group, person, intent, more)
        entry = write(draft, len(self.entries) + 1, BEGINNING, at)
        self.entries.append(entry)
        self.state.read(entry)
        return at

    def done(self, event: str, person: str = "hanna", result: str = "done", **more) -> datetime:
        """An intent and its outcome; when the intent was written."""
        at = self.tell(event, person, **more)
        outcome = {key: more[key] for key in ("group", "role", "actor") if key in more}
        self.tell("outcome", person, intent=len(self.entries), of=event, result=result, **outcome)
        return at


@pytest.fixture
def book() -> Book:
    return Book()


def test_an_appointment_gives_a_term(book):
    """From its intent, by whom, until when and why; and the account is in the group."""
    at = book.done("appointment", until=DAY.isoformat(), reason="for the course")
    assert book.state.terms == {("guide", "hanna"): Term(at, "rita", DAY, "for the course")}
    assert book.state.members == {"day": {"hanna"}}
    assert book.state.joined == {("guide", "hanna"): at}
    assert book.state.touched == {"day": 2}
    assert book.state.number == 2
    assert book.state.unsettled == {}
    assert book.state.first_appointed == set()


def test_an_appointment_may_have_no_end_and_no_reason(book):
    """Then neither is made up."""
    at = book.done("appointment")
    assert book.state.terms == {("guide", "hanna"): Term(at, "rita", None, "")}


def test_the_name_that_the_hub_gave_counts(book):
    """Where it wrote the account otherwise, they hold the role; the first is as declared."""
    book.tell("appointment", "Hanna", first="yes")
    book.tell("outcome", "hanna", intent=1, of="appointment", result="done")
    assert set(book.state.terms) == {("guide", "hanna")}
    assert book.state.first_appointed == {("guide", "Hanna")}
    book.tell("withdrawal", "Hanna")
    book.tell("outcome", "hanna", intent=3, of="withdrawal", result="done")
    assert book.state.members["day"] == set()
    book.tell("appointment", "uwe")
    book.tell("outcome", "", intent=5, of="appointment", result="done")
    assert set(book.state.terms) == {("guide", "uwe")}


@pytest.mark.parametrize(
    ("result", "settled", "holds"),
    [
        ("done", True, True),
        ("unchanged", True, True),
        ("refused", True, False),
        ("not done", True, False),
        ("unknown", False, False),
    ],
)
def test_what_each_result_means(book, result, settled, holds):
    """Only what was done, or so already, counts; only what is certain settles."""
    book.done("appointment", result=result)
    assert bool(book.state.unsettled) is not settled
    assert bool(book.state.terms) is holds
    assert bool(book.state.members["day"]) is holds


def test_what_was_unknown_is_settled_later(book):
    """The hub shows that it happened: from then on it counts, once."""
    book.done("appointment", result="unknown")
    book.tell("settlement", intent=1, of="appointment", result="done")
    assert set(book.state.terms) == {("guide", "hanna")}
    book.tell("withdrawal")
    book.tell("outcome", intent=4, of="withdrawal", result="done")
    book.tell("settlement", intent=1, of="appointment", result="done")
    assert book.state.terms == {}


def test_an_added_account_holds_nothing(book):
    """It settles, and gives no role."""
    book.done("account", group="", role="")
    assert (book.state.unsettled, book.state.terms, book.state.touched) == ({}, {}, {})


def test_a_withdrawal_leaves_a_note(book):
    """By whom and when; the last one counts, and one without words takes none away."""
    book.done("appointment")
    at = book.done("withdrawal", actor="hanna", note="Keys are in the drawer.")
    assert book.state.notes == {"guide": Note(at, "hanna", "Keys are in the drawer.")}
    book.done("appointment")
    book.done("withdrawal")
    assert book.state.notes == {"guide": Note(at, "hanna", "Keys are in the drawer.")}


def test_a_confirmation_is_kept(book):
    """When it was, and of which text."""
    at = book.tell("confirmation", group="", duties_digest="abc")
    assert book.state.confirmations == {("guide", "hanna"): Confirmation(at, "abc")}


def test_a_request_is_open_until_its_day_is_over(book):
    """With all that was said, oldest first."""
    asked = {"expires": "2026-12-06", "until": "2027-06-30", "reason": "I teach"}
    at = book.tell("request", "uwe", "hanna", **asked)
    book.tell("request", "zoe", "zoe", expires="2026-12-08")
    first, second = book.state.open_requests(date(2026, 12, 6))
    assert first == Request(
        1, at, "hanna", "guide", "day", "uwe", "I teach", date(2027, 6, 30), date(2026, 12, 6)
    )
    assert (second.number, second.reason, second.until) == (2, "", None)
    assert book.state.open_requests(date(2026, 12, 7)) == [second]


def test_whoever_asked_gets_an_answer(book):
    """Approved or not, by whom, and with which words; asking again takes it away."""
    book.tell("request", "uwe", "uwe", expires="2026-12-06")
    request = book.state.requests[1]
    at = book.tell("decision", "uwe", request="1", verdict="declined", reason="too early")
    declined = Answer(at, "rita", request, approved=False, message="too early", number=2)
    assert book.state.answers == {("guide", "uwe"): declined}
    assert book.state.requests == {}
    book.tell("request", "uwe", "uwe", expires="2026-12-06")
    assert book.state.answers == {}
    again = book.state.requests[3]
    at = book.done("appointment", "uwe", request="3")
    approved = Answer(at, "rita", again, approved=True, number=4)
    assert book.state.answers == {("guide", "uwe"): approved}
    assert book.state.requests == {}


def test_who_takes_a_request_back_needs_no_answer(book):
    """They know."""
    book.tell("request", "uwe", "uwe", expires="2026-12-06")
    book.tell("decision", "uwe", "uwe", request="1", verdict="taken_back")
    assert (book.state.requests, book.state.answers) == ({}, {})


def test_an_appointment_answers_only_its_own_request(book):
    """Others stay open, and one that names none answers none."""
    book.tell("request", "uwe", "uwe", expires="2026-12-06")
    book.done("appointment", "uwe")
    assert set(book.state.requests) == {1}
    assert book.state.answers == {}


def test_a_change_by_others_is_kept_with_its_times(book):
    """Joined or left, after the moment when it was not so, before it was seen; and whether that
    only undid what others had done."""
    book.tell("observation", change="began", person="")
    at = book.tell("observation", change="joined", after=NOW.isoformat())
    joined = Edit("guide", "day", "hanna", True, NOW, at)
    assert book.state.edits == {("day", "hanna"): joined}
    at = book.tell("observation", change="left", after=NOW.isoformat())
    assert book.state.edits == {("day", "hanna"): replace(joined, joined=False, at=at, undoes=True)}
    book.done("appointment")
    assert book.state.edits == {}


def test_whoever_leaves_is_asked_anew_when_they_come_back(book):
    """Their term, their confirmation and their day of joining are gone."""
    book.done("appointment")
    book.tell("confirmation", duties_digest="abc")
    book.tell("observation", change="left")
    state = book.state
    assert (state.terms, state.confirmations, state.joined) == ({}, {}, {})
    at = book.tell("observation", change="joined")
    assert state.joined == {("guide", "hanna"): at}
    assert state.terms == {}


def test_since_when_somebody_holds_a_role(book):
    """Since they came into the first of its groups."""
    at = book.done("appointment")
    book.done("appointment", group="night")
    assert book.state.joined == {("guide", "hanna"): at}


def test_others_stay_as_they_are(book):
    """What becomes of one holder, role or group changes nothing about another."""
    book.done("appointment")
    book.done("appointment", "uwe", group="night", role="porter")
    book.tell("observation", "zoe", change="joined")
    book.tell("observation", "uwe", change="left", group="night", role="porter")
    assert set(book.state.terms) == {("guide", "hanna")}
    assert book.state.members == {"day": {"hanna", "zoe"}, "night": set()}
    assert book.state.emptied == {}
    assert book.state.touched == {"day": 5, "night": 6}


def test_a_successor_of_another_role_is_none(book):
    """Whose account was deleted is missed until somebody joins that role."""
    after = NOW.isoformat()
    book.tell("observation", change="joined")
    at = book.tell("observation", change="left", gone="yes", after=after)
    book.tell("observation", "uwe", change="joined", role="porter", group="night")
    assert book.state.departed == {("guide", "hanna"): at}
    book.tell("observation", "uwe", change="joined")
    assert book.state.departed == {}


def test_somebody_of_another_role_who_comes_at_that_moment_is_no_new_name(book):
    """Only who joins the same role at the same moment may be who is gone, renamed."""
    book.tell("observation", change="joined")
    at = book.tell("observation", "uwe", change="joined", role="porter", group="night")
    book.tell("observation", change="left", gone="yes", at=at, after=NOW.isoformat())
    assert book.state.departed == {("guide", "hanna"): at}


def test_who_is_in_another_group_of_the_role_is_not_gone(book):
    """They hold it still."""
    book.tell("observation", change="joined")
    book.tell("observation", change="joined", group="night")
    book.tell("observation", change="left", gone="yes")
    assert book.state.departed == {}


def test_a_group_that_ends_is_forgotten(book):
    """Its members, since when it was empty, and that it was looked at; others go on."""
    book.tell("observation", "", change="began")
    book.tell("observation", "", change="began", group="night")
    book.done("appointment")
    book.done("appointment", "uwe", group="night")
    book.done("withdrawal", "uwe", group="night")
    assert set(book.state.emptied) == {"night"}
    assert book.state.watched_groups() == [("guide", "day"), ("guide", "night")]
    book.tell("observation", "", change="ended", group="night")
    assert book.state.emptied == {}
    assert set(book.state.members) == {"day"}
    assert book.state.watched == {"day"}
    assert book.state.watched_groups() == [("guide", "day")]
    book.tell("observation", "", change="ended")
    assert (book.state.terms, dict(book.state.members)) == ({}, {})


def test_a_group_that_is_filled_is_empty_no_more(book):
    """And when it is emptied again, it is so since then."""
    book.done("appointment")
    book.done("withdrawal")
    first = book.state.emptied["day"]
    book.done("withdrawal", "uwe")
    assert book.state.emptied == {"day": first}
    book.done("appointment", "uwe")
    assert book.state.emptied == {}
    book.done("withdrawal", "uwe")
    assert book.state.emptied["day"] > first


@pytest.mark.parametrize(("seconds", "known"), [(599, True), (600, False)])
def test_when_something_happened_is_known_for_ten_minutes(book, seconds, known):
    """Longer after the last look, it is only known that it had."""
    book.tell("observation", change="joined")
    at = NOW + timedelta(hours=1)
    after = at - timedelta(seconds=seconds)
    book.tell("observation", change="left", gone="yes", at=at, after=after.isoformat())
    moment = at if known else None
    assert book.state.departed == {("guide", "hanna"): moment}
    assert book.state.emptied == ({"day": at} if known else {})


def test_a_term_is_over_after_its_last_day():
    """On it, it isn't; without one, never."""
    term = Term(NOW, "rita", DAY)
    assert not term.ended(DAY)
    assert term.ended(DAY + timedelta(days=1))
    assert not replace(term, until=None).ended(date.max)


# How holders stand


def test_a_confirmation_that_is_due_has_a_day():
    """Not while it holds, nor where the duties changed, nor where there is none."""
    role, state = Role("guide", "Guide", confirm_every=12), LedgerState()
    state.confirmations["guide", "hanna"] = Confirmation(NOW, "seen")
    day = date(2027, 11, 22)
    due = standing(state, role, "hanna", "seen", day)
    assert due == Standing(state="due", confirmed_at=NOW, confirm_by=day)
    assert due.due_since == day
    before = standing(state, role, "hanna", "seen", day - timedelta(days=1))
    assert before == Standing(state="confirmed", confirmed_at=NOW, confirm_by=day)
    assert before.due_since is None
    changed = standing(state, role, "hanna", "changed", day)
    assert changed == Standing(state="due", confirmed_at=NOW)
    assert standing(state, role, "uwe", "seen", day) == Standing(state="never")


def test_a_tag_differs_when_something_else_is_seen():
    """Who is in which group of a role, and until when; the order of reading doesn't matter."""
    declared = hub(roles={"hub-administrator": {"groups": ["day", "night"]}})
    role, state = declared.model.roles["hub-administrator"], LedgerState()

    def tag(**members: tuple[str, ...]) -> str:
        return state_tag(role, declared, members, state)

    usual = tag(day=("hanna", "rita"))
    assert len(usual) == 16
    assert tag(day=("rita", "hanna"), other=("uwe",)) == usual
    others = {tag(), tag(day=("hanna",)), tag(night=("hanna", "rita")), tag(day=("h\udc80",))}
    state.terms["hub-administrator", "hanna"] = Term(NOW, "rita", DAY)
    with_term = tag(day=("hanna", "rita"))
    state.terms["hub-administrator", "hanna"] = Term(NOW, "rita", None)
    assert len({usual, with_term, tag(day=("hanna", "rita")), *others}) == 7
    roleless = declared.model.roles["community-guide"]
    assert state_tag(roleless, declared, {}, state) == tag()


# Entries


def test_what_is_written():
    """Everything in its place, details sorted, what is empty left out, and the moment in UTC."""
    there = timezone(timedelta(hours=2))
    details = {"until": "2027-01-01", "reason": "für alle", "note": ""}
    draft = Draft("appointment", "rita", "service", "guide", "day", "h\0", 7, details)
    salts = iter("abc")
    moment = datetime(2026, 11, 22, 12, 42, 7, 5, there)
    entry = write(draft, 3, "previous", moment, lambda: next(salts))
    parts = {"actor": Part("a", "rita"), "person": Part("b", "h\\x00")}
    parts |= {"reason": Part("c", "für alle")}
    assert entry == Entry(
        3,
        "2026-11-22T10:42:07.000005+00:00",
        "appointment",
        "service",
        "guide",
        "day",
        7,
        '{"until":"2027-01-01"}',
        canonical({name: seal(part) for name, part in parts.items()}),
        "previous",
        entry.digest,
        parts,
    )
    assert (entry.actor, entry.person) == ("rita", "h\\x00")
    assert entry.facts == {"until": "2027-01-01", "reason": "für alle"}
    assert digest(entry) == entry.digest
    assert len(entry.digest) == 64
    assert (entry.moment, entry.facts["reason"]) == (
        datetime(2026, 11, 22, 10, 42, 7, 5, timezone.utc),
        "für alle",
    )


def test_names_and_details_are_written_so_that_every_database_can_hold_them():
    """Also what the hub accepts and some databases don't."""
    odd = "a\0b\udc80"
    assert storable(odd) == "a\\x00b\\udc80"
    entry = write(Draft("request", odd, "user", "r", odd, odd, None, {"reason": odd}), 1, "", NOW)
    assert {entry.actor, entry.group, entry.person, entry.facts["reason"]} == {storable(odd)}
    assert key_of("kind", odd, odd) == ("kind", storable(odd), storable(odd))


def test_the_later_moment_sorts_after_the_earlier():
    """Also where the earlier has no part of a second."""
    moments = [NOW, NOW + timedelta(microseconds=1), NOW + timedelta(seconds=1)]
    assert sorted(map(stamp, moments)) == [stamp(moment) for moment in moments]


def test_the_digest_stays_what_it_was():
    """Ledgers that were written before can be verified for as long as there are any."""
    draft = Draft("account", "rita", person="zoë", details={"reason": "x"})
    entry = write(draft, 1, BEGINNING, NOW, lambda: "00" * 16)
    assert entry.digest == "9514238b2983e42a52ec524aeef451da08f89b8627378b4ed5c8433dac6c20f1"
    odd = replace(entry, intent=object)  # what somebody put in its place
    assert digest(odd) != entry.digest


def chain(length: int) -> list[Entry]:
    entries: list[Entry] = []
    for number in range(1, length + 1):
        previous = entries[-1].digest if entries else BEGINNING
        entries.append(write(Draft("account", f"user-{number}"), number, previous, NOW))
    return entries


@pytest.mark.parametrize(
    ("kept", "head", "said"),
    [
        ((), 0, []),
        ((1, 2, 3, 4), 4, []),
        ((1, 3, 4), 4, ["entry 2 is missing"]),
        ((1, 4), 4, ["entry 2–3 is missing"]),
        ((2, 3, 4), 4, ["entry 1 is missing"]),
        ((1, 2, 3), 4, ["entry 4 is missing at the end"]),
        ((1, 2), 4, ["entry 3–4 is missing at the end"]),
        ((), 1, ["entry 1 is missing at the end"]),
        ((1, 2, 2, 3, 4), 4, ["entry 2 was not written by this service"]),
        ((1, 2, 3, 4), 3, ["entry 4 and those after it were not written by this service"]),
        ((1, 2, 3, 4), 2, ["entry 3 and those after it were not written by this service"]),
        ((1, 2, 1, 4), 4, ["entry 1 was not written by this service", "entry 3 is missing"]),
    ],
)
def test_what_is_wrong_with_a_chain(kept, head, said):
    """Which entries are missing or too many is named, and nothing else is."""
    entries = chain(4)
    end = (head, entries[head - 1].digest if head else BEGINNING)
    assert list(breaks([entries[number - 1] for number in kept], end)) == said


def test_what_was_changed_in_a_chain():
    """The entry itself; one that doesn't follow; and a last one that isn't the one written last."""
    entries = chain(3)
    end = (3, entries[-1].digest)
    changed = replace(entries[1], group="mallory")
    assert list(breaks([entries[0], changed, entries[2]], end)) == ["entry 2 was changed"]
    redone = replace(changed, digest=digest(changed))
    assert list(breaks([entries[0], redone, entries[2]], end)) == [
        "entry 3 does not follow from the one before it"
    ]
    last = replace(entries[2], group="mallory")
    last = replace(last, digest=digest(last))
    assert list(breaks([*entries[:2], last], end)) == [
        "entry 3 is not the one that was written last"
    ]
    zero = replace(entries[0], number=0)
    assert list(breaks([zero, *entries], end)) == ["entry 0 was not written by this service"]


# Sentences

MODEL = Model("M", (), {"guide": Role("guide", "Guide")})
MARKS = {0x2068: "<", 0x2069: ">"}


@pytest.mark.parametrize(
    ("event", "more", "said"),
    [
        ("appointment", {}, "<rita> started appointing <uwe> as Guide."),
        (
            "appointment",
            {"until": "2027-01-01", "reason": "why", "note": "how"},
            "<rita> started appointing <uwe> as Guide, until 1 Jan 2027. Reason: “<why>”"
            " Note for the next person: “<how>”",
        ),
        ("outcome", {"of": "appointment", "result": "done", "reason": "x"}, "<uwe> is now Guide."),
        ("settlement", {"of": "withdrawal", "result": "not done"}, "<uwe> is still Guide."),
        (
            "observation",
            {"change": "began"},
            "This service began recording changes to the group <day>.",
        ),
        (
            "observation",
            {"change": "joined", "first": "yes"},
            "<uwe> was already in <day> (Guide) when recording began.",
        ),
        (
            "observation",
            {"change": "joined"},
            "<uwe> was added to <day> (Guide) outside this page.",
        ),
        (
            "observation",
            {"change": "left"},
            "<uwe> was removed from <day> (Guide) outside this page.",
        ),
        (
            "observation",
            {"change": "left", "gone": "yes"},
            "<uwe> left <day> (Guide): the account was deleted.",
        ),
        ("decision", {"verdict": "declined"}, "<rita> declined to make <uwe> Guide."),
        ("confirmation", {}, "<rita> confirmed the duties of Guide."),
        ("request", {}, "<rita> proposed <uwe> as Guide."),
    ],
)
def test_what_an_entry_says(event, more, said):
    """Who, whom, what, until when and why, each name kept to itself."""
    entry = write(Draft(event, "rita", "user", "guide", "day", "uwe", None, more), 1, "", NOW)
    assert sentence(entry, MODEL, NOBODY_NAMED).translate(MARKS) == said


def test_who_asks_for_themselves():
    """That is said in other words; a role that the model has no more is called by its id."""
    own = write(Draft("request", "uwe", "user", "guide", "day", "uwe"), 1, "", NOW)
    assert sentence(own, MODEL, NOBODY_NAMED).translate(MARKS) == "<uwe> asked to become Guide."
    old = write(Draft("confirmation", "uwe", "user", "old-role", "", "uwe"), 1, "", NOW)
    assert (
        sentence(old, MODEL, NOBODY_NAMED).translate(MARKS)
        == "<uwe> confirmed the duties of <old-role>."
    )
