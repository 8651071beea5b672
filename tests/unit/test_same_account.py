"""What belongs to whom: accounts that are renamed or made again, terms, groups that come back."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from jupyterhub_responsibility.domain.accounts import Account, Accounts
from jupyterhub_responsibility.domain.model import Model, Viewer
from jupyterhub_responsibility.domain.names import NOBODY_NAMED
from jupyterhub_responsibility.ledger import accounts
from jupyterhub_responsibility.ledger.entry import stamp
from jupyterhub_responsibility.ledger.sentences import sentence

from .test_ledger_facts import Book

NOW = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)
OLD, NEW = NOW - timedelta(days=9), NOW + timedelta(hours=1)
HANNA = ("guide", "hanna")
WORDS = "0" * 16


@pytest.fixture
def book() -> Book:
    """hanna holds a role for a while, and has confirmed; her account is an old one."""
    written = Book()
    written.tell("observation", "", change="began")
    written.tell("appointment", until="2026-12-31")
    outcome = {"of": "appointment", "result": "done", "created": stamp(OLD)}
    written.tell("outcome", intent=len(written.entries), **outcome)
    written.tell("confirmation", actor="hanna", duties_digest=WORDS)
    return written


def account(name: str, created: datetime | None) -> Account:
    return Account(name, False, (), None, NOW, created)


def seen(book: Book, change: str, person: str = "hanna", **more: str) -> None:
    book.tell("observation", person, actor="", change=change, **more)


def held(book: Book, name: str = "hanna") -> tuple[bool, bool, bool]:
    """Whether somebody has a term, a confirmation, and the role."""
    holding, state = ("guide", name), book.state
    return holding in state.terms, holding in state.confirmations, holding in state.joined


# Renamed, and made again


def test_what_hangs_on_an_account_goes_along_with_a_new_name(book):
    """Its requests as well, those of others of that name not."""
    for by, made in (("hanna", OLD), ("hanna", NEW)):
        book.tell("request", by, by, expires="2026-12-31", created=stamp(made),
                  asker_created=stamp(made), role="crew")  # fmt: skip
    since = book.state.joined[HANNA]
    seen(book, "renamed", "hanna-b", was="hanna", created=stamp(OLD))
    assert held(book) == (False, False, False)
    assert held(book, "hanna-b") == (True, True, True)
    assert book.state.joined["guide", "hanna-b"] == since
    assert book.state.members["day"] == {"hanna-b"}
    asked = [(each.by, each.person) for each in book.state.requests.values()]
    assert asked == [("hanna-b", "hanna-b"), ("hanna", "hanna")]
    assert not book.state.departed


def test_an_account_that_is_made_again_begins_anew(book):
    """Without the term and the confirmation of the older one; its own stay."""
    seen(book, "remade", created=stamp(NEW))
    assert held(book) == (False, False, True)
    assert book.state.created[HANNA] == stamp(NEW)
    book.tell("confirmation", actor="hanna", duties_digest=WORDS, at=NEW + timedelta(minutes=1))
    seen(book, "remade", created=stamp(NEW))
    assert held(book) == (False, True, True)


def test_who_is_appointed_under_an_old_name_has_a_term_of_their_own(book):
    """Although the older account of that name was never seen to leave."""
    book.tell("appointment")
    outcome = {"of": "appointment", "result": "unchanged", "created": stamp(NEW)}
    book.tell("outcome", intent=len(book.entries), **outcome)
    assert book.state.terms[HANNA].until is None
    assert HANNA not in book.state.confirmations


@pytest.mark.parametrize(
    ("created", "made", "newer"),
    [
        (stamp(OLD), NEW, True),
        (stamp(OLD), OLD, False),
        (stamp(NEW), OLD, True),
        ("", NOW + timedelta(seconds=61), True),
        ("", NOW + timedelta(seconds=60), False),  # clocks differ
        ("", NOW, False),
        (stamp(OLD), None, False),
    ],
)
def test_which_account_is_another_one(created, made, newer):
    """By when it was made; where that isn't recorded, by when the older one was known."""
    assert accounts.is_other(account("hanna", made), created, NOW) is newer
    assert not accounts.is_other(None, created, NOW)


def test_who_was_renamed(book):
    """Who was made just when a holder was whose name is gone, or another's: nobody else."""
    asked = {"hanna": None, "hanna-b": account("hanna-b", OLD), "uwe": account("uwe", NEW)}
    found = accounts.renamed(book.state, "guide", {"hanna"}, {"hanna-b", "uwe"}, asked)
    assert found == {"hanna-b": "hanna"}
    asked["hanna"] = account("hanna", NEW)
    assert accounts.renamed(book.state, "guide", {"hanna"}, {"hanna", "hanna-b"}, asked) == found
    asked["hanna"] = account("hanna", OLD)
    assert accounts.renamed(book.state, "guide", {"hanna"}, {"hanna-b"}, asked) == {}
    del asked["hanna"]  # the hub did not say
    assert accounts.renamed(book.state, "guide", {"hanna"}, {"hanna-b"}, asked) == {}
    unknown = {"uta": None, "hanna-b": account("hanna-b", None)}
    assert accounts.renamed(book.state, "guide", {"uta"}, {"hanna-b"}, unknown) == {}


def test_a_name_may_go_from_one_to_the_next(book):
    """Whoever leaves one comes before whoever takes it; two who swap theirs can't be told apart."""
    seen(book, "joined", "uwe", created=stamp(NEW))
    were = {"hanna", "uwe"}
    asked = {"hanna-b": account("hanna-b", OLD), "hanna": account("hanna", NEW), "uwe": None}
    found = accounts.renamed(book.state, "guide", were, {"hanna", "hanna-b"}, asked)
    assert list(found.items()) == [("hanna-b", "hanna"), ("hanna", "uwe")]
    swapped = {"hanna": account("hanna", NEW), "uwe": account("uwe", OLD)}
    assert accounts.renamed(book.state, "guide", were, were, swapped) == {}


def test_under_which_name_an_account_is_recorded(book):
    """That name has to be asked about, too: it may be somebody else's by now."""
    for name, made, before in (
        ("hanna-b", OLD, {"hanna"}),
        ("hanna", OLD, set()),
        ("hanna-b", NEW, set()),
        ("hanna-b", None, set()),
    ):
        assert accounts.recorded_as(book.state, {name: account(name, made)}) == before
    assert accounts.recorded_as(book.state, {"hanna-b": None}) == set()


def test_a_request_goes_along_with_a_name(book):
    """Whoever is in no group, and is renamed, goes on asking."""
    made = stamp(OLD)
    asks = {"expires": "2026-12-31", "created": made, "asker_created": made}
    book.tell("request", "eli", "eli", **asks)
    asked = {"eli": None}
    assert accounts.missed(book.state, asked) == [OLD]
    assert accounts.renamed_in_requests(book.state, asked) == {}
    asked["elias"] = account("elias", OLD)
    assert accounts.missed(book.state, asked) == []
    assert accounts.renamed_in_requests(book.state, asked) == {"elias": "eli"}
    seen(book, "renamed", "elias", was="eli", created=made, group="", role="")
    assert [(each.by, each.person) for each in book.state.requests.values()] == [("elias", "elias")]
    assert "" not in book.state.emptied
    said = sentence(book.entries[-1], Model("M", (), {}), NOBODY_NAMED)
    assert said == "The account \u2068eli\u2069 was renamed: it is \u2068elias\u2069 now."
    assert accounts.missed(book.state, asked) == []
    assert accounts.renamed_in_requests(book.state, asked) == {}


def test_a_request_of_somebody_who_is_renamed_has_not_ended(book):
    """Although nobody has the old name, or somebody else has."""
    made = stamp(OLD)
    book.tell("request", "uwe", expires="2026-12-31", asker_created=made, actor="hanna")
    for now in (None, account("hanna", NEW)):
        asked = {"hanna": now, "hanna-b": account("hanna-b", OLD)}
        assert accounts.ended(book.state, asked) == []
        assert len(accounts.ended(book.state, {"hanna": now})) == 1


def test_what_hangs_on_an_account_goes_along_once(book):
    """With the next group, nothing of the account that has the old name by now is taken away."""
    book.done("appointment", group="night")
    seen(book, "renamed", "hanna-b", was="hanna", created=stamp(OLD))
    seen(book, "joined", "hanna", created=stamp(NEW))
    seen(book, "renamed", "hanna-b", was="hanna", created=stamp(OLD), group="night")
    assert book.state.created == {HANNA: stamp(NEW), ("guide", "hanna-b"): stamp(OLD)}
    assert (held(book), held(book, "hanna-b")) == ((False, False, True), (True, True, True))
    assert book.state.members == {"day": {"hanna", "hanna-b"}, "night": {"hanna-b"}}


def test_whom_to_ask_the_hub_about(book):
    """Those whose account looks newer than what is recorded, and requests without anybody."""
    book.tell("request", "uwe", "rita", expires="2026-12-31", created=stamp(OLD))
    state = book.state
    assert accounts.doubtful(state, Accounts(found={"hanna": account("hanna", OLD)})) == set()
    newer = Accounts(found={"hanna": account("hanna", NEW), "uwe": account("uwe", NEW)})
    assert accounts.doubtful(state, newer) == {"hanna", "uwe"}
    assert accounts.doubtful(state, Accounts(gone=frozenset({"uwe", "rita"}))) == {"uwe", "rita"}
    asked = {"hanna": account("hanna", NEW), "uwe": account("uwe", OLD)}
    assert list(accounts.remade(state, asked)) == [(HANNA, stamp(NEW))]
    assert accounts.ended(state, asked) == []
    for gone in ({"uwe": None}, {"rita": None}, {"uwe": account("uwe", NEW)}):
        assert [each.person for each in accounts.ended(state, gone)] == ["uwe"]


@pytest.mark.parametrize(("made", "told"), [(stamp(OLD), True), ("", False)])
def test_a_request_that_has_ended_is_answered(book, made, told):
    """To the account that asked; where it isn't known which one that was, to nobody."""
    asked = {"expires": "2026-12-31", **({"asker_created": made} if made else {})}
    book.tell("request", "uwe", "rita", **asked)
    number = str(len(book.entries))
    at = book.tell("decision", "uwe", "this service", request=number, verdict="ended")
    assert book.state.requests == {}
    found = {
        holding: (answer.at, answer.request.asker_created, answer.approved, answer.ended)
        for holding, answer in book.state.answers.items()
    }
    assert found == ({("guide", "rita"): (at, made, False, True)} if told else {})


def test_who_somebody_is():
    """By when the account was made, if that is known of both; else by the name."""
    viewer = Viewer("hanna", created=stamp(OLD))
    assert viewer.is_account("hanna", stamp(OLD))
    assert viewer.is_account("renamed", stamp(OLD))
    assert not viewer.is_account("hanna", stamp(NEW))
    assert viewer.is_account("hanna")
    assert Viewer("hanna").is_account("hanna", stamp(OLD))
    assert not Viewer("hanna", kind="service", created=stamp(OLD)).is_account("hanna", stamp(OLD))


# Terms


def test_a_last_day_is_never_lost_unasked(book):
    """Appointed again without one, or to another group, somebody keeps it; it can be changed."""
    book.done("appointment", result="unchanged")
    book.done("appointment", group="night")
    assert book.state.terms[HANNA].until == date(2026, 12, 31)
    book.tell("term", until="2027-01-31", before="2026-12-31")
    assert book.state.terms[HANNA].until == date(2027, 1, 31)
    book.tell("term", before="2027-01-31")
    assert (book.state.terms[HANNA].until, book.state.terms[HANNA].by) == (None, "rita")
    book.done("appointment", group="night", until="2027-02-01")
    assert book.state.terms[HANNA].until == date(2027, 2, 1)


def test_who_came_another_way_can_be_given_a_last_day(book):
    """Since they joined; nobody is said to have appointed them."""
    seen(book, "joined", "uwe")
    since = book.state.joined["guide", "uwe"]
    book.tell("term", "uwe", until="2027-01-31")
    term = book.state.terms["guide", "uwe"]
    assert (term.since, term.until, term.by) == (since, date(2027, 1, 31), "")


def test_a_role_that_was_held_once_was_held(book):
    """Also when nobody does any more, and its group is another one."""
    book.done("withdrawal")
    seen(book, "ended", "")
    assert book.state.ever_held == {"guide"}


def test_because_of_which_role_somebody_is_a_first_holder():
    """So that their page can say it."""
    book = Book()
    book.done("appointment", starts_with="crew")
    assert book.state.terms[HANNA].starts_with == "crew"


# Groups that stand for a role no more


def lose(book: Book, *names: str) -> None:
    for name in names or ("hanna",):
        seen(book, "lost", name)
    seen(book, "ended", "")


def test_what_hung_on_a_holder_comes_back_with_the_group(book):
    """Until then they are named as somebody who lost the role."""
    before = [kept.copy() for kept in book.state._belongings]
    lose(book)
    assert set(book.state.lost) == {HANNA}
    assert held(book) == (False, False, False)
    seen(book, "began", "")
    assert book.state.lost == {}
    seen(book, "joined", first="yes", created=stamp(OLD))
    assert list(book.state._belongings) == before


def test_another_group_brings_it_back_too(book):
    """A group that was renamed on the hub has the same people in it."""
    lose(book)
    seen(book, "began", "", group="night")
    seen(book, "joined", first="yes", group="night")
    assert held(book) == (True, True, True)
    assert book.state.lost == {}


@pytest.mark.parametrize(
    "how", ["left meanwhile", "appointed again", "another account", "came later"]
)
def test_who_was_really_away_begins_anew(book, how):
    """Somebody who left in between, is appointed, or has got an old name."""
    lose(book)
    if how == "appointed again":
        book.done("appointment", group="night")
        assert (held(book), book.state.terms[HANNA].until) == ((True, False, True), None)
        return
    seen(book, "began", "")
    if how == "another account":
        seen(book, "joined", first="yes", created=stamp(NEW))
    elif how == "came later":
        seen(book, "joined")
    else:
        lose(book, "uwe")
        seen(book, "began", "")
        seen(book, "joined", first="yes")
    assert held(book) == (False, False, True)


def test_who_holds_it_through_another_group_has_lost_nothing(book):
    """They are not named, and everything goes on."""
    book.done("appointment", group="night")
    lose(book)
    assert book.state.lost == {}
    assert held(book) == (True, True, True)
