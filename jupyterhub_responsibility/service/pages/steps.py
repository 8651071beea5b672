"""The next step of a gap, for whoever reads about it."""

from __future__ import annotations

from ...coverage import Gap, Step
from ...domain.access import scopes_for
from ...domain.holders import roles_of
from ...domain.model import Viewer
from .subject import Subject


def step_for(subject: Subject, viewer: Viewer, gap: Gap) -> Step:
    """A step that is theirs to take: no link leads to what would refuse them."""
    if gap.kind in {"never-confirmed", "confirmation-due"} and gap.person == viewer.name:
        return Step("Read and confirm them", f"#confirm-{gap.about}")
    if gap.step.on_hub and not _opens_hub_admin(subject, viewer):
        return Step("Ask the operator whether they need to be a JupyterHub admin")
    if gap.step.path.endswith(("#appoint", "#holders")):
        role = subject.declaration.model.roles[gap.about]
        if not subject.rules.may_appoint(viewer, role):
            return Step("See who may appoint", f"roles/{role.id}#appointers")
    return gap.step


def _opens_hub_admin(subject: Subject, viewer: Viewer) -> bool:
    """Whether the hub shows them its own admin page."""
    declared, management = subject.declaration.scopes, subject.settings.user_management
    return viewer.admin or any(
        "admin-ui" in scopes_for(own.role.id, declared.get(own.role.id), management)
        for own in roles_of(subject.declaration, viewer)
    )
