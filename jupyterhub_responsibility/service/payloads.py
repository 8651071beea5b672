"""What the JSON API says: the same facts as the pages, as plain data."""

from __future__ import annotations

from typing import Any

from ..contacts import Answer
from ..duties import Duty, duties
from ..finder import Finder
from ..holders import Filling, Holder, filling, roles_of
from ..model import Contact, Responsibility, Roster, Viewer
from ..text import iso
from .pages import Subject

Payload = dict[str, Any]


def me(subject: Subject, viewer: Viewer) -> Payload:
    """`GET api/me`: who is asking, their roles and duties, and whom to contact."""
    own = roles_of(subject.declaration, viewer)
    held = [each.role.id for each in own]
    return {
        "user": {"name": viewer.name, "admin": viewer.admin, "kind": viewer.kind},
        "roles": [
            {"id": each.role.id, "title": each.role.title, "groups": list(each.groups)}
            for each in own
        ],
        "duties": [_duty(each) for each in duties(subject.declaration.model, held)],
        "contacts": [_contact(each) for each in subject.declaration.contacts],
        **_age(subject.roster),
    }


def model(subject: Subject) -> Payload:
    """`GET api/model`: the whole model with its parties."""
    declaration = subject.declaration
    return {
        "title": declaration.model.title,
        "community": _filled(name=declaration.community.name, url=declaration.community.url),
        "provider": _filled(name=declaration.provider.name, url=declaration.provider.url),
        "areas": [
            {
                "id": area.id,
                "title": area.title,
                "goal": area.goal,
                "split": area.split,
                "note": area.note,
                "responsibilities": [_responsibility(each) for each in area.responsibilities],
                "links": _links(subject, area.id),
            }
            for area in declaration.model.areas
        ],
        "roles": [_role(subject, role_id) for role_id in declaration.model.roles],
    }


def role(subject: Subject, role_id: str) -> Payload:
    """`GET api/roles/<role>`. Raises KeyError where the model has no such role."""
    held = filling(subject.declaration, subject.roster, role_id)
    return {
        **_role(subject, role_id),
        **_filling(held),
        "duties": [_duty(each) for each in duties(subject.declaration.model, [role_id])],
        **_age(subject.roster),
    }


def roles(subject: Subject) -> Payload:
    """`GET api/roles`: every role with its holders."""
    return {
        "roles": [
            {**_role(subject, held.role.id), **_filling(held)}
            for held in subject.desk.fillings.values()
        ],
        **_age(subject.roster),
    }


def contacts(subject: Subject, finder: Finder, question: str) -> Payload:
    """`GET api/contacts?q=`: answers to a question; without one, one for every contact."""
    desk = subject.desk
    if question.strip():
        answers = tuple(desk.answer(found.kind, found.id) for found in finder.find(question))
    else:
        answers = desk.directory()
    return {
        "q": question,
        "answers": [_answer(answer) for answer in answers],
        "otherwise": [_contact(contact) for contact in desk.first_contacts()],
        **_age(subject.roster),
    }


def _age(roster: Roster) -> Payload:
    return {"as_of": iso(roster.read_at), "trouble": roster.trouble or None}


def _filled(**values: Any) -> Payload:
    return {name: value for name, value in values.items() if value not in (None, "", [], ())}


def _duty(duty: Duty) -> Payload:
    each = duty.responsibility
    return {
        "id": each.id,
        "title": each.title,
        "area": each.area,
        "as": duty.part,
        "through": duty.through.id,
    }


def _responsibility(each: Responsibility) -> Payload:
    return {
        "id": each.id,
        "title": each.title,
        "description": each.description,
        "accountable": each.accountable,
        "performed_by": list(each.performed_by),
        "split": each.split,
        "topics": list(each.topics),
    }


def _role(subject: Subject, role_id: str) -> Payload:
    declared = subject.declaration.model.roles[role_id]
    return {
        "id": declared.id,
        "title": declared.title,
        "summary": declared.summary,
        "description": declared.description,
        "filled_by": declared.filled_by,
        "wanted": {"min": declared.holders.min, "max": declared.holders.max},
        "groups": list(subject.declaration.groups.get(role_id, ())),
        "appointed_by": list(declared.appointed_by),
        "starts_with": list(declared.starts_with),
        "links": _links(subject, role_id),
    }


def _links(subject: Subject, target: str) -> list[Payload]:
    return [{"title": x.title, "url": x.url} for x in subject.declaration.links_for(target)]


def _filling(held: Filling) -> Payload:
    """`known` is false, and nobody is listed from the hub, while the roster cannot tell."""
    return {
        "holders": [_holder(each) for each in held.holders],
        "known": held.known,
        "missing_groups": list(held.missing),
    }


def _holder(holder: Holder) -> Payload:
    return {
        "name": holder.name,
        "kind": holder.kind,
        "source": holder.source,
        "as_of": iso(holder.as_of),
    }


def _contact(contact: Contact) -> Payload:
    return _filled(
        id=contact.id,
        name=contact.name,
        **{"for": list(contact.targets)},
        email=contact.email,
        telephone=contact.telephone,
        url=contact.url,
        hours=contact.hours,
        languages=list(contact.languages),
        topics=list(contact.topics),
    )


def _answer(answer: Answer) -> Payload:
    return {
        "id": answer.id,
        "kind": answer.kind,
        "title": answer.title,
        "about": list(answer.about),
        "role": answer.filling.role.id if answer.filling else None,
        "holders": [_holder(each) for each in answer.holders],
        "contacts": [_contact(each) for each in answer.channels],
        "because": answer.because or None,
    }
