"""Our pages in the hub's look: they extend the operator's own `page.html`, or the hub's.

A `page.html` that cannot be rendered outside the hub must not take our pages down: it is left
out from the first time that it fails.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader
from jupyterhub._data import DATA_FILES_PATH

from ..domain.holders import NO_ROLE, Holder
from ..domain.model import Viewer
from ..domain.names import NOBODY_NAMED, Names
from ..enabling.layers import layer_over, use
from ..paths import templates
from ..text import clock, day, iso, prose, visible

log = logging.getLogger(__name__)

NONE: Mapping[str, Any] = {}


class HubUser:
    """The `user` that the hub's `page.html` expects; its `name` is for reading.

    `login` is the name of the account in full, for forms to send back.
    """

    def __init__(self, viewer: Viewer, names: Names) -> None:
        called = "" if names.called(viewer.name) else visible(viewer.display_name)
        self.name = called or names.of(viewer.name)
        self.admin = viewer.admin
        self.login = viewer.name

    @property
    def json_escaped_name(self) -> str:
        """The name in full, for a JavaScript string inside HTML."""
        text = json.dumps(self.login)[1:-1]
        return text.translate({ord(char): f"\\u{ord(char):04x}" for char in "<>&'"})


class Templates:
    """Renders our templates, with the operator's `own` variables beside what every page needs.

    `trouble` says why the operator's templates were left out, if so. `names` are what people are
    called at the moment, `community` whose hub this is.
    """

    def __init__(
        self,
        operator_paths: list[str],
        needed: Mapping[str, Any],
        own: Mapping[str, Any] = NONE,
        *,
        names: Callable[[], Names] = lambda: NOBODY_NAMED,
        community: Callable[[], str] = str,
    ) -> None:
        self._needed = dict(needed)
        self._base = {**own, **needed}
        self._environment = _environment(operator_paths, names, community)
        self._hubs_own = _environment([], names, community) if operator_paths else self._environment
        layer = layer_over(self._environment, operator_paths, self._base)
        if layer is not None:
            use(self._environment, layer)
        self.trouble = ""

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        """Render a template with what every page needs and the context."""
        values = {**self._base, **context}
        environment = self._environment  # another thread may leave the operator's out meanwhile
        try:
            return environment.get_template(template).render(values)
        except Exception as error:  # whatever an operator's template may raise
            if environment is self._hubs_own:
                raise
            html = self._hubs_own.get_template(template).render(values)
            self._do_without(error)
            return html

    def render_for_anybody(self, template: str, context: Mapping[str, Any]) -> str:
        """The same with nothing of the operator's: no template, no variable."""
        return self._hubs_own.get_template(template).render({**self._needed, **context})

    def _do_without(self, error: Exception) -> None:
        if self.trouble:
            return
        self.trouble = f"{type(error).__name__}: {error}"
        self._environment = self._hubs_own
        log.warning(
            "The templates in template_paths cannot be rendered outside the hub; these pages use"
            " the hub's own look instead: %s",
            self.trouble,
        )


def _environment(
    operator_paths: list[str], names: Callable[[], Names], community: Callable[[], str]
) -> Environment:
    hub = str(Path(DATA_FILES_PATH) / "templates")
    environment = Environment(
        loader=ChoiceLoader(
            [
                PrefixLoader({"templates": FileSystemLoader(hub)}),
                FileSystemLoader([*operator_paths, str(templates()), hub]),
            ]
        ),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(visible=visible, clock=clock, day=day, iso=iso, prose=prose)

    def person(who: Holder | str, at: datetime | None = None) -> str:
        known = names()
        return known.of(who, at) if isinstance(who, str) else known.of_holder(who)

    environment.filters.update(person=person, beside=lambda account: names().beside(account))
    environment.globals["no_role"] = NO_ROLE
    environment.globals["subject"] = lambda about: f"{about} (hub of {community()})"
    return environment
