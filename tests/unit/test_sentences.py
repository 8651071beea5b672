"""What an entry of the ledger says to people."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from itertools import product
from typing import get_args

import pytest

from jupyterhub_responsibility.changes.requests import Verdict
from jupyterhub_responsibility.domain.names import NOBODY_NAMED, Called, Names
from jupyterhub_responsibility.ledger.chain import BEGINNING, write
from jupyterhub_responsibility.ledger.entry import Draft, Part
from jupyterhub_responsibility.ledger.kinds import DETAILS, EVENTS, INTENTS, Result
from jupyterhub_responsibility.ledger.sentences import sentence

CHANGES = ("began", "ended", "joined", "left", "lost", "renamed", "remade")
STILL = [
    ("appointment", "done"),
    ("withdrawal", "done"),
    ("withdrawal", "unchanged"),
]
"""Results that read otherwise for somebody who holds the role through another group as well."""

NO_MORE = ("taken back", "ended")
"""What becomes of a decision that isn't done; of an account to add, none is ever pending."""

NOW = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)
MARKS = dict.fromkeys(map(ord, "\u2068\u2069"))


def drafts() -> list[Draft]:
    """Every kind of entry, with each result, change and verdict that it may have."""
    told = {event: [{}] for event in EVENTS}
    results = [
        {"of": of, "result": result}
        for of, result in product(sorted(INTENTS), get_args(Result))
        if of != "account" or result not in ("pending", *NO_MORE)
    ]
    told["outcome"] = [each for each in results if each["result"] not in ("not done", *NO_MORE)]
    told["settlement"] = [
        each for each in results if each["result"] in ("done", "not done", *NO_MORE)
    ]
    told["withdrawal"] += [{"noted": "yes"}]
    told["outcome"] += [
        {"of": "appointment", "result": "refused", "refusal": "yourself"},
        *({"of": of, "result": result, "through": "crew"} for of, result in STILL),
    ]
    told["observation"] = [{"change": change} for change in CHANGES]
    told["observation"] += [{"change": "joined", "first": "yes"}]
    told["observation"] += [{"change": "left", **said} for said in ({"gone": "yes"},
                            {"through": "crew"})]  # fmt: skip
    days = {"before": "2026-12-01", "until": "2026-12-24"}
    told["term"] = [days, *({name: day} for name, day in days.items())]
    told["kept"] = [
        {"kind": kind, "deed": deed, "title": "uwe"}
        for kind in DETAILS["kind"].choices
        for deed in DETAILS["deed"].choices
    ]
    told["kept"] += [{"kind": "person", "deed": "changed", "title": "uwe", "named": "Ina"}]
    told["erasure"] = [{"because": why} for why in DETAILS["because"].choices]
    told["appointment"] += [{"starts_with": "community-representative"}, {"noted": "yes"}]
    told["asking"] = [{"named": "Ann Adams"}]
    told["decision"] = [{"verdict": each, "request": "1"}
                        for each in (*get_args(Verdict), "ended")
                        if each != "approved"]  # fmt: skip
    return [
        Draft(event, "rita", role="hub-administrator", group="hub-admins", person="uwe", details=d)
        for event, each in told.items()
        for d in each
    ]


def says(draft: Draft, model) -> str:
    """The sentence, without the marks that isolate names."""
    return sentence(write(draft, 1, BEGINNING, NOW), model, NOBODY_NAMED).translate(MARKS)


@pytest.mark.parametrize("draft", drafts(), ids=lambda d: " ".join((d.event, *d.details.values())))
def test_every_entry_has_a_sentence(draft, declared):
    """Each kind of entry, with each result, is said in a sentence about those whom it concerns."""
    said = says(draft, declared.model)
    assert said.endswith(".")
    assert "{" not in said
    about_account = draft.event == "account" or draft.details.get("of") == "account"
    about_group = draft.details.get("change") in ("began", "ended")
    if draft.event == "erasure":
        assert "rita erased" in said
        assert "uwe" not in said
        return
    about_thing = draft.details.get("kind") in ("contact", "link")
    if not about_account and not about_group and not about_thing:
        assert "Hub Administrator" in said
    if draft.event in ("confirmation", "denial", "asking"):
        assert "rita" in said
    else:
        assert ("hub-admins" if about_group else "uwe") in said


def test_no_two_results_read_the_same(declared):
    """Whoever reads a sentence can tell what happened."""
    distinct = [says(draft, declared.model) for draft in drafts() if draft.event != "settlement"]
    assert len(set(distinct)) == len(distinct)


def test_who_has_no_account_is_called_by_their_name(declared):
    """Even if an account has that name, and somebody with it another one; not once it is erased."""
    role = {"role": "hub-administrator"}
    names = Names({"rita": Called("Rita Reef")})
    said = Draft("confirmation", "rita", "person", details={"duties_digest": "d"}, **role)
    entry = write(said, 1, BEGINNING, NOW)
    words = "confirmed the duties of Hub Administrator, by a mailed link."
    assert sentence(entry, declared.model, names).translate(MARKS) == f"rita {words}"
    gone = replace(entry, parts={"actor": Part(None, None, 7)})
    assert sentence(gone, declared.model, names) == f"Somebody who was erased {words}"
    asked = Draft("asking", "rita", details={"named": "rita"}, **role)
    entry = write(asked, 1, BEGINNING, NOW)
    said = "Rita Reef asked {} to confirm the duties of Hub Administrator, by mail."
    assert sentence(entry, declared.model, names).translate(MARKS) == said.format("rita")
    parts = {**entry.parts, "named": Part(None, None, 7)}
    told = sentence(replace(entry, parts=parts), declared.model, names).translate(MARKS)
    assert told == said.format("somebody who was erased")


def test_a_request_for_oneself_and_for_another(declared):
    """Asking for a role reads otherwise than proposing somebody."""
    own = Draft("request", "uwe", role="hub-administrator", person="uwe")
    other = Draft("request", "hanna", role="hub-administrator", person="uwe")
    assert says(own, declared.model) == "uwe asked to become Hub Administrator."
    assert says(other, declared.model) == "hanna proposed uwe as Hub Administrator."


@pytest.mark.parametrize(
    ("event", "details", "said"),
    [
        ("appointment", {}, "rita started appointing themselves as Hub Administrator."),
        ("withdrawal", {}, "rita started stepping down as Hub Administrator."),
        ("request", {}, "rita asked to become Hub Administrator."),
        ("decision", {"verdict": "declined"}, "rita declined to become Hub Administrator."),
        (
            "decision",
            {"verdict": "taken_back"},
            "rita took back the request to become Hub Administrator.",
        ),
        ("confirmation", {}, "rita confirmed the duties of Hub Administrator."),
    ],
)
def test_what_people_do_about_themselves(event, details, said, declared):
    """Their name is said once."""
    own = Draft(event, "rita", role="hub-administrator", person="rita", details=details)
    assert says(own, declared.model) == said


def test_reasons_terms_and_notes_are_said(declared):
    """The last day, the reason and the note for whoever comes next are part of the sentence."""
    told = {"until": "2027-06-30", "reason": "Summer school", "note": "Mind the quota"}
    draft = Draft("appointment", "rita", role="hub-administrator", person="uwe", details=told)
    assert says(draft, declared.model) == (
        "rita started appointing uwe as Hub Administrator, until 30 Jun 2027."
        " Reason: “Summer school” Note for the next person: “Mind the quota”"
    )


def test_what_the_hub_answered_is_not_a_reason(declared):
    """Why the hub refused is for the operator, and not put into somebody's mouth."""
    told = {"of": "account", "result": "refused", "reason": "The hub answered 400"}
    said = says(Draft("outcome", "hanna", person="uwe", details=told), declared.model)
    assert said == "The hub refused to add uwe."


def test_a_role_that_is_gone_keeps_its_id(declared):
    """An entry about a role that the model no longer has is still said."""
    draft = Draft("confirmation", "rita", role="night-watch", person="rita")
    assert says(draft, declared.model) == "rita confirmed the duties of night-watch."


def test_names_cannot_pass_for_others(declared):
    """A name with characters that turn the direction of writing is written out, and isolated."""
    draft = Draft("account", "rita", person="ewu\u202e")
    said = sentence(write(draft, 1, BEGINNING, NOW), declared.model, NOBODY_NAMED)
    assert "\u202e" not in said
    assert "\u2068ewu⟨U+202E⟩\u2069" in said
