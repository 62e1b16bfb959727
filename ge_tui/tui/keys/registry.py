"""All actions there are, collected from the screens and panes. Everything is imported for it, which takes a while."""

from __future__ import annotations

from ge_tui.tui.acts.actions import ACTS
from ge_tui.tui.keys.actions import Action
from ge_tui.tui.keys.app_actions import APP_ACTIONS
from ge_tui.tui.new_run.actions import ACTIONS as NEW_RUN_ACTIONS
from ge_tui.tui.panes.entries import GO_ACTIONS, PANES
from ge_tui.tui.screens.run_actions import ACTIONS as RUN_ACTIONS
from ge_tui.tui.screens.welcome_actions import ACTIONS as WELCOME_ACTIONS
from ge_tui.tui.text.view import TEXT_ACTIONS
from ge_tui.tui.widgets.line_list import LIST_ACTIONS


def all_actions() -> list[Action]:
    """Every action of the app."""
    groups = [APP_ACTIONS, WELCOME_ACTIONS, NEW_RUN_ACTIONS, RUN_ACTIONS, GO_ACTIONS]
    groups += [entry.load().ACTIONS for entry in PANES]
    return [action for group in (*groups, ACTS, LIST_ACTIONS, TEXT_ACTIONS) for action in group]
