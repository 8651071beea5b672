"""Who is told what: of each entry the right people, each once, and in words that tell no more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.domain.accounts import Account, Accounts
from jupyterhub_responsibility.domain.messages import COMMUNITY, MANAGER, MESSAGES, Recipient
from jupyterhub_responsibility.domain.model import Roster
from jupyterhub_responsibility.ledger.chain import write
from jupyterhub_responsibility.ledger.deeds import Deed
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.ledger.state import LedgerState
from jupyterhub_responsibility.messages.checks import still_told
from jupyterhub_responsibility.messages.recipients import of_entries
from jupyterhub_responsibility.messages.texts import letter

from ..conftest import READ_AT
from ..realhub import HOLDERS
from .declarations import hub

ADMIN, REP = "hub-administrator", "community-representative"
MADE = {name: f"2026-01-0{day}T00:00:00.000000+00:00"
        for day, name in enumerate(("rita", "hanna", "uwe", "root"), 1)}  # fmt: skip
HOME = "https://hub.example/services/responsibilities/"


class Hub:
    """rita represents and administers, hanna administers, root is an admin; and a ledger."""

    def __init__(self, **declared) -> None:
        self.state = LedgerState()
        self.number, self.digest = 0, ""
        found = {"root": Account("root", True, (), None, READ_AT)}
        self.snapshot = Snapshot(
            hub(**declared),
            Roster(READ_AT, HOLDERS),
            self.state,
            READ_AT,
            accounts=Accounts(READ_AT, 4, found),
        )
        for name in ("rita", "hanna"):
            self.write("observation", "", kind="hub", person=name, change="joined", first="yes",
                       created=MADE[name])  # fmt: skip

    def write(self, event, actor, role=ADMIN, person="", intent=None, kind="user", **details):
        """Write an entry; the messages that it causes."""
        draft = Draft(event, actor, kind, role, "hub-admins", person, intent, details)
        self.entry = write(draft, self.number + 1, self.digest or "0" * 64, READ_AT)
        told = of_entries([self.entry], self.snapshot)
        self.state.read(self.entry)
        self.number, self.digest = self.entry.number, self.entry.digest
        return {(m.kind, m.to, m.recipient) for m in told}

    def change(self, event, actor, person, result="done", intent=(), **details):
        """Write a change with what became of it; the messages of both."""
        told = self.write(event, actor, person=person, **dict(intent))
        said = {"result": result, "of": event, **details}
        ended = self.write("outcome", actor, person=person, intent=self.number, **said)
        assert told == set()
        return ended

    def ask(self, actor="uwe", person="uwe"):
        return self.write("request", actor, person=person, expires="2027-01-01",
                          reason="I know the reef", created=MADE[person],
                          asker_created=MADE[actor])  # fmt: skip


def to(kind: str, name: str, to: str = "person") -> tuple:
    made = MADE[name] if name != "root" else ""  # the hub doesn't tell it of root
    return (kind, to, Recipient(name, made))


@pytest.fixture
def known() -> Hub:
    return Hub()


DECIDERS = {to("request", "rita", "deciders"), to("request", "root", "deciders")}


def test_who_was_appointed_or_withdrawn_is_told(known):
    """Once it is done, and not if nothing has come of it."""
    assert known.change("appointment", "rita", "uwe", created=MADE["uwe"]) == {
        to("appointed", "uwe")
    }
    for result in ("refused", "unknown"):
        assert known.change("withdrawal", "rita", "hanna", result) == set()
    assert known.change("withdrawal", "rita", "hanna") == {to("withdrawn", "hanna")}
    assert known.change("withdrawal", "rita", "hanna", "unchanged") == set()


def test_who_is_so_through_another_group_is_not(known):
    """Nothing has become different for them."""
    assert known.change("withdrawal", "rita", "hanna", through="guides") == set()
    assert known.change("appointment", "rita", "hanna", through="guides") == set()


def test_what_was_found_out_later_is_told(known):
    """A settlement is an outcome."""
    known.write("withdrawal", "rita", person="hanna")
    intent = known.number
    known.write("outcome", "rita", person="hanna", intent=intent, result="unknown", of="withdrawal")
    said = {"result": "done", "of": "withdrawal"}
    told = known.write("settlement", "this service", person="hanna", intent=intent, kind="service",
                       **said)  # fmt: skip
    assert told == {to("withdrawn", "hanna")}


def test_nobody_is_told_of_what_they_did_themselves(known):
    """Who steps down knows it; a program that is called like somebody is not them."""
    assert known.change("withdrawal", "hanna", "hanna") == set()
    known.write("withdrawal", "rita", person="rita", kind="service")
    said = {"result": "done", "of": "withdrawal"}
    told = known.write("outcome", "rita", person="rita", intent=known.number, kind="service",
                       **said)  # fmt: skip
    assert told == {to("withdrawn", "rita")}


def test_a_request_waits_for_those_who_can_decide(known):
    """Holders of the role that appoints, and admins; and who is proposed hears of it."""
    assert known.ask() == DECIDERS
    assert known.ask("hanna", "uwe") == {*DECIDERS, to("proposed", "uwe")}
    assert known.ask("rita", "uwe") == {to("request", "root", "deciders"), to("proposed", "uwe")}


def test_who_asked_hears_the_answer(known):
    """Whoever asked, and who was proposed; nobody who takes it back is told so."""
    known.ask("hanna", "uwe")
    declined = {"request": str(known.number), "verdict": "declined"}
    assert known.write("decision", "rita", person="uwe", asker="hanna", **declined) == {
        to("decided", "hanna"),
        to("decided", "uwe"),
    }
    known.ask()
    back = {"request": str(known.number), "verdict": "taken_back"}
    assert known.write("decision", "uwe", person="uwe", **back) == set()


def test_who_is_appointed_at_their_request_is_told_once(known):
    """And whoever proposed them, that it was decided."""
    known.ask()
    by = {"request": str(known.number)}
    assert known.change("appointment", "rita", "uwe", intent=by, created=MADE["uwe"]) == {
        to("appointed", "uwe")
    }
    known.change("withdrawal", "rita", "uwe")
    known.ask("hanna", "uwe")
    by = {"request": str(known.number), "asker": "hanna"}
    assert known.change("appointment", "rita", "uwe", intent=by, created=MADE["uwe"]) == {
        to("appointed", "uwe"),
        to("decided", "hanna"),
    }


def test_changes_outside_the_page_are_told(known):
    """But who was there when it began, and whose account is gone, is not told anything."""
    joined = {"kind": "hub", "person": "uwe", "change": "joined", "created": MADE["uwe"]}
    assert known.write("observation", "", **joined) == {to("appointed", "uwe")}
    assert known.write("observation", "", **joined, first="yes") == set()
    left = {"kind": "hub", "person": "hanna", "change": "left"}
    assert known.write("observation", "", **left, gone="yes") == set()
    known.write("observation", "", **{**joined, "person": "hanna", "created": MADE["hanna"]})
    assert known.write("observation", "", **left) == {to("withdrawn", "hanna")}


def test_as_the_declaration_says():
    """Other people, the community's channel, or nobody."""
    known = Hub(messages={"request": ["community"], "appointed": [], "withdrawn": ["deciders"]})
    assert known.ask() == {("request", "community", COMMUNITY)}
    assert known.change("appointment", "rita", "uwe") == set()
    assert known.change("withdrawal", "rita", "hanna") == {to("withdrawn", "root", "deciders")}


def test_somebody_who_is_meant_twice_is_told_once():
    """First as what the declaration names first."""
    known = Hub(messages={"withdrawn": ["person", "deciders"]})
    told = known.change("withdrawal", "root", "rita")
    assert told == {to("withdrawn", "rita")}


def test_one_message_has_one_id(known):
    """Whoever makes it, and whenever; each person's is another one."""
    known.ask()
    once, again = (of_entries([known.entry], known.snapshot) for _ in range(2))
    assert [m.id for m in once] == [m.id for m in again]
    assert len({m.id for m in once}) == len(once) == 2


def test_who_can_no_longer_act_is_not_told(known):
    """What was written for those who decide is for nobody else."""
    known.ask()
    told = of_entries([known.entry], known.snapshot)
    assert all(still_told(each, known.snapshot) for each in told)
    gone = replace(known.snapshot, roster=Roster(READ_AT, {**HOLDERS, "community-reps": ()}))
    assert {m.recipient.account for m in told if still_told(m, gone)} == {"root"}


def test_while_nobody_knows_who_can_act_it_waits(known):
    """Accounts that could not be read may be of admins; holders are known all the same."""
    known.ask()
    told = of_entries([known.entry], known.snapshot)
    blind = replace(known.snapshot, accounts=Accounts(trouble="The hub did not answer"))
    assert {m.recipient.account: still_told(m, blind) for m in told} == {"rita": True, "root": None}


def test_a_request_that_was_decided_waits_for_nobody(known):
    """Whoever could decide is not told that it waits, once it doesn't."""
    known.ask()
    told = of_entries([known.entry], known.snapshot)
    number = known.number
    behind = replace(known.snapshot, ledger_state=LedgerState())
    assert {still_told(each, behind) for each in told} == {None}
    known.write("decision", "rita", person="uwe", request=str(number), verdict="declined")
    assert {still_told(each, known.snapshot) for each in told} == {False}


def test_who_was_renamed_is_told(known):
    """It is the same account; another one of that name is not."""
    known.ask()
    told = {m.recipient.account: m for m in of_entries([known.entry], known.snapshot)}

    def decides(name: str, made: str) -> bool | None:
        state = known.state
        state.created = {(REP, name): made}
        members = {**HOLDERS, "community-reps": (name,)}
        return still_told(told["rita"], replace(known.snapshot, roster=Roster(READ_AT, members)))

    assert decides("rita-l", MADE["rita"])
    assert decides("rita", "2026-05-05T00:00:00.000000+00:00") is False


def test_a_term_that_is_changed_is_told(known):
    """To whom it is about, and not to whoever did it."""
    told = known.write("term", "rita", person="hanna", until="2027-06-30")
    assert told == {to("term_changed", "hanna")}
    assert known.write("term", "root", person="rita", before="2027-06-30") == {
        to("term_changed", "rita")
    }


LOST = {"kind": "hub", "change": "lost", "person": "hanna"}


def test_who_loses_a_role_with_its_group_is_told(known):
    """Also where the role itself is no more: then the page to go to is their own."""
    known.snapshot = replace(
        known.snapshot, roster=Roster(READ_AT, {**HOLDERS, "hub-admins": ("rita",)})
    )
    assert known.write("observation", "", **LOST) == {to("withdrawn", "hanna")}
    known.write("observation", "", role="gone", **LOST)
    (one,) = of_entries([known.entry], known.snapshot)
    sent = letter(one.id, [one], {known.number: Deed(known.entry)}, known.snapshot, HOME)
    assert f"{HOME}\n" in sent.text
    assert "roles/" not in sent.text


def test_who_still_holds_it_through_another_group_is_not(known):
    """Nothing has become different for them."""
    assert known.write("observation", "", **LOST) == set()


def test_what_a_mail_says(known):
    """Title with the hub's name, what was done and why, where to go, and where the ledger ends."""
    known.snapshot = replace(
        known.snapshot, declaration=hub(community={"name": "Reef Lab"}, messages={})
    )
    known.ask()
    (first, *_) = of_entries([known.entry], known.snapshot)
    sent = letter("an-id", [first], {known.number: Deed(known.entry)}, known.snapshot, HOME)
    assert sent.title == "[Reef Lab] Hub Administrator: a request waits for a decision"
    assert "I know the reef" in sent.text
    assert f"{HOME}roles/{ADMIN}" in sent.text
    assert f"The ledger ends at entry {known.number}: {known.digest}" in sent.text
    assert sent.text.endswith("Message an-id")


KEPT = {"groups": "hub-{team}", "email": "desk@it.example", "url": "https://it.example/{team}"}


def test_who_keeps_the_group_is_told_what_to_do():
    """What, where, who decided it and when; no reason, nothing about choosing, and nothing at all
    once it is done or taken back. Whoever it is about is told when it is done."""
    known = Hub(manage_at=KEPT)
    secret = {"reason": "because of an illness", "until": "2027-06-30"}
    told = known.change(
        "appointment", "rita", "uwe", "pending", secret.items(), created=MADE["uwe"]
    )
    assert told == {("to_do", "manager", MANAGER)}
    deed = Deed(known.state.pending[ADMIN, "hub-admins", "uwe"].intent, (known.entry,))
    (one,) = [m for m in of_entries([known.entry], known_before(known)) if m.to == "manager"]
    assert still_told(one, known.snapshot)
    sent = letter(one.id, [one], {known.number: deed}, known.snapshot, HOME)
    assert sent.title == "[JupyterHub] Hub Administrator: please change who is in a group"
    for words in ("Please add the account uwe to the group hub-admins.", "https://it.example/admins",
                  "Decided by: rita, on 22 Nov 2026", "until 30 Jun 2027"):  # fmt: skip
        assert words in sent.text
    assert "illness" not in sent.text
    assert "You can choose" not in sent.text
    said = {"result": "done", "of": "appointment", "created": MADE["uwe"]}
    told = known.write("settlement", "this service", person="uwe", intent=deed.began.number,
                       kind="service", **said)  # fmt: skip
    assert told == {to("appointed", "uwe")}
    assert not still_told(one, known.snapshot)


def decided(known: Hub, **intent) -> Deed:
    """Something that was decided and has to be done elsewhere, as far as it was written."""
    known.change("appointment", "rita", "uwe", "pending", intent.items(), created=MADE["uwe"])
    return Deed(known.state.pending[ADMIN, "hub-admins", "uwe"].intent, (known.entry,))


def ended(known: Hub, deed: Deed, result: str, by: str = "root") -> set:
    """Whom the end of it is told."""
    return known.write("settlement", by, person="uwe", intent=deed.began.number, result=result,
                       of="appointment", created=MADE["uwe"])  # fmt: skip


@pytest.mark.parametrize("result", ["taken back", "ended"])
def test_whoever_was_told_hears_that_it_is_off(result):
    """Who keeps the group, in words for a ticket, and whoever asked and was told it was approved;
    not whoever takes it back."""
    known = Hub(manage_at=KEPT)
    known.ask()
    deed = decided(known, request=str(known.number), asker="uwe")
    before = known.snapshot.ledger_state.answers.copy()
    assert before
    told = ended(known, deed, result)
    assert told == {("called_off", "manager", MANAGER), to("taken_back", "uwe")}
    over = Deed(deed.began, (known.entry,))
    (one,) = [m for m in of_entries([known.entry], known_before(known, deed)) if m.to == "manager"]
    assert still_told(one, known.snapshot)
    sent = letter(one.id, [one], {known.number: over}, known.snapshot, HOME)
    assert "asked to add the account uwe to the group hub-admins. Please don't." in sent.text
    assert ("please undo it" in sent.text) == (result == "taken back")
    assert "You can choose" not in sent.text


def test_nobody_hears_that_it_is_off_where_it_is_decided_anew():
    """A decision in the place of another one is written at the same moment."""
    known = Hub(manage_at=KEPT)
    deed = decided(known)
    assert ended(known, deed, "taken back") == {("called_off", "manager", MANAGER)}
    off = known.entry
    known.write("appointment", "root", person="uwe", until="2027-01-01")
    anew = Deed(known.entry)
    known.write("outcome", "root", person="uwe", intent=known.number, result="pending",
                of="appointment", created=MADE["uwe"])  # fmt: skip
    before = known_before(known, deed, anew)
    assert {m.kind for m in of_entries([off], before)} == {"called_off"}
    assert {m.kind for m in of_entries([off, known.entry], before)} == {"to_do"}


def test_what_becomes_of_others_at_that_moment_is_another_matter():
    """Many decisions may be seen to be done, or to have ended, at once."""
    known = Hub(manage_at=KEPT)
    deed = decided(known)
    ended(known, deed, "ended")
    over, before = known.entry, known_before(known, deed)
    for result in ("done", "ended"):
        said = {"result": result, "of": "appointment", "created": MADE["hanna"]}
        known.write("settlement", "this service", person="hanna", intent=deed.began.number,
                    kind="service", **said)  # fmt: skip
        told = of_entries([over, known.entry], before)
        assert "called_off" in {m.kind for m in told if m.entry == over.number}


@pytest.mark.parametrize(("by", "told"), [("hanna", set()), ("root", {"hanna"})])
def test_whoever_does_it_here_is_not_told(by, told):
    """Others have decided it: they know of that, and not that it is done."""
    known = Hub(manage_at=KEPT)
    known.change("withdrawal", "rita", "hanna", "pending", created=MADE["hanna"])
    (pending,) = known.state.pending.values()
    said = {"result": "done", "of": "withdrawal", "created": MADE["hanna"]}
    found = known.write("settlement", by, person="hanna", intent=pending.number, **said)
    assert found == {to("withdrawn", each) for each in told}


def test_what_nobody_was_asked_for_is_not_called_off():
    """Where whoever keeps the group is not to be told; or where somebody was to go, and the group
    doesn't stand for the role any more: nobody has decided that they stay."""
    known = Hub(manage_at=KEPT, messages={"to_do": []})
    assert ended(known, decided(known), "taken back") == set()
    known = Hub(manage_at=KEPT)
    known.change("withdrawal", "rita", "uwe", "pending", created=MADE["uwe"])
    (pending,) = known.state.pending.values()
    said = {"result": "ended", "of": "withdrawal", "created": MADE["uwe"]}
    assert known.write("settlement", "this service", person="uwe", intent=pending.number,
                       kind="service", **said) == set()  # fmt: skip


def test_who_asked_hears_of_it_whatever_they_have_asked_since():
    """The answer to a later request takes the place of this one on their page."""
    known = Hub(manage_at=KEPT)
    known.ask()
    deed = decided(known, request=str(known.number), asker="uwe")
    known.ask()
    assert to("taken_back", "uwe") in ended(known, deed, "taken back")


def known_before(known: Hub, *deeds: Deed) -> Snapshot:
    """The same before the last entry, which is the outcome of the one before, or ends a deed."""
    state = LedgerState()
    began = [each.intent for each in known.state.pending.values()]
    state.unsettled = {each.number: each for each in (*began, *(deed.began for deed in deeds))}
    return replace(known.snapshot, ledger_state=state)


def test_nobody_is_told_where_no_address_is_declared():
    """It can be pasted from the page."""
    for kept in ({**KEPT, "email": None}, {**KEPT, "groups": "crew-{team}"}):
        said = {key: value for key, value in kept.items() if value}
        known = Hub(manage_at=said)
        assert known.change("appointment", "rita", "uwe", "pending") == set()


def test_the_community_reads_no_names_and_no_reasons():
    """What is in its channel is for everybody who reads that."""
    known = Hub(
        messages={
            name: ["community"] for name, kind in MESSAGES.items() if "community" in kind.possible
        }
    )
    known.ask()
    (one,) = of_entries([known.entry], known.snapshot)
    sent = letter(one.id, [one], {known.number: Deed(known.entry)}, known.snapshot, HOME)
    assert "request waits" in sent.text
    for secret in ("reef", "uwe", "reach"):
        assert secret not in sent.text + sent.title


def test_a_digest_is_one_letter(known):
    """It says how much there is, and all of it."""
    known.ask()
    (one, _) = of_entries([known.entry], known.snapshot)
    sent = letter("an-id", [one, replace(one, kind="vacant")], {}, known.snapshot, HOME)
    assert sent.title == "[JupyterHub] Responsibilities: 2 things to know"
    assert sent.text.index("a request waits") < sent.text.index("nobody holds this role")


@pytest.mark.parametrize("kind", MESSAGES)
def test_the_table(kind):
    """Each kind can go where it usually goes, and has a title for each who may be told."""
    row = MESSAGES[kind]
    assert set(row.to) <= set(row.possible)
    for each in row.possible:
        title = row.title(each, "Guide", "1 May 2027")
        assert title
        assert "{" not in title + row.path(each, ADMIN)
    assert row.path("community", ADMIN) in (f"roles/{ADMIN}", "admin")
