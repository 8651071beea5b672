"""Errors: one family, and messages that help."""

from __future__ import annotations

import inspect

import pytest

from jupyterhub_responsibility import errors
from jupyterhub_responsibility.errors import DeclarationError, Fault, ResponsibilityError


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (
            Fault("links[0].url", "is wrong", "Mend it", "a.yaml", 7),
            "a.yaml:7: links[0].url: is wrong. Mend it",
        ),
        (Fault("links[0].url", "is wrong", "Mend it"), "links[0].url: is wrong. Mend it"),
        (Fault("", "is wrong", source="a.yaml", line=1), "a.yaml:1: is wrong"),
        (Fault("", "is wrong", source="a.yaml"), "a.yaml: is wrong"),
        (Fault("", "is wrong"), "is wrong"),
    ],
)
def test_a_fault_reads_like_a_compilers(fault, text):
    """Where, what, and how to mend it stand in one line, as far as they are known."""
    assert str(fault) == text


def test_faults_are_counted():
    """The message of a faulty declaration starts with the number of faults."""
    one, two = Fault("a", "is wrong"), Fault("b", "is wrong")
    assert str(DeclarationError((one,))) == "1 fault in the declaration:\na: is wrong"
    assert str(DeclarationError((one, two))).startswith("2 faults in the declaration:\n")


def test_every_error_is_of_one_family():
    """Whoever catches ResponsibilityError catches everything that is raised on purpose."""
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
    raised = [kind for kind in kinds if issubclass(kind, BaseException)]
    assert all(issubclass(kind, ResponsibilityError) for kind in raised)
    assert len(raised) == 13
