"""What the JSON API says: the same facts as the pages, as plain data."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from datetime import date, datetime
from typing import Literal

from ..changes.users import Added
from ..coverage.gaps import Step
from ..coverage.snapshot import Snapshot
from ..domain.channels import Reach
from ..domain.contacts import Answer
from ..domain.duties import Duty, duties
from ..domain.finder import Finder
from ..domain.holders import Holder, RoleHolders, roles_of
from ..domain.matches import Named
from ..domain.messages import MessageName, Recipient
from ..domain.model import Contact, Party, Responsibility, Role, Viewer
from ..domain.names import Names
from ..exports.formats import ledger_end
from ..ledger.entry import Entry, known, stamp
from ..ledger.may import May
from ..ledger.past import HolderThen, Seen, Stay, Then
from ..ledger.past_sentences import holder_sentence, then_sentences
from ..ledger.personal import HeldRole, personal
from ..ledger.sentences import sentence
from ..ledger.standing import state_tag
from ..ledger.state import Answer as Reply
from ..ledger.state import Request
from ..storage.erasing import Forgotten
from ..text import iso, visible
from . import api_types
from .pages.decisions import decision_lines
from .pages.parts import request_lines


def me(snapshot: Snapshot, viewer: Viewer) -> api_types.Me:
    """`GET api/me`: who is asking, their roles and duties, and whom to ask."""
    own = roles_of(snapshot.declaration, viewer)
    held = [each.role.id for each in own]
    return {
        "user": _user(snapshot, viewer),
        "roles": [
            {
                "id": each.role.id,
                "title": each.role.title,
                "groups": list(each.groups),
                "confirmation": _confirmation(snapshot, viewer, each.role),
            }
            for each in own
        ],
        "pending": _pending(snapshot, viewer),
        "duties": [_duty(each) for each in duties(snapshot.declaration.model, held)],
        "contacts": [_contact(each) for each in snapshot.declaration.contacts],
        **_age(snapshot),
    }


def _user(snapshot: Snapshot, viewer: Viewer) -> api_types.User:
    return {
        "name": viewer.name,
        "display_name": snapshot.names.called(viewer.name) or None,
        "admin": viewer.admin,
        "kind": viewer.kind,
    }


def channels(reach: Reach) -> api_types.Channels:
    """`api/me/channels`: what is kept of how to reach somebody, and who may see it."""
    return {
        "channels": {
            name: {"text": each.text, "for": each.audience} for name, each in reach.said.items()
        }
    }


def messages(snapshot: Snapshot, viewer: Viewer, off: Iterable[MessageName]) -> api_types.Messages:
    """`api/me/messages`: what somebody has turned off; `viewer` is known by when they came."""
    gave = Recipient(viewer.name, viewer.created).key in snapshot.tellable
    return {"off": sorted(off), "reached": gave and "mail" in snapshot.transports}


def model(snapshot: Snapshot, _viewer: Viewer) -> api_types.Model:
    """`GET api/model`: the whole model with its parties."""
    declaration = snapshot.declaration
    return {
        "title": declaration.model.title,
        "community": _party(declaration.community),
        "provider": _party(declaration.provider),
        "areas": [
            {
                "id": area.id,
                "title": area.title,
                "goal": area.goal,
                "split": area.split,
                "note": area.note,
                "responsibilities": [_responsibility(each) for each in area.responsibilities],
                "links": _links(snapshot, area.id),
            }
            for area in declaration.model.areas
        ],
        "roles": [_role(snapshot, role_id) for role_id in declaration.model.roles],
    }


def role(snapshot: Snapshot, viewer: Viewer, role_id: str) -> api_types.RoleInFull:
    """`GET api/roles/<role>`. Raises KeyError where the model has no such role."""
    held = snapshot.holders_by_role[role_id]
    return {
        **_role(snapshot, role_id),
        **_role_holders(snapshot, viewer, held),
        "pending": _pending(snapshot, viewer, role_id),
        "duties": [_duty(each) for each in duties(snapshot.declaration.model, [role_id])],
        **_age(snapshot),
    }


def then(found: Then, names: Names) -> api_types.Then:
    """`GET api/roles/<role>?at=`: who held it then."""
    return {
        "role": found.role,
        "from": stamp(found.period.first),
        "to": stamp(found.period.last),
        "certain": found.certain,
        "watched": found.watched,
        "holders": [_holder_then(each, names, found.at_login) for each in found.holders],
        "groups": [
            {
                "group": each.group,
                "watched": each.watched,
                "at_login": each.group in found.at_login,
            }
            for each in found.groups
        ],
        "says": list(then_sentences(found)),
    }


def may(found: May) -> api_types.May:
    """`GET api/may`: whether somebody may decide on something."""
    return {
        "user": found.user,
        "responsibility": found.responsibility.id,
        "may": found.may,
        "why": found.why,
        "through": [
            {
                "role": each.role.id,
                "group": each.group,
                "by": known(each.by),
                "since": iso(each.since),
                "until": each.until.isoformat() if each.until else None,
            }
            for each in found.through
        ],
        "as_of": iso(found.as_of),
        "known_from": found.known_from,
    }


def roles(snapshot: Snapshot, viewer: Viewer) -> api_types.Roles:
    """`GET api/roles`: every role with its holders."""
    return {
        "roles": [
            {
                **_role(snapshot, held.role.id),
                **_role_holders(snapshot, viewer, held),
                "pending": _pending(snapshot, viewer, held.role.id),
            }
            for held in snapshot.contact_finder.holders_by_role.values()
        ],
        "user_management": snapshot.user_management,
        **_age(snapshot),
    }


def contacts(
    snapshot: Snapshot, viewer: Viewer, finder: Finder, question: str
) -> api_types.Contacts:
    """`GET api/contacts?q=`: answers to a question; without one, one for every contact."""
    contact_finder = snapshot.contact_finder_for(viewer)
    if question.strip():
        answers = tuple(
            contact_finder.answer(found.kind, found.id)
            for found in finder.find(question, snapshot.holders_by_role, snapshot.names)
        )
    else:
        answers = contact_finder.directory()
    return {
        "q": question,
        "answers": [_answer(snapshot, viewer, answer) for answer in answers],
        "otherwise": [_contact(contact) for contact in contact_finder.first_contacts()],
        **_age(snapshot),
    }


def role_tag(snapshot: Snapshot, role_id: str) -> str:
    """Stands for who holds a role, for `ETag` and `If-Match`."""
    declaration = snapshot.declaration
    role = declaration.model.roles[role_id]
    return state_tag(role, declaration, snapshot.roster.members, snapshot.ledger_state)


def entry(entry: Entry, snapshot: Snapshot) -> api_types.Entry:
    """An entry of the ledger; `says` puts it in a sentence."""
    return {
        "number": entry.number,
        "at": entry.at,
        "event": entry.event,
        "actor": {"name": known(entry.actor), "kind": entry.actor_kind},
        "role": entry.role or None,
        "group": entry.group or None,
        "user": known(entry.person),
        "intent": entry.intent,
        "details": entry.facts,
        "erased": list(entry.erased),
        "says": sentence(entry, snapshot.declaration.model, snapshot.names),
        "digest": entry.digest,
    }


def change(snapshot: Snapshot, viewer: Viewer, outcome: Entry) -> api_types.Change:
    """`api/roles/<role>/holders/<user>`: what became of it, and who holds it."""
    held = snapshot.holders_by_role[outcome.role]
    return {
        "role": outcome.role,
        "group": outcome.group,
        "user": outcome.person,
        "result": _became(outcome),
        "entry": outcome.number or None,
        "holders": [_holder(snapshot, viewer, each) for each in held.holders],
    }


def _became(outcome: Entry) -> Literal["done", "unchanged", "pending"]:
    """What became of a change; that something was taken back is done."""
    said = outcome.facts.get("result")
    return "unchanged" if said == "unchanged" else "pending" if said == "pending" else "done"


def _pending(snapshot: Snapshot, viewer: Viewer, role_id: str = "") -> list[api_types.Pending]:
    """What was decided about a role, or about the viewer, and isn't done yet."""
    return [
        {
            "number": line.pending.number,
            "role": line.role.id,
            "group": line.pending.group,
            "user": line.pending.person,
            "change": "appointment" if line.pending.appoints else "withdrawal",
            "by": known(line.pending.by),
            "at": iso(line.pending.at),
            "until": line.pending.until.isoformat() if line.pending.until else None,
            "last_seen": iso(line.last_seen),
            "url": line.link or None,
        }
        for line in decision_lines(snapshot, viewer, role_id)
    ]


def erased(done: Forgotten) -> api_types.Erased:
    """`POST api/erasures`: what is gone."""
    return {
        "entry": done.entry,
        "parts": done.parts,
        "gaps": done.gaps,
        "in_file": done.in_file,
    }


def candidates(typed: str, named: Sequence[Named]) -> api_types.Candidates:
    """`GET api/roles/<role>/candidates?q=`: accounts that can be appointed."""
    return {"q": typed, "matches": [_candidate(each) for each in named]}


def _candidate(each: Named) -> api_types.Candidate:
    said: api_types.Candidate = {"user": each.account}
    if each.person:
        said["name"] = visible(each.person)  # which a list shows as it is
    if each.opaque:
        said["opaque"] = True
    return said


def users(results: Sequence[Added]) -> api_types.AddedUsers:
    """`POST api/users`: what became of each name."""
    return {"results": [_added(each) for each in results]}


def _added(each: Added) -> api_types.Added:
    said: api_types.Added = {"name": each.name, "result": each.result}
    return {**said, "message": each.message} if each.message else said


def requests(snapshot: Snapshot, viewer: Viewer) -> api_types.Requests:
    """`GET api/requests`: the open ones that somebody made, or may decide."""
    return {
        "requests": [_request(line.request, line.mine) for line in request_lines(snapshot, viewer)]
    }


def my_data(snapshot: Snapshot, viewer: Viewer, now: datetime) -> api_types.MyData:
    """`GET api/my-data`: what is known of the viewer, without what they said, and entries."""
    known = personal(snapshot.ledger_state, snapshot.spans, viewer)
    return {
        "made_at": iso(now),
        "user": _user(snapshot, viewer),
        "roles": [_my_role(each) for each in known.roles],
        "requests": [
            _request(each, viewer.is_account(each.by, each.asker_created))
            for each in known.requests
        ],
        "answers": [_my_answer(each) for each in known.answers],
        "notes": [
            {"role": role, "at": iso(note.at), "text": note.text} for role, note in known.notes
        ],
        "gaps": [
            {"kind": span.key[0], "about": span.key[1], "since": iso(span.since),
             "until": iso(span.until)}
            for span in known.gaps
        ],
        "channels": {},
        "messages_off": [],
        "entries": [],
        "ledger": ledger_end(snapshot.ledger_end),
    }  # fmt: skip


def _request(request: Request, mine: bool) -> api_types.Request:
    return {
        "number": request.number,
        "at": iso(request.at),
        "by": request.by,
        "role": request.role,
        "group": request.group,
        "user": request.person,
        "reason": request.reason,
        "until": request.until.isoformat() if request.until else None,
        "expires": request.expires.isoformat(),
        "mine": mine,
    }


def _my_role(held: HeldRole) -> api_types.MyRole:
    term, confirmation = held.term, held.confirmation
    return {
        "role": held.role,
        "since": iso(held.since),
        "until": term.until.isoformat() if term and term.until else None,
        "by": known(term.by) if term else None,
        "reason": term.reason if term else "",
        "confirmed_at": iso(confirmation.at) if confirmation else None,
    }


def _my_answer(answer: Reply) -> api_types.MyAnswer:
    return {
        "request": answer.request.number,
        "at": iso(answer.at),
        "by": known(answer.by),
        "role": answer.request.role,
        "user": known(answer.request.person),
        "verdict": "ended" if answer.ended else "approved" if answer.approved else "declined",
        "message": answer.message,
    }


def coverage(snapshot: Snapshot, _viewer: Viewer) -> api_types.Coverage:
    """`GET api/coverage`: gaps, what every responsibility has, and what was not checked."""
    found, accounts = snapshot.coverage, snapshot.accounts
    return {
        "headline": found.headline,
        "summary": found.summary,
        "gaps": [
            {
                "kind": gap.kind,
                "urgency": gap.urgency,
                "about": gap.about,
                "user": gap.person or None,
                "group": gap.group or None,
                "title": gap.title,
                "text": gap.text,
                "since": _since(gap.since),
                "noticed": iso(gap.noticed),
                "next": gap.step.label,
                "path": _path(gap.step),
            }
            for gap in found.gaps
        ],
        "responsibilities": [
            {
                "id": each.responsibility.id,
                "area": each.responsibility.area,
                "state": each.state,
                "holders": [holder.name for holder in each.holders],
            }
            for each in found.responsibilities
        ],
        "certain": found.certain,
        "unchecked": list(found.unchecked),
        "staff": list(found.staff),
        "at_login": snapshot.at_login or None,
        "accounts": accounts.total if accounts.read_at else None,
        "accounts_as_of": iso(accounts.read_at),
        "ledger": ledger_end(snapshot.ledger_end),
        **_age(snapshot),
    }


def ledger(snapshot: Snapshot, entries: Sequence[Entry], most: int) -> api_types.Entries:
    """`GET api/ledger`: entries, newest first; `before` leads on to older ones."""
    return {
        "entries": [entry(each, snapshot) for each in entries],
        "before": entries[-1].number if len(entries) == most else None,
        "ledger": ledger_end(snapshot.ledger_end),
    }


def _path(step: Step) -> str | None:
    """Where a step is taken, if that is a page of ours."""
    return step.where.path if step.where and not step.where.on_hub else None


def _since(when: datetime | date | None) -> str | None:
    return iso(when) if isinstance(when, datetime) else when.isoformat() if when else None


def _confirmation(snapshot: Snapshot, viewer: Viewer, role: Role) -> api_types.Confirmation:
    stands = snapshot.standing(role, viewer.name, viewer.created)
    return {
        "state": stands.state,
        "at": iso(stands.confirmed_at),
        "duties_digest": snapshot.duties_digests[role.id],
    }


def _age(snapshot: Snapshot) -> api_types.Aged:
    roster = snapshot.roster
    return {
        "as_of": iso(snapshot.as_of),
        "answered_at": iso(roster.read_at),
        "trouble": roster.trouble or None,
    }


def _party(party: Party) -> api_types.Party:
    said: api_types.Party = {}
    if party.name:
        said["name"] = party.name
    if party.url:
        said["url"] = party.url
    return said


def _duty(duty: Duty) -> api_types.Duty:
    each = duty.responsibility
    return {
        "id": each.id,
        "title": each.title,
        "area": each.area,
        "as": duty.part,
        "through": duty.through.id,
    }


def _responsibility(each: Responsibility) -> api_types.Responsibility:
    return {
        "id": each.id,
        "title": each.title,
        "description": each.description,
        "accountable": each.accountable,
        "performed_by": list(each.performed_by),
        "split": each.split,
        "topics": list(each.topics),
    }


def _role(snapshot: Snapshot, role_id: str) -> api_types.Role:
    declared = snapshot.declaration.model.roles[role_id]
    return {
        "id": declared.id,
        "title": declared.title,
        "summary": declared.summary,
        "description": declared.description,
        "filled_by": declared.filled_by,
        "wanted": {"min": declared.holders.min, "max": declared.holders.max},
        "groups": list(snapshot.declaration.groups.get(role_id, ())),
        "appointed_by": list(declared.appointed_by),
        "starts_with": list(declared.starts_with),
        "scopes": list(snapshot.rules.scopes([role_id])),
        "links": _links(snapshot, role_id),
    }


def _links(snapshot: Snapshot, target: str) -> list[api_types.Link]:
    return [{"title": x.title, "url": x.url} for x in snapshot.declaration.links_for(target)]


def _role_holders(snapshot: Snapshot, viewer: Viewer, held: RoleHolders) -> api_types.RoleHolders:
    """`known` is false, and nobody is listed from the hub, while the roster cannot tell."""
    return {
        "holders": [_holder(snapshot, viewer, each) for each in held.holders],
        "known": held.known,
        "at_login": bool(held.at_login),
        "missing_groups": list(held.missing),
    }


def _holder(snapshot: Snapshot, viewer: Viewer, holder: Holder) -> api_types.Holder:
    said: api_types.Holder = {
        "name": holder.name,
        "display_name": _display_name(snapshot, holder),
        "kind": holder.kind,
        "staff": snapshot.is_staff(holder),
        "source": holder.source,
        "groups": list(holder.groups),
        "as_of": iso(holder.as_of),
        "known_from": holder.known_from,
        "unseen_since": iso(holder.unseen),
    }
    if email := _email(snapshot, viewer, holder):
        said["email"] = email
    return said


def _email(snapshot: Snapshot, viewer: Viewer, holder: Holder) -> str:
    """The address of a holder, as declared, or as they let this viewer see it."""
    if holder.person:
        return holder.person.email
    reach = snapshot.reach.get(holder.name)
    return reach.seen_by(snapshot.audiences(viewer)).get("email", "") if reach else ""


def _display_name(snapshot: Snapshot, holder: Holder) -> str | None:
    return snapshot.names.called(holder.name) or None if holder.kind == "account" else None


def _holder_then(
    holder: HolderThen, names: Names, at_login: Container[str]
) -> api_types.HolderThen:
    until = holder.last_day.until if holder.last_day else None
    return {
        "user": known(holder.name),
        "was": known(holder.was) if holder.was != holder.name else None,
        "certain": holder.certain,
        "since": _seen(holder.since),
        "until": until.isoformat() if until else None,
        "through": [_stay(each) for each in holder.through],
        "entries": list(holder.entries),
        "says": holder_sentence(holder, names, at_login),
    }


def _stay(stay: Stay) -> api_types.Stay:
    return {
        "group": stay.group,
        "by": {"name": known(stay.by), "kind": stay.by_kind} if stay.by else None,
        "joined": _seen(stay.began),
        "left": _seen(stay.ended) if stay.ended else None,
    }


def _seen(seen: Seen) -> api_types.Seen:
    return {
        "after": None if seen.earlier else stamp(seen.after),
        "at": stamp(seen.at) if seen.at else None,
        "entries": list(seen.entries),
    }


def _contact(contact: Contact) -> api_types.Contact:
    return {
        "id": contact.id,
        "name": contact.name,
        "for": list(contact.targets),
        **_ways(contact),
    }


def _channel(contact: Contact) -> api_types.Contact | api_types.Someone:
    return _contact(contact) if contact.id else {"name": contact.name, **_ways(contact)}


def _ways(contact: Contact) -> api_types.Ways:
    said: api_types.Ways = {}
    if contact.email:
        said["email"] = contact.email
    if contact.telephone:
        said["telephone"] = contact.telephone
    if contact.url:
        said["url"] = contact.url
    if contact.chat:
        said["chat"] = contact.chat
    if contact.through:
        said["through"] = contact.through
    if contact.hours:
        said["hours"] = contact.hours
    if contact.languages:
        said["languages"] = list(contact.languages)
    if contact.topics:
        said["topics"] = list(contact.topics)
    return said


def _answer(snapshot: Snapshot, viewer: Viewer, answer: Answer) -> api_types.Answer:
    return {
        "id": answer.id,
        "kind": answer.kind,
        "title": answer.title,
        "about": list(answer.about),
        "role": answer.role_holders.role.id if answer.role_holders else None,
        "holders": [_holder(snapshot, viewer, each) for each in answer.holders],
        "contacts": [_channel(each) for each in answer.channels],
        "because": answer.because or None,
        "away": list(answer.away),
    }
