"""A smaller budget for the longest families where the whole must be quick: `.ci/run` sets CI."""

from __future__ import annotations

import os

import pytest

KEPT_IN_CI = {"[fresh-": 12, "[fresh]": 3, "test_many_walks[": 4, "test_every_key_at_every_size[": 4}
"""Of the tests with this in their names, one in so many."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not os.environ.get("CI"):
        return
    dropped: list[pytest.Item] = []
    for sign, one_in in KEPT_IN_CI.items():
        family = [item for item in items if sign in item.nodeid]
        dropped += [item for place, item in enumerate(family) if place % one_in]
    config.hook.pytest_deselected(items=dropped)
    items[:] = [item for item in items if item not in set(dropped)]
