"""The declaration and the model of a hub as one file, for another hub."""

from __future__ import annotations

import yaml

from ..declaration import dump
from ..domain.model import Declaration
from ..ledger.chain import Head
from ..ledger.proof import foot
from ..text import day

HEAD = """\
# Who looks after what on the hub of {community}, as declared on {day}{kept}:
# model and declaration in one file, for another hub.
#
# These parts are specific to that hub. Change them where you use this file, or remove them:
#   community, provider   who they are; staff: accounts of people from the provider
#   roles                 groups: groups of that hub; initial: accounts to appoint first;
#                         people: names and contact details; scopes: what the hub lets holders do
#   contacts, links       whom to ask there, and pages to read
#   manage_at             where groups of that hub are kept, and who can change them there
#   messages              whom each kind of message goes to
#   names                 what people there are called, by their accounts
#
# Before you pass it on: it contains names and contact details of people, as declared. Remove
# anything private. It does not say who holds a role through the hub.
#
# Check it with: jupyterhub-responsibility check FILE

"""


def for_another_hub(declaration: Declaration, end: Head | None = None) -> str:
    """The whole declaration as YAML that needs no other file; its top lists what to change.

    `end` is where the ledger of the hub ends, if it has one.
    """
    head = HEAD.format(
        community=declaration.community.name,
        day=day(declaration.as_of),
        kept=", and kept on its pages since" if declaration.ages else "",
    )
    if end:
        head = f"# {foot(end)}\n#\n{head}"
    whole = dump(declaration)
    return head + yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=100)
