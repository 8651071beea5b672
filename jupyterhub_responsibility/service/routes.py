"""The route table: every address below the service, in one place, and what the API does there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tornado.web import RequestHandler

from . import api_types, bodies
from .downloads import DOWNLOADS
from .handlers import api, exports, people, plain
from .handlers.base import Handler
from .openapi import Operation, Operations, Parameter

PARAMETERS = {
    "role": Parameter("[a-z0-9-]+", "The id of a role"),
    "user": Parameter("[^/]+", "The name of an account"),
    "number": Parameter("[0-9]{1,9}", "The number of a request"),
}
"""What stands for `<role>` in an address."""

WRITING = (413, 429)
"""Errors with which every change may be answered."""


@dataclass(frozen=True)
class Route:
    """A path below the service's prefix, as people write it, with its handler and purpose.

    `operations` is what the API does there, by method; pages have none. `options` are what its
    handler is told beside the site.
    """

    path: str
    handler: type[RequestHandler]
    purpose: str
    operations: Mapping[str, Operation] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)

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
    Route("admin", people.AdminHandler, "for those in charge: what is covered, and what to do"),
    Route("oauth_callback", plain.CallbackHandler, "the end of a login"),
    Route("users", people.UsersHandler, "add users"),
    Route("exports/print", exports.PrintHandler, "for those in charge: all of it, for paper"),
    *(
        Route(
            f"exports/{each.name}",
            exports.DownloadHandler,
            f"for those in charge: {each.purpose}",
            options={"download": each},
        )
        for each in DOWNLOADS
    ),
    Route("ledger", people.LedgerHandler, "who did what, for those who may appoint"),
    Route("metrics", plain.MetricsHandler, "figures for Prometheus, see [Metrics](metrics.md)"),
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
        "api/roles/<role>/holders/<user>",
        api.HolderHandler,
        PUT=Operation(
            "appoint an account to a role",
            "changes",
            api_types.Change,
            request=bodies.AppointBody,
            headers=api_types.IfMatch,
            errors=(404, 409, 412, *WRITING),
        ),
        DELETE=Operation(
            "withdraw an account from a role; your own steps down",
            "changes",
            api_types.Change,
            query=bodies.WithdrawBody,
            headers=api_types.IfMatch,
            errors=(404, 409, 412, *WRITING),
        ),
    ),
    endpoint(
        "api/users",
        api.UsersHandler,
        POST=Operation(
            "add users", "changes", api_types.AddedUsers, bodies.UsersBody, errors=WRITING
        ),
    ),
    endpoint(
        "api/confirmations",
        api.ConfirmationsHandler,
        POST=Operation(
            "confirm the duties of a role",
            "changes",
            api_types.Entry,
            bodies.ConfirmBody,
            status=201,
            errors=(404, 412, *WRITING),
        ),
    ),
    endpoint(
        "api/requests",
        api.RequestsHandler,
        GET=Operation("requests: yours, and those to decide", "changes", api_types.Requests),
        POST=Operation(
            "ask for a role, or propose a successor",
            "changes",
            api_types.Entry,
            bodies.RequestBody,
            status=201,
            errors=(404, 409, *WRITING),
        ),
    ),
    endpoint(
        "api/requests/<number>",
        api.RequestHandler,
        POST=Operation(
            "approve, decline or take back a request",
            "changes",
            api_types.Entry,
            bodies.VerdictBody,
            errors=(404, 409, *WRITING),
        ),
    ),
    endpoint(
        "api/ledger",
        api.LedgerHandler,
        GET=Operation(
            "who did what, for those who may appoint",
            "changes",
            api_types.Entries,
            query=api_types.LedgerQuery,
        ),
    ),
    endpoint(
        "api/coverage",
        api.CoverageHandler,
        GET=Operation("how this hub is covered, for those in charge", "people", api_types.Coverage),
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
