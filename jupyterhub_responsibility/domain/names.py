"""What people are called: the hub or the operator may know it, beside the name of the account.

A name that could be taken for somebody else's has the account's beside it. What was recorded of an
older account is never told under the name of whoever has that account's name now.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from ..text import isolating, visible
from .holders import Holder

_OPAQUE = re.compile(r"[|]|://|[0-9]{8}|^[0-9a-f-]{16,}$", re.IGNORECASE)
"""Account names that only a machine reads: `google-oauth2|1004…`, numbers, digests."""

_END = 4
"""Characters of such a name that tell two people of one name apart."""


@dataclass(frozen=True, slots=True)
class Called:
    """What somebody is called, and since when the account is theirs; None where that is not
    known, and never was another way."""

    name: str
    since: datetime | None = None


@dataclass(frozen=True)
class Names:
    """What people are called, by account; `accounts` are all others that are known of."""

    given: Mapping[str, Called]
    accounts: frozenset[str] = frozenset()

    def called(self, account: str, at: datetime | None = None) -> str:
        """What somebody is called, or was by whoever recorded it (`at`); empty if not known."""
        known = self.given.get(account)
        if known is None or (at and known.since and at < known.since):
            return ""
        return known.name

    def of(self, account: str, at: datetime | None = None) -> str:
        """A name for reading: that of the person, so that nobody else can be meant, or else that
        of the account."""
        called, beside = self._said(account, at)
        return f"{visible(called)} ({visible(beside)})" if beside else visible(called)

    def plain(self, account: str) -> str:
        """The same as it is, for whoever makes it visible later."""
        called, beside = self._said(account, None)
        return f"{called} ({beside})" if beside else called

    def _said(self, account: str, at: datetime | None) -> tuple[str, str]:
        """What somebody is called, and what tells them apart from others, where that is needed."""
        called = self.called(account, at)
        if not called or _looks(called) not in self._ambiguous:
            return called or account, ""
        return called, account if readable(account) else f"…{account[-_END:]}"

    def of_holder(self, holder: Holder) -> str:
        """The same of a holder: people without an account are called what the operator says."""
        return self.of(holder.name) if holder.kind == "account" else visible(holder.name)

    def beside(self, account: str) -> str:
        """The name of the account, where `of` doesn't tell it and people can read it."""
        if not self.called(account) or not readable(account):
            return ""
        return "" if _looks(self.called(account)) in self._ambiguous else visible(account)

    def isolated(self, account: str, at: datetime | None = None) -> str:
        """The same as `of`, for the middle of a sentence."""
        return isolating(account, self.of(account, at))

    def account_of(self, typed: str) -> str:
        """The account of somebody whom people write by their name; what was typed, where nobody
        is called so, or more than one."""
        called = [each for each in self.given if _looks(self.given[each].name) == _looks(typed)]
        known = typed in self.given or typed in self.accounts or len(called) != 1
        return typed if known else called[0]

    def isolated_holder(self, holder: Holder) -> str:
        """The same as `of_holder`, for the middle of a sentence."""
        return isolating(holder.name, self.of_holder(holder))

    @cached_property
    def _ambiguous(self) -> frozenset[str]:
        """Names that several people have, or that are the name of somebody else's account."""
        if not self.given:
            return frozenset()
        looks = {account: _looks(each.name) for account, each in self.given.items()}
        accounts = {_looks(account): account for account in self.accounts.union(self.given)}
        shared = {name for name, number in Counter(looks.values()).items() if number > 1}
        taken = (name for account, name in looks.items() if accounts.get(name, account) != account)
        return frozenset(shared.union(taken))


NOBODY_NAMED = Names({})


def readable(account: str) -> bool:
    """Whether people can tell who an account is by its name."""
    return not _OPAQUE.search(account)


def _looks(name: str) -> str:
    """What a name looks like to somebody who reads quickly."""
    return " ".join(name.casefold().split())
