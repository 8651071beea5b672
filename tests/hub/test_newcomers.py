"""Whoever is added where an account alone lets nobody log in: the page says so beforehand."""

from __future__ import annotations

import pytest

from ..realhub import RealHub
from ..versions import REFUSED_LOGIN
from .acting import Browser
from .test_users import add, preview

CLOSED = "\nc.Authenticator.allow_existing_users = False\n"


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "open"])
def test_the_page_says_what_the_login_does(tmp_path, closed):
    """What the page for adding people says of their login is what they then meet."""
    with RealHub(tmp_path, before=CLOSED if closed else "") as hub:
        hanna = Browser(hub.with_holders(), "hanna")
        assert bool(hanna.read("users").find(id="not-let-in")) == closed
        html = preview(hanna, "lia")
        assert bool(html.find(id="not-let-in")) == closed
        reply = add(hanna, html, "lia")
        assert "1 added" in reply.text
        assert ("cannot log in until the login service allows it" in reply.text) == closed
        assert hub.api("GET", "users/lia").ok
        if closed:
            with pytest.raises(RuntimeError, match=f"could not log in: {REFUSED_LOGIN}"):
                hub.visit("lia")
        else:
            hub.visit("lia")
