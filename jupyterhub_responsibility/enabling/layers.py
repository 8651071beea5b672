"""Our page.html over the operator's own, so that theirs leads to this service, too.

The first of two page.html wins; so ours is compiled anew, as a template that extends theirs. It is
tried out before it is used: where theirs can't take our link, theirs is used as it is.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    DictLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
)

from ..paths import templates as our_templates
from .look import operator_paths
from .trial import Trial

log = logging.getLogger(__name__)

PAGE = "page.html"

OPERATORS = "operators-own"
"""Stands for the operator's folders, as `templates` stands for the hub's."""

IN_BAR = "responsibility_in_bar"
"""Whether our page.html puts its link into the navigation bar; it does where this isn't set."""


@dataclass(frozen=True)
class Layer:
    """How templates are looked up with ours over theirs, and whether theirs takes our link."""

    loader: BaseLoader
    in_bar: bool


def lay_over_hub(hub: Any) -> None:
    """Lay ours over the page.html of a hub's operator, once its templates can be found.

    Whatever fails is logged, and the hub's pages stay as they were.
    """
    try:
        if our_templates() not in [Path(path) for path in hub.template_paths]:
            return
        environments = [hub.tornado_settings[f"jinja2_env{kind}"] for kind in ("_sync", "")]
        layer = layer_over(environments[0], operator_paths(hub), hub.template_vars)
        if layer is not None:
            for environment in environments:
                use(environment, layer)
    except Exception:
        log.exception("Our page.html could not be laid over the operator's")


def use(environment: Environment, layer: Layer) -> None:
    """Look up templates so; what was compiled before is found no more."""
    environment.loader = layer.loader
    environment.globals[IN_BAR] = layer.in_bar


def layer_over(
    environment: Environment, paths: Sequence[str], variables: Mapping[str, Any]
) -> Layer | None:
    """Ours over the page.html in `paths`; None where there is none, or ours doesn't go over it."""
    if environment.loader is None or not any(Path(path, PAGE).is_file() for path in paths):
        return None
    theirs = FileSystemLoader(paths)
    source = (our_templates() / PAGE).read_text("utf-8")
    source = source.replace(f'"templates/{PAGE}"', f'"{OPERATORS}/{PAGE}"')
    layered = ChoiceLoader(
        [DictLoader({PAGE: source}), PrefixLoader({OPERATORS: theirs}), environment.loader]
    )
    try:
        has_link = Trial(environment, variables).leads_here(in_menu=False)
        trial = Trial(environment.overlay(loader=layered), {**variables, IN_BAR: True})
        return Layer(layered, trial.leads_here(in_menu=False) and not has_link)
    except Exception as error:  # whatever an operator's template may raise
        log.warning(
            "Your page.html was left as it is: it could not be tried out with a link to"
            " Responsibilities (%s: %s)",
            type(error).__name__,
            error,
        )
        return None
