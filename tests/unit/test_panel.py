"""The panel's cards: what is alike is said once, and nobody's own step is lost in it."""

from __future__ import annotations

from jupyterhub_responsibility.coverage import Gap, Step
from jupyterhub_responsibility.coverage.gaps import Place
from jupyterhub_responsibility.service.pages.panel import ALIKE, cards


def gap(kind: str, about: str, person: str = "", where: Place | None = None) -> Gap:
    return Gap(kind, about, person or about, "", Step("Do it", where=where), person=person)


def test_many_people_with_the_same_step_are_one_card():
    """The first stands for all, and the others are named under it."""
    (card,) = cards(gap("never-confirmed", "guide", f"user-{n}") for n in range(ALIKE + 1))
    assert (card.gap.person, len(card.more)) == ("user-0", ALIKE)


def test_few_have_a_card_each():
    """Up to some, each is read on its own."""
    found = cards(gap("never-confirmed", "guide", f"user-{n}") for n in range(ALIKE))
    assert [card.more for card in found] == [()] * ALIKE


def test_the_readers_own_step_is_not_lost_among_others():
    """What leads somewhere else, or is about another role, is not alike."""
    others = [gap("never-confirmed", "guide", f"user-{n}") for n in range(5)]
    mine = gap("never-confirmed", "guide", "rita", Place("confirm", "guide"))
    another = gap("never-confirmed", "engineer", "sam")
    assert [card.gap.person for card in cards([*others, mine, another])] == [
        "user-0", "rita", "sam",
    ]  # fmt: skip


def test_contacts_are_alike_whatever_they_are():
    """Dozens of contacts to look at are one thing to do; vacant roles are one each."""
    contacts = [gap("contact-past-review", f"contact-{n}") for n in range(25)]
    roles = [gap("role-vacant", f"role-{n}") for n in range(5)]
    assert [len(card.more) for card in cards([*contacts, *roles])] == [24, *[0] * 5]
