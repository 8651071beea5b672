"""What each page says: pure functions from the declaration, the roster and the viewer.

Each page has a frozen context; its fields are all that its template may use, beside the
`frame` that every page has.
"""

from __future__ import annotations

from .contacts import ContactsPage, contacts_page
from .error import ErrorPage
from .frame import Frame, tabs
from .ledger import LedgerPage, ledger_page
from .me import MyPage, my_page
from .model import ModelPage, model_page
from .panel import AdminPage, admin_page
from .paper import PrintPage, print_page
from .parts import request_lines
from .role import RolePage, role_page
from .subject import Subject
from .users import UsersPage

__all__ = [
    "AdminPage",
    "ContactsPage",
    "ErrorPage",
    "Frame",
    "LedgerPage",
    "ModelPage",
    "MyPage",
    "PrintPage",
    "RolePage",
    "Subject",
    "UsersPage",
    "admin_page",
    "contacts_page",
    "ledger_page",
    "model_page",
    "my_page",
    "print_page",
    "request_lines",
    "role_page",
    "tabs",
]
