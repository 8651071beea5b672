"""Groups that are kept elsewhere: who is in them is decided here, and done there.

elsewhere  where a group is really kept: the login service, a directory, a team of another site
manage_at  a row of the declaration: which groups, where that is done, by whom, and how
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

GROUP = "group"
"""What stands for the whole name of a group, in every address."""

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
NAME = re.compile(r"[a-z][a-z0-9_]*")

NO_PART = {"", ".", ".."}
"""What cannot be a part of an address, however it is written."""

WITHIN = 14
"""Days after which a decision should have been carried out."""


@dataclass(frozen=True, slots=True)
class ManageAt:
    """Where the groups of a pattern are kept: `url` is the page, `who` can do it there, `how`
    tells them what to do, and `email` is where they are told. A decision should be carried out
    `within` so many days. Without a pattern, it is for every group that is kept elsewhere.
    """

    groups: str = ""
    url: str = ""
    who: str = ""
    how: str = ""
    email: str = ""
    within: int = WITHIN

    def values(self, group: str) -> Mapping[str, str] | None:
        """What the names in the pattern stand for; None where a group doesn't match it."""
        found = re.fullmatch(_expression(self.groups), group, re.DOTALL) if self.groups else None
        if self.groups and found is None:
            return None
        return {**(found.groupdict() if found else {}), GROUP: group}

    def link(self, group: str) -> str:
        """The page where a group is kept; empty where there is none."""
        values = self.values(group) or {}
        used = {values.get(name, "") for name in names_in(self.url)}
        if not self.url or not used.isdisjoint(NO_PART):
            return ""
        return PLACEHOLDER.sub(lambda found: _quoted(values[found[1]]), self.url)


def names_in(text: str) -> list[str]:
    """The names in braces, in order."""
    return PLACEHOLDER.findall(text)


def flaw(pattern: str) -> str:
    """What is wrong with the braces of a pattern, in words; empty where nothing is."""
    names = names_in(pattern)
    if re.search(r"[{}]", PLACEHOLDER.sub("", pattern)):
        return "has a brace without its other half"
    if wrong := next((name for name in names if not NAME.fullmatch(name)), None):
        return f"has '{wrong}' in braces, which cannot be a name"
    if GROUP in names:
        return f"has '{GROUP}' in braces, which stands for the whole name of the group"
    if twice := next((name for name in names if names.count(name) > 1), None):
        return f"has '{twice}' in braces twice"
    return ""


@cache
def _expression(pattern: str) -> str:
    """A pattern as a regular expression: each name stands for as little as it can."""
    parts = PLACEHOLDER.split(pattern)
    return "".join(
        f"(?P<{part}>.+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts)
    )


def _quoted(value: str) -> str:
    return quote(value.encode("utf-8", "surrogatepass"), safe="")
