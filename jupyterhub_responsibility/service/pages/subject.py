"""What pages are about: one hub, at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from ...coverage import Coverage, Facts, coverage
from ...domain.contacts import Desk
from ...domain.model import Declaration, Role, Roster
from ...domain.rules import Rules
from ...ledger.gap_spans import Span
from ...ledger.standing import Standing, standing
from ...ledger.state import Book
from ..settings import Settings


@dataclass(frozen=True)
class Subject:
    """What pages are about: one hub, as far as it is known at this moment.

    `spans` are the gaps over time.
    """

    facts: Facts
    settings: Settings
    spans: tuple[Span, ...] = ()

    @property
    def declaration(self) -> Declaration:
        """What the operator says about this hub."""
        return self.facts.declaration

    @property
    def roster(self) -> Roster:
        """Who is in which group."""
        return self.facts.roster

    @property
    def book(self) -> Book:
        """What the ledger says."""
        return self.facts.book

    @property
    def today(self) -> date:
        """The day."""
        return self.facts.today

    @property
    def desk(self) -> Desk:
        """Answers to whom to ask."""
        return self.facts.desk

    @property
    def rules(self) -> Rules:
        """Who may change what."""
        return Rules(self.declaration, self.settings.authenticator_groups)

    @cached_property
    def coverage(self) -> Coverage:
        """How this hub is covered."""
        return coverage(self.facts)

    def standing(self, role: Role, account: str, text: str) -> Standing:
        """How an account stands in a role, whose duties `text` stands for."""
        if not self.facts.ledger_read:
            return Standing()
        return standing(self.book, role, account, text, self.today)
