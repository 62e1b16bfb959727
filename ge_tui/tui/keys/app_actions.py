"""What the app itself can do, whichever screen stands: the palette, colours, keys, mouse, pictures."""

from __future__ import annotations

from ge_tui.tui.keys.actions import Action

APP_ACTIONS = (
    Action("app.command_palette", "ctrl+p", "palette", "find any action by its name"),
    Action("app.theme", "", "theme", "choose the colours"),
    Action("app.screenshot", "f12", "screenshot", "save a picture of the screen as SVG"),
    Action("app.keys", "", "keys", "every action and its keys, and what is wrong in keys.toml"),
    Action("app.reload_keys", "", "read keys.toml again", "after a change of keys.toml"),
    Action("app.mouse", "", "mouse on or off", "off: the terminal selects text with the mouse, as it does elsewhere"),
    Action(
        "app.alerts", "", "alerts", "how the terminal calls you when a run ends or breaks: not, a bell, a notification"
    ),
)
