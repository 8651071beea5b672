"""The declaration and the model of a hub as one file, for another hub."""

from __future__ import annotations

import yaml

from ..declaration import dump
from ..domain.model import Declaration
from ..text import day

HEAD = """\
# Who looks after what on the hub of {community}, as declared on {day}:
# model and declaration in one file, for another hub.
#
# These are that hub's own. Change them where you use this file, or take them out:
#   community, provider   who they are; staff: accounts of the provider's people
#   roles                 groups: groups of that hub; initial: accounts to appoint first;
#                         people: names and addresses; scopes: what the hub lets holders do
#   contacts, links       whom one asks there, and pages to read
#
# Before you pass it on: names and addresses of people are in it as they were declared. Take out
# what is nobody else's business. Who holds a role through the hub is not in it.
#
# Check it with: jupyterhub-responsibility check FILE

"""


def for_another_hub(declaration: Declaration) -> str:
    """The whole declaration as YAML that needs no other file; its top lists what to change."""
    head = HEAD.format(community=declaration.community.name, day=day(declaration.as_of))
    whole = dump(declaration)
    return head + yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=100)
