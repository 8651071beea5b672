"""Whom to ask about what: the live holder and their channel, or the fallback and why."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.contacts import Answer, ContactFinder
from jupyterhub_responsibility.domain.model import Roster

from ..conftest import READ_AT
from .declarations import hub

ADMIN, REP, SRE = "hub-administrator", "community-representative", "site-reliability-engineer"

PARTIES = {
    "community": {"name": "Reef Lab", "url": "https://reef.example"},
    "provider": {"name": "Cloud Crew", "url": "https://crew.example"},
}

FULL = Roster(READ_AT, {"hub-admins": ("hanna", "rita"), "community-reps": ("rita",)})
NO_ADMIN = Roster(READ_AT, {"hub-admins": (), "community-reps": ("rita",)})
NOBODY = Roster(READ_AT, {"hub-admins": (), "community-reps": ()})
UNKNOWN = Roster(trouble="The hub did not answer in time")


def contact(contact_id: str, *targets: str, **others) -> dict:
    """A contact with a mail address, or (`email=None`) without."""
    email = f"{contact_id}@reef.example"
    return {"id": contact_id, "name": contact_id, "for": list(targets), "email": email, **others}


ADMINS, REPS = contact("admins", ADMIN), contact("reps", REP)
HELP = contact("help", "everyone")


def answer(contacts: list[dict], roster: Roster, kind="responsibility", about="oversee-access",
           **others) -> Answer:  # fmt: skip
    """Whom to ask; by default who may use the hub, which admins do and representatives decide."""
    return ContactFinder(hub(contacts=contacts, **PARTIES | others), roster).answer(kind, about)


def reached(given: Answer) -> list[str]:
    """The channels of an answer, by name."""
    return [each.name for each in given.channels]


def asked(given: Answer) -> str | None:
    """The role that an answer names."""
    return given.role_holders.role.id if given.role_holders else None


# The chain: performer → accountable → the party's contact → everyone's contact


def test_who_performs_it_is_asked_first():
    """hanna and rita do it, and are reached where Hub Administrators are; nothing to explain."""
    given = answer([ADMINS, REPS, HELP], FULL)
    assert (asked(given), reached(given), given.because) == (ADMIN, ["admins"], "")
    assert [holder.name for holder in given.holders] == ["hanna", "rita"]


def test_a_vacant_performer_gives_way_to_who_answers_for_it():
    """Where nobody administers, the representative is asked, and the answer says why."""
    given = answer([ADMINS, REPS, HELP], NO_ADMIN)
    assert (asked(given), reached(given)) == (REP, ["reps"])
    assert given.because == "There is no Hub Administrator right now"
    assert [holder.name for holder in given.holders] == ["rita"]


def test_a_performer_without_a_channel_gives_way_too():
    """Where administrators can't be reached, the representative is asked; the answer says why."""
    given = answer([REPS, HELP], FULL)
    assert (asked(given), reached(given)) == (REP, ["reps"])
    assert given.because == "There are no contact details for Hub Administrator"


def test_with_nobody_left_the_party_whose_job_it_is_is_asked():
    """Leading the community is the community's job: its own address is next."""
    given = answer([ADMINS, REPS, HELP], NOBODY)
    assert (asked(given), reached(given)) == (None, ["Reef Lab"])
    assert given.channels[0].url == "https://reef.example"
    assert given.because == "There is no Hub Administrator right now"


def test_a_party_without_an_address_gives_way_to_everyones_contact():
    """At last comes the contact that is for everyone."""
    given = answer([ADMINS, REPS, HELP], NOBODY, community={"name": "Reef Lab"})
    assert reached(given) == ["help"]
    assert given.because


def test_with_nothing_declared_there_is_nobody_to_name():
    """Without any address the answer has no channel, and still says why."""
    declared = {"community": {"name": "Reef Lab"}, "provider": {"name": "Cloud Crew"}}
    given = answer([], NOBODY, **declared)
    assert (reached(given), given.because) == ([], "There is no Hub Administrator right now")


def test_an_areas_own_contact_comes_before_the_party():
    """A contact for community leadership answers for what nobody in it can."""
    given = answer([contact("council", "community-leadership"), HELP], NOBODY)
    assert reached(given) == ["council"]


def test_a_responsibilitys_own_contact_comes_before_everybody():
    """A billing desk for money is asked about money, and the holder is still named."""
    bills = contact("bills", "decide-finances")
    given = answer([bills, REPS, HELP], FULL, about="decide-finances")
    assert (asked(given), reached(given), given.because) == (REP, ["bills"], "")
    given = answer([bills, REPS, HELP], NOBODY, about="decide-finances")
    assert (asked(given), reached(given), given.because) == (None, ["bills"], "")


@pytest.mark.parametrize(
    ("about", "parties"),
    [
        ("respond-to-incidents", ["Cloud Crew"]),
        ("manage-data", ["Reef Lab", "Cloud Crew"]),
        ("oversee-access", ["Reef Lab"]),
        ("support-open-source", ["Reef Lab"]),
    ],
)
def test_which_party_is_asked_depends_on_whose_job_it_is(about, parties):
    """The provider's, the community's, or both where it is shared."""
    assert reached(answer([HELP], NOBODY, about=about)) == parties


def test_work_that_is_nobodys_job_goes_to_everyones_contact():
    """Where the split says none, no party is asked."""
    roles = {"areas": {"software-engineering": {"split": "none"}}}
    given = answer([HELP], FULL, about="support-open-source", **roles)
    assert (reached(given), given.because) == (["help"], "No role assigned")


# What the roster knows


def test_the_contact_of_a_vacant_group_is_not_used():
    """A list of administrators is no answer while nobody is one, in any kind of question."""
    for kind, about in [
        ("responsibility", "oversee-access"),
        ("role", ADMIN),
        ("contact", "admins"),
    ]:
        given = answer([ADMINS, HELP], NOBODY, kind, about)
        assert "admins" not in reached(given), kind
        assert given.because == "There is no Hub Administrator right now"


def test_while_the_roster_is_not_known_the_role_is_asked():
    """Who holds it can't be said, but the role's contact is right, and no vacancy is claimed."""
    given = answer([ADMINS, REPS, HELP], UNKNOWN)
    assert (asked(given), reached(given), given.because) == (ADMIN, ["admins"], "")
    assert (given.holders, given.role_holders.known) == ((), False)


def test_a_role_that_is_not_held_on_the_hub_is_asked_through_its_contact():
    """Nobody is named as engineer, but the crew on duty has an address."""
    given = answer([contact("crew", SRE)], FULL, about="respond-to-incidents")
    assert (asked(given), reached(given), given.because) == (SRE, ["crew"], "")


def test_a_role_that_is_not_held_on_the_hub_and_has_no_contact():
    """Without a name and an address the provider is asked; that nobody *is* one can't be said."""
    given = answer([HELP], FULL, about="respond-to-incidents")
    assert (asked(given), reached(given)) == (None, ["Cloud Crew"])
    assert given.because == "No Site Reliability Engineer has been named"


def test_a_named_person_without_an_address():
    """Whoever is named but can't be reached is still named beside the fallback."""
    roles = {SRE: {"people": [{"name": "Ada"}]}}
    given = answer([HELP], FULL, about="respond-to-incidents", roles=roles)
    assert [holder.name for holder in given.holders] == ["Ada"]
    assert reached(given) == ["Cloud Crew"]
    assert given.because == "There are no contact details for Site Reliability Engineer"


# People and contacts


def test_a_declared_persons_own_address_is_a_channel():
    """Professor Marlow has no account and can be reached directly."""
    marlow = {"name": "Professor Marlow", "email": "marlow@reef.example"}
    roles = {REP: {"groups": ["community-reps"], "people": [marlow]}}
    given = answer([HELP], NO_ADMIN, about="decide-finances", roles=roles)
    assert reached(given) == ["Professor Marlow"]
    assert [holder.name for holder in given.holders] == ["rita", "Professor Marlow"]


def test_a_contact_and_a_person_with_the_same_address_are_shown_once():
    """Somebody who is both holder and contact appears once; with another address, twice."""
    crew = {"name": "Crew on duty", "url": "https://crew.example/duty"}
    contacts = [contact("crew", SRE, email=None, url="https://crew.example/duty")]
    roles = {SRE: {"people": [crew]}}
    given = answer(contacts, FULL, about="respond-to-incidents", roles=roles)
    assert reached(given) == ["crew"]
    roles = {SRE: {"people": [{**crew, "telephone": "040 123"}]}}
    given = answer(contacts, FULL, about="respond-to-incidents", roles=roles)
    assert reached(given) == ["crew", "Crew on duty"]


def test_a_contact_without_a_channel_gives_way():
    """Hours alone reach nobody: everyone's contact is given, and the answer says why."""
    night = contact("night", ADMIN, email=None, hours="at night")
    given = answer([night, HELP], FULL, "contact", "night")
    assert (reached(given), given.because) == (["help"], "There are no contact details for night")
    assert asked(given) == ADMIN
    given = answer([night, HELP], FULL)
    assert "night" not in reached(given)


def test_a_contact_for_a_vacant_role_and_something_else_is_still_one():
    """A desk for administrators and for software stays, whoever administers."""
    contact_finder = contact("desk", ADMIN, "software-engineering")
    assert reached(answer([contact_finder, HELP], NOBODY, "contact", "desk")) == ["desk"]


def test_a_contact_answers_for_the_first_of_its_roles_that_is_held():
    """A shared address of two roles names whoever of them is there."""
    both = contact("both", ADMIN, REP)
    assert asked(answer([both], FULL, "contact", "both")) == ADMIN
    given = answer([both], NO_ADMIN, "contact", "both")
    assert (asked(given), reached(given), given.because) == (REP, ["both"], "")


# Other kinds of question


def test_a_role_is_asked_itself():
    """A question about a role leads to its holders; vacant, where its work leads to."""
    given = answer([REPS, HELP], FULL, "role", REP)
    assert (given.title, reached(given), given.because) == (
        "Community Representative",
        ["reps"],
        "",
    )
    given = answer([REPS, HELP], NOBODY, "role", REP)
    assert reached(given) == reached(answer([REPS, HELP], NOBODY, about="decide-finances"))
    assert reached(given) == ["Reef Lab"]
    assert given.because == "There is no Community Representative right now"
    nowhere = {"community": {"name": "Reef Lab"}}
    assert reached(answer([REPS, HELP], NOBODY, "role", REP, **nowhere)) == ["help"]


def test_a_vacant_role_is_stood_in_for_by_who_shares_its_work():
    """Whoever asks for Hub Administrators is sent where their work is asked about, by any way."""
    given = answer([ADMINS, REPS, HELP], NO_ADMIN, "role", ADMIN)
    assert (reached(given), asked(given)) == (["reps"], REP)
    assert given.because == "There is no Hub Administrator right now"
    as_contact = answer([ADMINS, REPS, HELP], NO_ADMIN, "contact", "admins")
    assert (reached(as_contact), as_contact.because) == (reached(given), given.because)


def test_an_area_is_asked_through_its_roles():
    """A question about an area leads to its own contact, or to the first role in it."""
    given = answer([REPS, HELP], FULL, "area", "community-leadership")
    assert (given.title, reached(given)) == ("Community leadership", ["reps"])
    council = contact("council", "community-leadership")
    assert reached(answer([council, REPS], FULL, "area", "community-leadership")) == ["council"]


def test_an_answer_says_what_it_is_about():
    """A responsibility names its area; a contact its topics, or else what it is for."""
    assert answer([HELP], FULL).about == ("Community leadership",)
    assert answer([HELP], FULL, "area", "community-leadership").about == ()
    assert answer([ADMINS], FULL, "contact", "admins").about == ("Hub Administrator",)
    topics = contact("admins", ADMIN, topics=["your account"])
    assert answer([topics], FULL, "contact", "admins").about == ("your account",)


@pytest.mark.parametrize("kind", ["responsibility", "area", "role", "contact"])
def test_what_does_not_exist_has_no_answer(kind):
    """A question about an unknown id is refused."""
    with pytest.raises(KeyError):
        answer([HELP], FULL, kind, "no-such-thing")


def test_the_directory_lists_every_contact_once():
    """Every declared contact has an answer, and everyone's come last."""
    contact_finder = ContactFinder(hub(contacts=[HELP, ADMINS, REPS]), FULL)
    assert [each.id for each in contact_finder.directory()] == ["admins", "reps", "help"]


def test_the_first_contacts_are_everyones_or_the_parties():
    """With nothing for everyone, both parties are what is left."""
    unreachable = contact("hours", "everyone", email=None)
    assert [c.name for c in ContactFinder(hub(contacts=[HELP, ADMINS]), FULL).first_contacts()] == [
        "help"
    ]
    both = ContactFinder(hub(contacts=[unreachable], **PARTIES), FULL).first_contacts()
    assert [each.name for each in both] == ["Reef Lab", "Cloud Crew"]
    assert ContactFinder(hub(), FULL).first_contacts() == ()


def test_every_thing_has_an_answer_whatever_the_roster():
    """In each model and each state of the roster, everything leads to a channel or says why not."""
    cloud = {
        "model": "cloud",
        "roles": {"workspace-owner": {"groups": ["o"]}, "access-manager": {"groups": ["m"]}},
        "contacts": [HELP],
    }
    for declared in (hub(contacts=[HELP, ADMINS], **PARTIES), load(cloud)):
        for roster in (FULL, NO_ADMIN, NOBODY, UNKNOWN, Roster(READ_AT, {})):
            contact_finder, model = ContactFinder(declared, roster), declared.model
            answers = [
                *(contact_finder.answer("area", area.id) for area in model.areas),
                *(
                    contact_finder.answer("responsibility", each.id)
                    for each in model.responsibilities()
                ),
                *(contact_finder.answer("role", role) for role in model.roles),
                *contact_finder.directory(),
            ]
            assert all(given.channels for given in answers)
            assert all(
                given.role_holders or given.because for given in answers if given.kind == "role"
            )


# The operator


def test_the_operator_is_reached_through_their_contact():
    """`for: [operator]`, even beside others."""
    crew = contact("crew", "operator", ADMIN)
    given = answer([crew, HELP], FULL, "operator", "operator")
    assert (given.title, reached(given), given.because) == ("Operator of this hub", ["crew"], "")


@pytest.mark.parametrize(
    ("contacts", "parties", "channels"),
    [
        ([HELP], {}, ["Cloud Crew"]),
        ([contact("crew", "operator", email=None), HELP], {}, ["Cloud Crew"]),
        ([HELP], {"provider": {"name": "Cloud Crew"}}, ["help"]),
        ([], {"provider": {"name": "Cloud Crew"}}, ["Reef Lab"]),
    ],
)
def test_whoever_stands_in_for_the_operator(contacts, parties, channels):
    """The provider's address, then everyone's contact; and the answer says so."""
    given = answer(contacts, FULL, "operator", "operator", **parties)
    assert reached(given) == channels
    assert given.because == "There are no contact details for the operator of this hub"
