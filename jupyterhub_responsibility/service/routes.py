"""The route table: every address below the service, in one place, and what the API does there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tornado.web import RequestHandler

from . import api_types
from .handlers import api, people, plain
from .handlers.base import Handler
from .openapi import Operation, Operations, Parameter

PARAMETERS = {
    "role": Parameter("[a-z0-9-]+", "The id of a role"),
}
"""What stands for `<role>` in an address."""


@dataclass(frozen=True)
class Route:
    """A path below the service's prefix, as people write it, with its handler and purpose.

    `operations` is what the API does there, by method; pages have none.
    """

    path: str
    handler: type[RequestHandler]
    purpose: str
    operations: Mapping[str, Operation] = field(default_factory=dict)

    @property
    def pattern(self) -> str:
        """The path as a regular expression."""
        parts = re.split(r"<(\w+)>", self.path)
        return "".join(
            f"({PARAMETERS[part].pattern})" if index % 2 else re.escape(part)
            for index, part in enumerate(parts)
        )


def endpoint(path: str, handler: type[RequestHandler], **operations: Operation) -> Route:
    """A route of the API; its purpose is what its methods do."""
    purpose = "; ".join(each.summary for each in operations.values())
    return Route(path, handler, purpose, operations)


ROUTES: tuple[Route, ...] = (
    Route("", people.MyHandler, "my responsibilities"),
    Route("contacts", people.ContactsHandler, "whom do I ask? (`?q=` is the question)"),
    Route("model", people.ModelHandler, "the whole model with its live holders"),
    Route("roles/<role>", people.RoleHandler, "one role: what it is and who holds it"),
    Route("users", people.UsersHandler, "add users"),
    Route("ledger", people.LedgerHandler, "who did what, for those who may appoint"),
    Route("admin", people.AdminHandler, "the place for those in charge; leads to the model"),
    Route("oauth_callback", plain.CallbackHandler, "the end of a login"),
    Route("users", people.UsersHandler, "add users"),
    Route("ledger", people.LedgerHandler, "who did what, for those who may appoint"),
    endpoint(
        "healthz",
        plain.HealthHandler,
        GET=Operation(
            "the state of the service, without login", "service", api_types.Health, open=True
        ),
    ),
    endpoint(
        "api/me",
        api.MeHandler,
        GET=Operation("your roles, duties and contacts", "people", api_types.Me),
    ),
    endpoint(
        "api/model",
        api.ModelHandler,
        GET=Operation("areas, responsibilities and roles", "model", api_types.Model),
    ),
    endpoint(
        "api/roles",
        api.RolesHandler,
        GET=Operation("every role with its holders", "people", api_types.Roles),
    ),
    endpoint(
        "api/roles/<role>",
        api.RoleHandler,
        GET=Operation(
            "one role with its holders and duties", "people", api_types.RoleInFull, errors=(404,)
        ),
    ),
    endpoint(
        "api/contacts",
        api.ContactsHandler,
        GET=Operation("whom to ask", "contacts", api_types.Contacts, query=api_types.Question),
    ),
    endpoint(
        "api/openapi.json",
        api.DocumentHandler,
        GET=Operation("this API as an OpenAPI 3.1 document", "service", api_types.Document),
    ),
)

OPERATIONS: Operations = {route.path: route.operations for route in ROUTES if route.operations}
"""What the API does, by address and method."""

OTHERWISE: tuple[tuple[str, type[Handler]], ...] = (
    ("api/.*", api.NotFoundHandler),
    (".*", people.NotFoundHandler),
)
