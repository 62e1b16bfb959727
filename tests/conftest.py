"""A smaller budget for the longest families where the whole must be quick: `.ci/run` sets CI."""

from __future__ import annotations

import os

import pytest

KEPT_IN_CI = {
    "[fresh-": 12,
    "[fresh]": 3,
    "test_many_walks[": 4,
    "test_walks_from_other_networks_train_too[": 2,
    "test_every_key_at_every_size[": 4,
    "test_a_run_that_was_steered_and_killed_agrees_at_every_stop[": 4,
    "[without Landlock-": 3,
    "[without namespaces-": 3,
    "[in bubblewrap-": 3,
}
"""Of the tests with this in their names, one in so many."""
BY_HAND = (
    "test_eight_hours_of_a_busy_run_leave_the_memory_as_it_was",
    "test_what_the_user_does_is_done_on_record_and_in_the_family[digits]",
    "test_a_long_rough_time",
    "test_kill_9_at_many_random_moments",
    "test_jobs_leave_no_descriptor_behind[200]",
)
"""Long forms of tests that stand beside them."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not os.environ.get("CI"):
        return
    dropped = [item for item in items if item.name in BY_HAND]
    for sign, one_in in KEPT_IN_CI.items():
        family = [item for item in items if sign in item.nodeid]
        dropped += [item for place, item in enumerate(family) if place % one_in]
    config.hook.pytest_deselected(items=dropped)
    left = set(dropped)
    items[:] = [item for item in items if item not in left]
