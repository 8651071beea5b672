"""The route table: every address below the service, in one place, and what the API does there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tornado.web import RequestHandler

from ..changes.requests import DECIDED_BY
from ..coverage.snapshot import Snapshot
from ..domain.kept import THING_KINDS
from ..domain.model import Viewer
from ..domain.rules import KEEPERS, WITHDRAWERS, AccessName
from ..enabling.kept import PATH as HUB_CONTACTS
from ..exports.ledger import FORMATS
from . import api_types, bodies, pages, payloads
from .downloads import CALENDAR, DOWNLOADS, MY_CALENDAR, Download
from .handlers import api, confirm, exports, keep, people, plain
from .openapi import Operation, Operations, Parameter
from .pages import Page

PARAMETERS = {
    "role": Parameter("[a-z0-9-]+", "The id of a role"),
    "user": Parameter("[^/]+", "The name of an account"),
    "number": Parameter("[0-9]{1,9}", "The number of a request, or of a decision"),
    "kind": Parameter(f"(?:{'|'.join(THING_KINDS)})", "What it is: contact, person or link"),
    "thing": Parameter("[a-z0-9-]{1,80}", "The id of a contact, a person or a link"),
}
"""What stands for `<role>` in an address."""

Answer = Callable[[Snapshot, Viewer], Mapping[str, object]]
"""What an address of the API that only reads says, to somebody."""

OTHER = "other"
"""Stands for every address that isn't one of ours."""

WRITING = (413, 429)
"""Errors with which every change may be answered."""


@dataclass(frozen=True)
class Route:
    """A path below the service's prefix, as people write it, with its handler and purpose.

    `may` says who may open it, for every method; who may do what is decided for each role stands in
    its `operations`, and is checked by the use case, which knows the role. What is `afresh` is
    decided by what the hub says now, as every change is. Whoever may not is led to `elsewhere`, if
    there is something for them.
    `page`, `download` and `answer` are what is there to read; `operations` what the API does, by
    method.
    """

    path: str
    handler: type[RequestHandler]
    purpose: str
    may: AccessName = "users"
    afresh: bool = False
    elsewhere: str = ""
    page: Page | None = None
    download: Download | None = None
    answer: Answer | None = None
    operations: Mapping[str, Operation] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What metrics call it; all that isn't an address of ours is one."""
        return self.path if self.path == OTHER else f"/{self.path}"

    def for_whom(self, method: str) -> tuple[AccessName, ...]:
        """Who may use a method of it: whom any of these lets."""
        operation = self.operations.get(method)
        return operation.may if operation and operation.may else (self.may,)

    @property
    def pattern(self) -> str:
        """The path as a regular expression."""
        parts = re.split(r"<(\w+)>", self.path)
        return "".join(
            f"({PARAMETERS[part].pattern})" if index % 2 else re.escape(part)
            for index, part in enumerate(parts)
        )


def shows(page: Page, handler: type[RequestHandler], purpose: str, elsewhere: str = "") -> Route:
    """A route of a page for people."""
    return Route(page.path, handler, purpose, page.may, page.afresh, elsewhere, page)


def endpoint(
    path: str,
    handler: type[RequestHandler],
    may: AccessName = "users",
    afresh: bool = False,
    answer: Answer | None = None,
    download: Download | None = None,
    **operations: Operation,
) -> Route:
    """A route of the API; its purpose is what its methods do."""
    purpose = "; ".join(each.summary for each in operations.values())
    return Route(
        path,
        handler,
        purpose,
        may,
        afresh,
        answer=answer,
        download=download,
        operations=operations,
    )


ROUTES: tuple[Route, ...] = (
    shows(pages.ME, people.MyHandler, "my responsibilities"),
    shows(pages.CONTACTS, people.ContactsHandler, "whom to ask (`?q=` is the question)"),
    shows(
        pages.MODEL, people.ReadHandler, "the whole model, with the people who hold its roles now"
    ),
    shows(
        pages.ROLE,
        people.RoleHandler,
        "one role: what it is and who holds it (`?at=` is an earlier day)",
    ),
    shows(
        pages.PANEL,
        people.ReadHandler,
        "the panel: what is covered, and what to do",
        elsewhere=pages.MODEL.path,
    ),
    Route(
        "gaps",
        people.GapsHandler,
        "how many gaps there are, for the bar on the hub's admin page",
        pages.PANEL.may,
    ),
    Route(
        "bell",
        people.BellHandler,
        "how much is new for you, for the line on the hub's home page",
    ),
    shows(pages.USERS, people.UsersHandler, "add people"),
    shows(pages.LEDGER, people.LedgerHandler, "the activity log: who did what"),
    shows(pages.DATA, people.DataHandler, "my data: what is recorded about you"),
    shows(pages.REACH, people.ReachHandler, "how people reach you, and who may see it"),
    shows(pages.KEEP, keep.KeepHandler, "change contacts, people without an account, and links"),
    shows(pages.KEEP_NEW, keep.KeepFormHandler, "write a new contact, person or link"),
    shows(pages.KEEP_ONE, keep.KeepFormHandler, "change a contact, a person or a link"),
    shows(pages.FORGET, people.ForgetHandler, "forget a person: erase what is recorded about them"),
    shows(pages.PRINT, exports.PrintHandler, "everything on one page, to print"),
    *(
        Route(
            f"exports/{each.name}",
            exports.DownloadHandler,
            each.purpose,
            pages.PRINT.may,
            afresh=pages.PRINT.afresh,
            download=each,
        )
        for each in DOWNLOADS
    ),
    Route(
        f"exports/{MY_CALENDAR.name}",
        exports.DownloadHandler,
        MY_CALENDAR.purpose,
        download=MY_CALENDAR,
    ),
    Route(
        "confirm",
        confirm.ConfirmHandler,
        "people without an account confirm their duties, by the link that was mailed to them",
        "anybody",
    ),
    Route("oauth_callback", plain.CallbackHandler, "the end of a login", "anybody"),
    Route(
        HUB_CONTACTS,
        plain.HubContactsHandler,
        "the contacts that are kept here, for the hub's own pages",
        "the hub",
    ),
    Route(
        "metrics",
        plain.MetricsHandler,
        "figures for Prometheus, see [Metrics](metrics.md)",
        "metrics",
    ),
    endpoint(
        "healthz",
        plain.HealthHandler,
        "anybody",
        GET=Operation(
            "whether the service is well; to those in charge also why not",
            "service",
            api_types.Health,
            open=True,
        ),
    ),
    endpoint(
        "api/me",
        api.ReadHandler,
        answer=payloads.me,
        GET=Operation("your roles, duties and contacts", "people", api_types.Me),
    ),
    endpoint(
        "api/me/channels",
        api.ReachHandler,
        GET=Operation("how you can be reached, as you say", "people", api_types.Channels),
        PUT=Operation(
            "say how to reach you, and who may see it",
            "people",
            api_types.Channels,
            bodies.ReachBody,
            errors=WRITING,
        ),
    ),
    endpoint(
        "api/me/messages",
        api.MessagesHandler,
        GET=Operation("which messages you have turned off", "people", api_types.Messages),
        PUT=Operation(
            "say which messages you don't want",
            "people",
            api_types.Messages,
            bodies.MessagesBody,
            errors=WRITING,
        ),
    ),
    endpoint(
        "api/my-data",
        api.DataHandler,
        afresh=True,
        GET=Operation(
            "everything that is recorded about you, as a file", "people", api_types.MyData
        ),
    ),
    endpoint(
        "api/my-calendar",
        api.FileHandler,
        download=MY_CALENDAR,
        GET=Operation(MY_CALENDAR.purpose, "people", files=(MY_CALENDAR.media_type,)),
    ),
    endpoint(
        "api/calendar",
        api.FileHandler,
        pages.PRINT.may,
        afresh=pages.PRINT.afresh,
        download=CALENDAR,
        GET=Operation(CALENDAR.purpose, "people", files=(CALENDAR.media_type,)),
    ),
    endpoint(
        "api/model",
        api.ReadHandler,
        answer=payloads.model,
        GET=Operation("areas, responsibilities and roles", "model", api_types.Model),
    ),
    endpoint(
        "api/roles",
        api.ReadHandler,
        answer=payloads.roles,
        GET=Operation("every role with its holders", "people", api_types.Roles),
    ),
    endpoint(
        "api/roles/<role>",
        api.RoleHandler,
        GET=Operation(
            "one role with its holders and duties; `?at=` says who held it on a day before",
            "people",
            api_types.RoleInFull | api_types.Then,
            query=api_types.RoleQuery,
            errors=(404,),
            may=("users", "past readers"),
        ),
    ),
    endpoint(
        "api/may",
        api.MayHandler,
        afresh=True,
        GET=Operation(
            "whether somebody may decide on a responsibility now",
            "people",
            api_types.May,
            query=bodies.MayQuery,
            errors=(404, 429),
            may=("support", "oneself"),
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
            may=("deciders",),
        ),
        PATCH=Operation(
            "change the last day of a holder's term",
            "changes",
            api_types.Change,
            bodies.TermBody,
            headers=api_types.IfMatch,
            errors=(404, 409, 412, *WRITING),
            may=("deciders",),
        ),
        DELETE=Operation(
            "withdraw an account from a role; your own steps down",
            "changes",
            api_types.Change,
            query=bodies.WithdrawBody,
            headers=api_types.IfMatch,
            errors=(404, 409, 412, *WRITING),
            may=WITHDRAWERS,
        ),
    ),
    endpoint(
        "api/roles/<role>/decisions/<number>",
        api.DecisionHandler,
        DELETE=Operation(
            "take back a decision that is `pending`",
            "changes",
            api_types.Change,
            errors=(404, 409, *WRITING),
            may=WITHDRAWERS,
        ),
    ),
    endpoint(
        "api/roles/<role>/candidates",
        api.CandidatesHandler,
        afresh=True,
        GET=Operation(
            "accounts to appoint, by a part of their name",
            "changes",
            api_types.Candidates,
            query=api_types.CandidateQuery,
            errors=(404, 429),
            may=("deciders",),
        ),
    ),
    endpoint(
        "api/kept",
        keep.KeptHandler,
        pages.KEEP.may,
        GET=Operation(
            "contacts, people without an account, and links, as declared and as kept here",
            "contacts",
            api_types.Things,
        ),
    ),
    endpoint(
        "api/kept/<kind>",
        keep.KindHandler,
        pages.KEEP.may,
        POST=Operation(
            "add a contact, a person without an account, or a link",
            "contacts",
            api_types.ThingChange,
            bodies.AddThingBody,
            status=201,
            errors=(404, 409, *WRITING),
            may=("keepers", *KEEPERS["both"]),
        ),
    ),
    endpoint(
        "api/kept/<kind>/<thing>",
        keep.ThingHandler,
        pages.KEEP.may,
        PUT=Operation(
            "change one of them, or set aside what the declaration has",
            "contacts",
            api_types.ThingChange,
            bodies.ThingBody,
            headers=api_types.IfMatch,
            errors=(404, 409, 412, *WRITING),
            may=("keepers", *KEEPERS["both"]),
        ),
        DELETE=Operation(
            "take back what was written of it: what the declaration says counts",
            "contacts",
            api_types.ThingChange,
            headers=api_types.IfMatch,
            errors=(404, 409, 412, *WRITING),
            may=("keepers", *KEEPERS["both"]),
        ),
    ),
    endpoint(
        "api/users",
        api.UsersHandler,
        pages.USERS.may,
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
            may=("holders",),
        ),
    ),
    endpoint(
        "api/askings",
        api.AskingsHandler,
        POST=Operation(
            "ask somebody without an account, by mail, to confirm the duties of a role",
            "changes",
            api_types.Entry,
            bodies.AskBody,
            status=201,
            errors=(404, *WRITING),
            may=KEEPERS["both"],
        ),
    ),
    endpoint(
        "api/requests",
        api.RequestsHandler,
        afresh=True,
        GET=Operation("requests: yours, and those to decide", "changes", api_types.Requests),
        POST=Operation(
            "ask for a role, or propose a successor",
            "changes",
            api_types.Entry,
            bodies.RequestBody,
            status=201,
            errors=(404, 409, *WRITING),
            may=("oneself", "proposers"),
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
            may=tuple(dict.fromkeys(DECIDED_BY.values())),
        ),
    ),
    endpoint(
        "api/ledger",
        api.LedgerHandler,
        pages.LEDGER.may,
        afresh=pages.LEDGER.afresh,
        GET=Operation(
            "who did what",
            "changes",
            api_types.Entries,
            query=api_types.LedgerQuery,
            files=tuple(each.media_type.partition(";")[0] for each in FORMATS.values()),
        ),
    ),
    endpoint(
        "api/erasures",
        api.ErasuresHandler,
        pages.FORGET.may,
        POST=Operation(
            "forget a person",
            "changes",
            api_types.Erased,
            bodies.EraseBody,
            errors=(409, *WRITING),
        ),
    ),
    endpoint(
        "api/coverage",
        api.ReadHandler,
        pages.PANEL.may,
        answer=payloads.coverage,
        GET=Operation("how this hub is covered", "people", api_types.Coverage),
    ),
    endpoint(
        "api/openapi.json",
        api.DocumentHandler,
        GET=Operation("this API as an OpenAPI 3.1 document", "service", api_types.Document),
    ),
)

OPERATIONS: Operations = {route.path: route.operations for route in ROUTES if route.operations}
"""What the API does, by address and method."""

FALLBACK_ROUTES: tuple[tuple[str, Route], ...] = (
    ("api/.*", Route(OTHER, api.NotFoundHandler, "an error as JSON", "anybody")),
    (".*", Route(OTHER, people.NotFoundHandler, "an error as a page", "anybody")),
)
"""What answers at every other address, by pattern."""
