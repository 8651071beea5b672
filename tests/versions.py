"""What holds on some versions of what we build on, and on others doesn't.

`make matrix` runs the tests on all that setup.cfg lets in; what they expect is said here once.
"""

from __future__ import annotations

import jupyterhub
import tornado
from jupyterhub.app import JupyterHub

HUB = tuple(jupyterhub.version_info)

HAS_USER_SCOPES = hasattr(JupyterHub, "extra_user_scopes")
"""Every user can be given scopes beside those of the role `user`. On JupyterHub 5 they can't."""

KEEPS_NAMES = HUB >= (6,)
"""The hub keeps what the login service calls people, as `user_info`."""

REFUSED_LOGIN = 403 if HUB >= (5, 3) else 200
"""How the hub answers a login with a wrong password, or by somebody whom it doesn't let in."""

EDITS_MANAGED_GROUPS = HUB >= (5, 3)
"""Groups that the login service keeps can be changed until a login undoes it; 5.2 refuses that."""

REFUSES_ALL_BUT_HTTP = tornado.version_info >= (6, 5, 2)
"""tornado answers whatever isn't HTTP with 400; an older one takes some of it for a request."""
