"""The route table: every address below the service, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from tornado.web import RequestHandler

from .handlers import api, people, plain
from .handlers.base import Handler

PARTS = {"role": r"([a-z0-9-]+)", "user": r"([^/]+)", "number": r"([0-9]{1,9})"}
"""What may stand in the place of each part of a path."""


@dataclass(frozen=True)
class Route:
    """A path below the service's prefix, as people write it, with its handler and purpose."""

    path: str
    handler: type[RequestHandler]
    purpose: str

    @property
    def pattern(self) -> str:
        """The path as a regular expression."""
        pattern = self.path
        for name, expression in PARTS.items():
            pattern = pattern.replace(f"<{name}>", expression)
        return pattern


ROUTES: tuple[Route, ...] = (
    Route("", people.MyHandler, "my responsibilities"),
    Route("contacts", people.ContactsHandler, "whom do I ask? (`?q=` is the question)"),
    Route("model", people.ModelHandler, "the whole model with its live holders"),
    Route("roles/<role>", people.RoleHandler, "one role: what it is and who holds it"),
    Route("users", people.UsersHandler, "add users"),
    Route("ledger", people.LedgerHandler, "who did what, for those who may appoint"),
    Route("admin", people.AdminHandler, "the place for those in charge; leads to the model"),
    Route("healthz", plain.HealthHandler, "the state of the service, as JSON, without login"),
    Route("oauth_callback", plain.CallbackHandler, "the end of a login"),
    Route("api/me", api.MeHandler, "your roles, duties and contacts"),
    Route("api/model", api.ModelHandler, "areas, responsibilities and roles"),
    Route("api/roles", api.RolesHandler, "every role with its holders"),
    Route("api/roles/<role>", api.RoleHandler, "one role with its holders and duties"),
    Route("api/contacts", api.ContactsHandler, "whom to ask (`?q=` is the question)"),
    Route("api/roles/<role>/holders/<user>", api.HolderHandler, "appoint, and withdraw"),
    Route("api/users", api.UsersHandler, "add users"),
    Route("api/confirmations", api.ConfirmationsHandler, "confirm the duties of a role"),
    Route("api/requests", api.RequestsHandler, "requests: yours, and those to decide"),
    Route("api/requests/<number>", api.RequestHandler, "approve, decline or take back a request"),
    Route("api/ledger", api.LedgerHandler, "who did what, for those who may appoint"),
)

OTHERWISE: tuple[tuple[str, type[Handler]], ...] = (
    ("api/.*", api.NotFoundHandler),
    (".*", people.NotFoundHandler),
)
