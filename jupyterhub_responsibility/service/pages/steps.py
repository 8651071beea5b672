"""The next step of a gap, and the first ones of all, for the person who reads about it."""

from __future__ import annotations

from dataclasses import replace

from ...coverage.first_steps import FirstStep, first_steps
from ...coverage.gaps import CONFIRMATIONS, Gap, Place, Step
from ...coverage.snapshot import Snapshot
from ...domain.model import Viewer


def gaps_for(snapshot: Snapshot, viewer: Viewer) -> tuple[Gap, ...]:
    """Every gap, with the step that is the reader's to take."""
    return tuple(
        replace(gap, step=step_for(snapshot, viewer, gap)) for gap in snapshot.coverage.gaps
    )


def step_for(snapshot: Snapshot, viewer: Viewer, gap: Gap) -> Step:
    """A step that is theirs to take: no link leads to what would refuse them."""
    step, rules = gap.step, snapshot.rules
    if gap.kind in CONFIRMATIONS and step.by == "holder" and gap.person == viewer.name:
        return Step("Read and confirm your duties", where=Place("confirm", gap.about))
    if step.needs == "hub admin page" and not rules.opens_hub_admin(viewer):
        return Step(
            "Ask the operator whether this account needs to be a JupyterHub admin", by="operator"
        )
    if step.keep and rules.may_keep(viewer, step.keep.targets):
        step = replace(step, label=step.keep.label, by="reader", where=step.keep.where)
    if step.needs == "may keep" and not rules.may(viewer, "keepers"):
        return Step("Ask the people who change contacts here to say which one is right", "operator")
    if step.needs == "may appoint":
        role = snapshot.declaration.model.roles[gap.about]
        if not rules.may_appoint(viewer, role):
            return Step("See who can appoint", where=Place("appointers", role.id))
    return _with_file(snapshot, viewer, step)


def first_steps_for(snapshot: Snapshot, viewer: Viewer) -> tuple[FirstStep, ...]:
    """What to do first. Only JupyterHub admins read it, who may take every step."""
    return tuple(
        replace(each, step=each.step and _with_file(snapshot, viewer, each.step))
        for each in first_steps(snapshot)
    )


def _with_file(snapshot: Snapshot, viewer: Viewer, step: Step) -> Step:
    """A step with the file to edit, for those who may know it."""
    if step.place and viewer.admin:
        return replace(step, edit=snapshot.declaration.where(step.place))
    return step
