"""What each page says: pure functions from a snapshot and the viewer to a frozen context.

One page is one file here, one template (`responsibility-<name>.html`), and one row in PAGES. The
fields of its context are all that its template may use, beside the `frame` that every page has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...domain.rules import AccessName
from .contacts import contacts_page
from .data import data_page
from .error import error_page
from .forget import forget_page
from .keep import keep_form_page, keep_page
from .ledger import ledger_page
from .me import my_page
from .model import model_page
from .panel import panel_page
from .print import print_page
from .reach import reach_page
from .role import role_page
from .users import users_page


@dataclass(frozen=True)
class Page:
    """A page: `name` is in the name of its template, `path` is its address.

    `make` says what is on it, from a snapshot, the viewer, and whatever else the page is about.
    `title` is its name everywhere, and it has a tab; a page about one thing, such as a role, has
    none, and its title is in what it says. `may` is who may open it. What is `afresh` asks the hub
    who is looking; what is `kept` says the same until the snapshot is another. Where the ledger
    ends stands below every page that is printed; if `shows_end`, on the screen, too.
    """

    name: str
    path: str
    make: Callable[..., Any]
    title: str = ""
    may: AccessName = "users"
    afresh: bool = False
    kept: bool = False
    shows_end: bool = False

    def title_of(self, said: Any) -> str:
        """What the browser calls it, and its heading."""
        return self.title or str(said.title)


ME = Page("me", "", my_page, "My responsibilities", kept=True)
CONTACTS = Page("contacts", "contacts", contacts_page, "Whom to ask", kept=True)
MODEL = Page("model", "model", model_page, "The model", kept=True)
PANEL = Page("panel", "admin", panel_page, "Panel", may="in charge", kept=True, shows_end=True)
USERS = Page("users", "users", users_page, "Add people", may="adders")
LEDGER = Page(
    "ledger", "ledger", ledger_page, "Activity log", may="appointers", afresh=True, shows_end=True
)
DATA = Page("data", "my-data", data_page, afresh=True)
REACH = Page("reach", "reach", reach_page)
KEEP = Page("keep", "keep", keep_page, may="keepers")
KEEP_NEW = Page("keep-form", "keep/<kind>", keep_form_page, may="keepers")
KEEP_ONE = Page("keep-form", "keep/<kind>/<thing>", keep_form_page, may="keepers")
FORGET = Page("forget", "forget", forget_page, may="admins", afresh=True)
ROLE = Page("role", "roles/<role>", role_page, kept=True)
PRINT = Page("print", "exports/print", print_page, may="in charge", afresh=True, shows_end=True)
ERROR = Page("error", "", error_page, may="anybody")

PAGES = (ME, CONTACTS, MODEL, PANEL, USERS, LEDGER, DATA, REACH, KEEP, KEEP_NEW, KEEP_ONE, FORGET,
         ROLE, PRINT, ERROR)  # fmt: skip
"""Every page; those with a tab are in the order of the tabs."""
