"""Writes the tables in docs/ and the README from the code that they are about.

    make docs

A table stands between `<!-- table: NAME -->` and `<!-- end of table -->`; NAME is a function
here, with its argument after a space.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_type_hints

import yaml
from pydantic import TypeAdapter

from jupyterhub_responsibility import coverage
from jupyterhub_responsibility.declaration import entries, load
from jupyterhub_responsibility.declaration.effects import EFFECTS, NOW, PARTS
from jupyterhub_responsibility.declaration.entries import json_schema
from jupyterhub_responsibility.declaration.hubs import HubEntry
from jupyterhub_responsibility.declaration.keeper import FILE_STATES
from jupyterhub_responsibility.domain import access
from jupyterhub_responsibility.domain.messages import MESSAGES
from jupyterhub_responsibility.domain.rules import ACCESS, RULES
from jupyterhub_responsibility.enabling.pages import QUESTIONS
from jupyterhub_responsibility.errors import OUTAGES, REFUSALS
from jupyterhub_responsibility.exports import fleet, formats
from jupyterhub_responsibility.ledger.kinds import DETAILS, EVENTS
from jupyterhub_responsibility.ledger.kinds import KINDS as LOG_KINDS
from jupyterhub_responsibility.paths import FLEET
from jupyterhub_responsibility.service.handlers.base import REFUSED
from jupyterhub_responsibility.service.metrics import METRICS
from jupyterhub_responsibility.service.routes import ROUTES
from jupyterhub_responsibility.service.settings import Settings
from jupyterhub_responsibility.storage.grants import GRANTS, SEQUENCE
from tests.places.table import PLACES

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
TABLE = re.compile(r"(<!-- table: ([a-z_]+) ?(\S*) -->\n).*?(<!-- end of table -->)", re.S)

KINDS = {
    TypeAdapter(kind).json_schema()["pattern"]: name
    for kind, name in (
        (entries.Id, "id"),
        (entries.Email, "email address"),
        (entries.Telephone, "telephone number"),
        (entries.WebAddress, "web address"),
        (entries.Language, "language code"),
        (entries.Permission, "scope"),
    )
}


def main() -> None:
    """Bring every page up to date."""
    for page in PAGES:
        text = page.read_text()
        if fresh(text) != text:
            page.write_text(fresh(text))
            print(f"{page.relative_to(ROOT)}: tables written")


def fresh(text: str) -> str:
    """A page with its tables as they should be."""
    return TABLE.sub(lambda m: m[1] + table(*globals()[m[2]](*filter(None, [m[3]]))) + m[4], text)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    lines = [list(head), ["---"] * len(list(head)), *map(list, rows)]
    cells = ([cell.replace("|", "\\|").replace("\n", " ") for cell in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)


def keys(entry: str) -> tuple[list[str], Iterator[list[str]]]:
    """The keys of one part of the declaration."""
    schema = json_schema()
    part = schema["$defs"].get(entry, schema)
    required = part.get("required", ())
    effects = EFFECTS[getattr(entries, entry)]
    rows = (
        [f"`{key}`", kind(field), IN_EFFECT.get(effects[key], "after a restart"),
         field["description"] + (" **Required.**" * (key in required))]
        for key, field in part["properties"].items()
    )  # fmt: skip
    return ["key", "type", "in effect", "meaning"], rows


IN_EFFECT = {NOW: "by itself", PARTS: "as its keys are"}
"""When a change of a key takes effect, in the few words that fit into its row."""


def effects() -> tuple[list[str], Iterator[list[str]]]:
    """What needs a restart, and why."""
    found: dict[str, list[str]] = {}
    for entry, keys in EFFECTS.items():
        for key, why in keys.items():
            if why not in IN_EFFECT:
                found.setdefault(why, []).append(f"`{WHERE[entry]}{key}`")
    return ["what needs a restart", "because"], ([", ".join(x), why] for why, x in found.items())


WHERE = {
    entries.RoleEntry: "roles.….",
    entries.RangeEntry: "roles.….holders.",
    entries.AreaEntry: "areas.….",
    entries.ResponsibilityEntry: "areas.….responsibilities.",
}
"""Where the keys stand that need a restart."""


def file_states() -> tuple[list[str], Iterator[list[str]]]:
    """How the declaration's file may stand to what is in force."""
    return ["state", "meaning"], ([f"`{name}`", says] for name, says in FILE_STATES.items())


def kind(field: dict[str, Any]) -> str:
    """The type of a key in words."""
    choices = [choice for choice in field.get("anyOf", ()) if choice.get("type") != "null"]
    if choices:
        return kind(choices[0])
    if "$ref" in field or field.get("type") == "object":
        return "keys, see below"
    if field["type"] == "array":
        return f"list of {kind(field['items'])}".replace("of keys, see below", "entries, see below")
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{choice}`" for choice in field["enum"])
    if field.get("format") == "date":
        return "date"
    if field["type"] == "boolean":
        return "`true` or `false`"
    if field["type"] == "integer":
        most = field.get("maximum")
        return f"number, {field['minimum']} {f'to {most}' if most else 'or more'}"
    return KINDS.get(field.get("pattern"), f"text, up to {field.get('maxLength')} characters")


def settings() -> tuple[list[str], Iterator[list[str]]]:
    """The options of the service process."""
    traits = Settings.class_traits(config=True)
    rows = (
        [f"`{name}`", f"`{trait.default_value_repr()}`", trait.help]
        for name, trait in traits.items()
    )
    return ["setting", "default", "meaning"], rows


def role_scopes(role: str) -> tuple[list[str], Iterator[list[str]]]:
    """What a role is granted, and why."""
    scopes = access.ROLE_SCOPES[role] | {"access:services!service=…": "open this page"}
    return ["scope", "to"], ([f"`{scope}`", why] for scope, why in scopes.items())


def service_scopes() -> tuple[list[str], Iterator[list[str]]]:
    """What the service itself may do."""
    rows = (
        [f"`{each.name}!group=…`" if each.by_group else f"`{each.name}`", each.reason,
         access.CONDITIONS[each.when]]
        for each in access.SERVICE_SCOPES
    )  # fmt: skip
    return ["scope", "to", "where"], rows


def hub_keys() -> tuple[list[str], Iterator[list[str]]]:
    """The keys of one hub in a list of hubs."""
    fields = HubEntry.model_fields.items()
    return ["key", "meaning"], ([f"`{name}`", str(field.description)] for name, field in fields)


def columns(kind: str) -> tuple[list[str], Iterator[list[str]]]:
    """What is in the rows of an export."""
    where = formats if hasattr(formats, kind) else fleet
    hints = get_type_hints(getattr(where, kind), include_extras=True)
    rows = ([f"`{name}`", *hint.__metadata__] for name, hint in hints.items())
    return ["column", "meaning"], rows


def gaps() -> tuple[list[str], Iterator[list[str]]]:
    """Every kind of gap."""
    rows = ([f"`{name}`", kind.urgency, kind.meaning] for name, kind in coverage.KINDS.items())
    return ["kind", "urgency", "what it means"], rows


def messages() -> tuple[list[str], Iterator[list[str]]]:
    """Every kind of message."""
    rows = (
        [f"`{name}`", kind.when, ", ".join(f"`{to}`" for to in kind.to),
         "at once" if kind.urgent else "digest"]
        for name, kind in MESSAGES.items()
    )  # fmt: skip
    return ["kind", "when", "to, unless the declaration says otherwise", "sent"], rows


def metrics() -> tuple[list[str], Iterator[list[str]]]:
    """Every metric."""
    rows = (
        [f"`{m.name}`", m.kind, ", ".join(f"`{label}`" for label in m.labels), m.help]
        for m in METRICS
    )
    return ["metric", "type", "labels", "what it says"], rows


def alerts() -> tuple[list[str], Iterator[list[str]]]:
    """Every alert, with how long it waits."""
    (group,) = yaml.safe_load(FLEET["rules"].read_text())["groups"]
    rows = (
        [
            f"`{rule['alert']}`",
            rule["labels"]["severity"],
            rule["for"],
            re.sub(r"{{ \$(?:labels\.)?(\w+) }}", r"*\1*", rule["annotations"]["summary"]),
        ]
        for rule in group["rules"]
    )
    return ["alert", "severity", "after", "says"], rows


def dangerous_scopes() -> tuple[list[str], Iterator[list[str]]]:
    """What holders could do with scopes that go beyond looking after people."""
    rows = ([f"`{scope}`", power] for scope, power in access.DANGEROUS_SCOPES.items())
    return ["scope", "lets its holder"], rows


def abilities() -> tuple[list[str], Iterator[list[str]]]:
    """What pages say that the hub lets somebody do."""
    rows = (
        [ability.text, ", ".join(f"`{scope}`" for scope in sorted(needed))]
        for needed, ability in access.ABILITIES
    )
    return ["on the page", "for accounts with"], rows


def routes() -> tuple[list[str], Iterator[list[str]]]:
    """Every address below the service that is for people."""
    pages = (route for route in ROUTES if not route.operations)
    return ["address", "what it is", "for"], (
        [f"`/{r.path}`", r.purpose, ACCESS[r.may].who] for r in pages
    )


def api() -> tuple[list[str], list[list[str]]]:
    """What the API does at which address."""
    rows = [
        [
            f"`/{route.path}`",
            method,
            each.summary,
            "; ".join(ACCESS[name].who for name in route.for_whom(method)),
            ", ".join(str(status) for status in (each.status, *each.statuses)),
        ]
        for route in ROUTES
        for method, each in route.operations.items()
    ]
    return ["address", "method", "what it does", "for", "answers"], rows


def refusals() -> tuple[list[str], list[list[str]]]:
    """Every code with which a change may be refused, by status."""
    rows = [[f"`{code}`", str(REFUSED[code]), why] for code, why in REFUSALS.items()]
    rows += [[f"`{code}`", "503", why] for code, why in OUTAGES.items()]
    return ["code", "status", "why"], sorted(rows, key=lambda row: row[1])


def details() -> tuple[list[str], Iterator[list[str]]]:
    """What else an entry of the ledger may say."""
    return ["detail", "type", "what it says", "can be erased"], (
        [f"`{name}`", kind.type, kind.says, "yes" if kind.personal else ""]
        for name, kind in DETAILS.items()
    )


def rules() -> tuple[list[str], Iterator[list[str]]]:
    """Who may change what, as the pages say it."""
    return ["about", "rule"], ([name, rule] for name, rule in RULES.items())


def events() -> tuple[list[str], Iterator[list[str]]]:
    """Every kind of entry of the ledger."""
    rows = (
        [f"`{name}`", kind.records, ", ".join(f"`{each}`" for each in kind.details)]
        for name, kind in EVENTS.items()
    )
    return ["event", "what it records", "details"], rows


def grants() -> tuple[list[str], Iterator[list[str]]]:
    """What the account of the service may do on PostgreSQL."""
    rights = {**GRANTS, SEQUENCE: "USAGE"}
    return ["on", "rights"], ([f"`{name}`", f"`{each}`"] for name, each in rights.items())


def log_kinds() -> tuple[list[str], Iterator[list[str]]]:
    """What there is to read about in the ledger."""
    rows = (
        [f"`{name}`", kind.title, ", ".join(f"`{event}`" for event in kind.events)]
        for name, kind in LOG_KINDS.items()
    )
    return ["kind", "on the page", "events"], rows


def questions() -> tuple[list[str], Iterator[list[str]]]:
    """What somebody would ask on a page of the hub."""
    where = {"server": "a server that did not start, or that is starting"}
    return ["`responsibility_about`", "on the hub's page about", "asks"], (
        [f"`{about!r}`".replace("'", '"'), where.get(str(about), f"an error {about}"), question]
        for about, question in QUESTIONS.items()
    )


def places() -> tuple[list[str], Iterator[list[str]]]:
    """The hubs that tests really start."""
    rows = (
        [
            p.name,
            p.jupyterhub,
            p.login,
            p.differs + (f". *{p.stand_in[0].upper()}{p.stand_in[1:]}.*" if p.stand_in else ""),
            f"`{p.shown_by.partition('::')[0]}`",
        ]
        for p in PLACES
    )
    return ["hub", "JupyterHub", "login", "what differs", "shown by"], rows


def model_roles() -> tuple[list[str], Iterator[list[str]]]:
    """The roles of the built-in model."""
    roles = built_in().roles.values()
    rows = ([f"`{r.id}`", r.title, r.summary, r.holders.in_words] for r in roles)
    return ["id", "title", "what they do", "holders wanted"], rows


def model_areas() -> tuple[list[str], list[list[str]]]:
    """The areas of the built-in model with their responsibilities."""
    rows = []
    for area in built_in().areas:
        rows.append([f"**`{area.id}`**", f"**{area.title}**", f"**{area.split}**", "", ""])
        rows += [
            [f"`{r.id}`", r.title, r.split, r.accountable or "–", ", ".join(r.performed_by) or "–"]
            for r in area.responsibilities
        ]
    return ["id", "title", "whose job", "accountable", "done by"], rows


def built_in() -> Any:
    """The model that ships."""
    groups = {"hub-administrator": "hub-admins", "community-representative": "community-reps"}
    return load({"roles": {role: {"groups": [group]} for role, group in groups.items()}}).model


if __name__ == "__main__":
    main()
