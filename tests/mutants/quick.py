"""A plugin for pytest: the tests as they are, only quicker, since every mutant is tried on them."""

from __future__ import annotations

import gc
from functools import lru_cache

import yaml
from hypothesis import HealthCheck, settings

yaml.compose = lru_cache(maxsize=512)(yaml.compose)
"""Nearly all of the time goes into reading the same model again and again; nobody changes nodes."""

settings.register_profile(
    "mutants",
    max_examples=20,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),  # a busy machine is no fault
)
settings.load_profile("mutants")
gc.disable()
