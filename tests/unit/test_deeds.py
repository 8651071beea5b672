"""What is read as one: a change with what became of it, and many that are alike."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone

import pytest

from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.domain.model import Model, Role, Viewer
from jupyterhub_responsibility.domain.names import NOBODY_NAMED
from jupyterhub_responsibility.ledger.chain import BEGINNING, write
from jupyterhub_responsibility.ledger.deeds import LULL, MANY, Deed, deeds, runs
from jupyterhub_responsibility.ledger.entry import ITSELF, Draft, Entry
from jupyterhub_responsibility.ledger.kinds import ENDINGS, EVENTS, INTENTS, KINDS
from jupyterhub_responsibility.ledger.sentences import deed_sentence, run_sentence, within_run
from jupyterhub_responsibility.ledger.state import LedgerState
from jupyterhub_responsibility.service.pages.ledger import FEW, ledger_page

NOW = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)
MODEL = Model("M", (), {"guide": Role("guide", "Guide")})
MARKS = {0x2068: "<", 0x2069: ">"}


def entry(draft: Draft, number: int = 1, at: datetime = NOW) -> Entry:
    return write(draft, number, BEGINNING, at)


def ending(of: str, result: str, event: str = "outcome", person: str = "uwe") -> Entry:
    details = {"of": of, "result": result}
    return entry(Draft(event, "rita", person=person, role="guide", intent=1, details=details), 2)


def done(event: str, *results: str, actor: str = "rita", person: str = "uwe", **details) -> str:
    """What is said of a change, given each thing that became of it."""
    began = entry(Draft(event, actor, role="guide", person=person, details=details))
    endings = [
        ending(event, result, "settlement" if number else "outcome")
        for number, result in enumerate(results)
    ]
    return deed_sentence(Deed(began, tuple(endings)), MODEL, NOBODY_NAMED).translate(MARKS)


@pytest.mark.parametrize(
    ("event", "results", "said"),
    [
        ("appointment", ["done"], "<rita> appointed <uwe> as Guide."),
        ("appointment", ["unchanged"], "<rita> appointed <uwe> as Guide. <uwe> was already Guide."),
        ("withdrawal", ["done"], "<rita> withdrew <uwe> as Guide."),
        ("account", ["done"], "<rita> added <uwe> to the hub."),
        (
            "withdrawal",
            ["unchanged"],
            "<rita> tried to withdraw <uwe> as Guide. <uwe> was not Guide.",
        ),
        (
            "account",
            ["unchanged"],
            "<rita> tried to add <uwe> to the hub. <uwe> was already a user; nothing was changed.",
        ),
        (
            "appointment",
            ["refused"],
            "<rita> tried to appoint <uwe> as Guide. The hub refused to make <uwe> Guide.",
        ),
        (
            "appointment",
            ["unknown"],
            "<rita> tried to appoint <uwe> as Guide."
            " The hub did not say whether <uwe> is now Guide.",
        ),
        (
            "appointment",
            [],
            "<rita> tried to appoint <uwe> as Guide. It is not known yet whether that was done.",
        ),
        ("appointment", ["unknown", "done"], "<rita> appointed <uwe> as Guide."),
        (
            "withdrawal",
            ["unknown", "not done"],
            "<rita> tried to withdraw <uwe> as Guide. <uwe> is still Guide.",
        ),
    ],
    ids=str,
)
def test_a_change_is_one_sentence(event, results, said):
    """Whoever reads it learns who did what to whom, and what became of that in the end."""
    assert done(event, *results) == said


@pytest.mark.parametrize(
    ("event", "result", "said"),
    [
        ("appointment", "done", "<uwe> appointed themselves as Guide."),
        (
            "appointment",
            "unchanged",
            "<uwe> appointed themselves as Guide. <uwe> was already Guide.",
        ),
        ("withdrawal", "done", "<uwe> stepped down as Guide."),
        ("withdrawal", "not done", "<uwe> tried to step down as Guide. <uwe> is still Guide."),
    ],
)
def test_a_change_about_oneself(event, result, said):
    """Nobody's name is said twice as if it were somebody else's."""
    assert done(event, result, actor="uwe") == said


def test_what_was_said_with_it_is_said():
    """Until when, why, and the note; also where it was not done."""
    told = {"until": "2027-01-01", "reason": "why"}
    assert done("appointment", "done", **told) == (
        "<rita> appointed <uwe> as Guide, until 1 Jan 2027. Reason: “<why>”"
    )
    assert done("appointment", "refused", **told) == (
        "<rita> tried to appoint <uwe> as Guide, until 1 Jan 2027. Reason: “<why>”"
        " The hub refused to make <uwe> Guide."
    )


@pytest.mark.parametrize(
    ("event", "actor", "said"),
    [
        (
            "appointment",
            "rita",
            "<rita> added <uwe> to <day>; <uwe> was already Guide through <night>.",
        ),
        (
            "withdrawal",
            "rita",
            "<rita> removed <uwe> from <day>; <uwe> was still Guide through <night>.",
        ),
        ("appointment", "uwe", "<uwe> joined <day>, and was already Guide through <night>."),
        ("withdrawal", "uwe", "<uwe> left <day>, and was still Guide through <night>."),
    ],
)
def test_who_holds_the_role_through_another_group_is_not_said_to_come_or_go(event, actor, said):
    """A change of one group is no change of the role then."""
    began = entry(Draft(event, actor, role="guide", group="day", person="uwe"))
    details = {"of": event, "result": "done", "through": "night"}
    end = entry(Draft("outcome", actor, person="uwe", intent=1, details=details), 2)
    assert deed_sentence(Deed(began, (end,)), MODEL, NOBODY_NAMED).translate(MARKS) == said


def test_why_a_rule_forbade_it_is_said():
    """The reason of whoever tried is not taken for that of the refusal."""
    said = {"until": "2027-01-01", "reason": "why"}
    began = entry(Draft("appointment", "rita", role="guide", person="uwe", details=said))
    details = {"of": "appointment", "result": "refused", "refusal": "full", "reason": "It is full."}
    end = Draft("outcome", "rita", role="guide", person="uwe", intent=1, details=details)
    assert deed_sentence(Deed(began, (entry(end, 2),)), MODEL, NOBODY_NAMED).translate(MARKS) == (
        "<rita> tried to appoint <uwe> as Guide, until 1 Jan 2027. Reason: “<why>”"
        " <uwe> was not made Guide. Reason: “<It is full.>”"
    )


def test_who_is_the_first_by_another_role_is_said_to_be():
    """Nobody asked for it, so the page says why."""
    assert done("appointment", "done", actor=ITSELF, starts_with="guide") == (
        "This service appointed <uwe> as Guide: a Guide is the first to hold it."
    )


def test_the_name_is_the_hubs():
    """Who was added as UWE and is uwe on the hub is called so."""
    assert done("account", "done", person="UWE") == "<rita> added <uwe> to the hub."


def test_every_change_has_a_sentence_whatever_became_of_it():
    """No two of them read the same."""
    results = ("done", "unchanged", "refused", "unknown", "not done")
    said = [done(event, *r) for event in INTENTS for r in ([], *([x] for x in results))]
    assert [each for each, number in Counter(said).items() if number > 1] == []
    assert not any("{" in each for each in said)


def test_endings_find_what_they_end():
    """In their order; what has none is there, too."""
    drafts = [
        Draft("appointment", "rita", person="uwe"),
        Draft("account", "rita", person="ana"),
        Draft("outcome", "rita", intent=1, details={"result": "unknown"}),
        Draft("settlement", "rita", intent=1, details={"result": "done"}),
    ]
    first, second, *rest = [entry(draft, number) for number, draft in enumerate(drafts, 1)]
    assert deeds([second, first], rest) == [Deed(second), Deed(first, tuple(rest))]
    assert [each.result for each in deeds([second, first], rest)] == [None, "done"]


def test_every_event_is_of_one_kind():
    """So that whoever looks through every kind has seen everything once; endings go with theirs."""
    of_kinds = [event for kind in KINDS.values() for event in kind.events]
    assert sorted([*of_kinds, *ENDINGS]) == sorted(EVENTS)


# Runs


def added(number: int, actor: str = "hanna", minutes: float = 0, result: str = "done") -> Deed:
    """Somebody was added."""
    draft = Draft("account", actor, person=f"user-{number}")
    began = entry(draft, number, NOW + timedelta(minutes=minutes))
    return Deed(began, (ending("account", result, person=f"user-{number}"),))


def seen(number: int, change: str = "joined", group: str = "day", **details) -> Deed:
    """Somebody joined or left a group, and the service saw it."""
    said = {"change": change, **details}
    return Deed(entry(Draft("observation", "", "hub", "guide", group, f"u{number}", details=said)))


def lengths(*given: Deed) -> list[int]:
    return [len(run) for run in runs(given)]


def test_people_added_in_a_row_are_one():
    """By the same person, without a long break."""
    assert lengths(*(added(n) for n in range(50, 0, -1))) == [50]
    assert lengths(added(3), added(2, "rita"), added(1)) == [1, 1, 1]
    lull = LULL.total_seconds() / 60
    assert lengths(added(2, minutes=lull), added(1)) == [2]
    assert lengths(added(2, minutes=lull + 0.1), added(1)) == [1, 1]
    assert lengths(*(added(n, minutes=n * lull) for n in range(5, 0, -1))) == [5]


def test_what_is_between_stays_between():
    """An appointment among people who were added has its own line, in its place."""
    appointed = Deed(entry(Draft("appointment", "hanna", role="guide", person="ada")))
    assert lengths(added(3), added(2), appointed, added(1)) == [2, 1, 1]
    assert lengths(appointed, appointed) == [1, 1]


def test_changes_outside_that_are_alike_are_one():
    """To the same group, in the same way."""
    assert lengths(seen(1), seen(2), seen(3)) == [3]
    assert lengths(seen(1), seen(2, "left"), seen(3, "left", gone="yes")) == [1, 1, 1]
    assert lengths(seen(1), seen(2, group="night"), seen(3, group="night", first="yes")) == [1] * 3
    assert lengths(seen(1, "lost"), seen(2, "lost")) == [2]
    for change, details in (("began", {}), ("renamed", {"was": "x"}), ("left", {"through": "x"})):
        alone = seen(1, change, **details)
        assert lengths(alone, alone) == [1, 1]


def test_a_run_has_an_end():
    """A program that adds thousands makes no line of thousands."""
    assert lengths(*(added(n) for n in range(2 * MANY + 1, 0, -1))) == [MANY, MANY, 1]


def test_a_run_is_said_in_one_sentence():
    """With how many, and what became of them."""
    run = tuple(added(n) for n in range(4))
    assert (
        run_sentence(run, MODEL, NOBODY_NAMED).translate(MARKS)
        == "<hanna> added 4 people to the hub."
    )
    mixed = (added(5, result="refused"), added(6, result="unchanged"), *run, Deed(run[0].began))
    assert run_sentence(mixed, MODEL, NOBODY_NAMED).translate(MARKS) == (
        "<hanna> tried to add 7 people to the hub:"
        " 4 added, 1 already had an account, 1 not added, 1 not certain."
    )
    none = tuple(added(n, result="unchanged") for n in range(4))
    assert run_sentence(none, MODEL, NOBODY_NAMED).translate(MARKS) == (
        "<hanna> tried to add 4 people to the hub: 4 already had an account."
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "2 people were added to <day> (Guide) outside this page."),
        ({"first": "yes"}, "2 people were already in <day> (Guide) when recording began."),
        ({"change": "left"}, "2 people were removed from <day> (Guide) outside this page."),
        (
            {"change": "left", "gone": "yes"},
            "2 people left <day> (Guide): their accounts were deleted.",
        ),
        (
            {"change": "lost"},
            "2 people are no longer Guide: the group <day> does not stand for this role any more.",
        ),
    ],
)
def test_changes_outside_are_said_in_one_sentence(change, said):
    """As for one, but for how many."""
    run = (seen(1, **change), seen(2, **change))
    assert run_sentence(run, MODEL, NOBODY_NAMED).translate(MARKS) == said
    assert [within_run(each, MODEL, NOBODY_NAMED).translate(MARKS) for each in run] == [
        "<u1>",
        "<u2>",
    ]


# The page


@pytest.fixture
def page(snapshot):
    """The page for some deeds, the newest first."""

    def make(*given: Deed, more: bool = False):
        wanted = {"person": "", "role": "", "kind": "people", "before": "99"}
        return ledger_page(snapshot, Viewer("root", admin=True), runs(given), wanted, more)

    return make


@pytest.fixture
def snapshot(declared, roster) -> Snapshot:
    return Snapshot(declared, roster, LedgerState(), NOW)


def test_a_line_for_many_lists_them_in_order(page):
    """As they were added; who was not, with what became of it."""
    made = page(
        *(added(n, minutes=n / 60) for n in range(FEW + 1, 1, -1)), added(1, result="refused")
    )
    (line,) = made.lines
    assert [each.translate(MARKS) for each in line.each] == [
        "<hanna> tried to add <user-1> to the hub. The hub refused to add <user-1>.",
        *(f"<user-{n}>" for n in range(2, FEW + 2)),
    ]
    assert line.at - line.since == timedelta(seconds=4)


def test_few_have_a_line_each(page):
    """What can be read at a glance is not folded away."""
    made = page(*(added(n) for n in range(FEW, 0, -1)))
    assert [line.each for line in made.lines] == [()] * FEW
    assert made.lines[0].says.translate(MARKS) == f"<hanna> added <user-{FEW}> to the hub."


def test_older_ones_come_after_the_last_that_is_shown(page):
    """What a line stands for is not shown again on the next page."""
    assert page(added(30), added(20), added(10), more=True).older == "kind=people&before=10"
    assert page(added(30)).older == ""
