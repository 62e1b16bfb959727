"""The mouse, given to the terminal or taken back while the app runs."""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver


def set_mouse(app: App[Any], *, on: bool) -> None:
    """Textual has no switch of its own; where there is no terminal there is nothing to do."""
    driver = app._driver
    if not isinstance(driver, LinuxDriver):
        return
    if on:
        driver._mouse = True
        driver._enable_mouse_support()
    else:
        driver._disable_mouse_support()
        driver._mouse = False
    driver.flush()
