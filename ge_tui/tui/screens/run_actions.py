"""What can be done on the run screen, and its help."""

from __future__ import annotations

from ge_tui.tui.keys.actions import Action

HELP = """
A run is a population of networks that a language model, or the built-in operators, rewrite. The header says how far it
is and how it does; the panes show the population, what was changed, the controls, the model's words, and what happened.
A selection made in one pane is followed by the others. The run goes on when this screen is closed.
"""

ACTIONS = (
    Action("run.quit", "q", "quit", "close the screen; asks what becomes of a run that goes on", footer=True),
    Action("run.help", "question_mark,f1", "help", "what the pane in focus shows, and its keys", footer=True),
    Action("run.pause", "p", "pause", "hold back new proposals and trainings, or go on", footer=True),
    Action("run.engine", "S", "start/stop", "resume the run, end it after this generation, or end it now", footer=True),
    Action("run.act", "A", "act", "what you can do with the individual: pin, veto, breed, edit, ...", footer=True),
    Action("run.zoom", "z", "zoom", "let the pane in focus fill the screen, or give it back", footer=True),
    Action("run.next_pane", "tab", "next pane", "go to the next pane"),
    Action("run.previous_pane", "shift+tab", "previous pane", "go to the previous pane"),
    Action("run.select_best", "", "best", "select the best individual"),
    Action("run.select_parent", "left_square_bracket", "parent", "select the first parent of the selected individual"),
    Action("run.select_newest", "right_square_bracket", "newest", "select the individual that was made last"),
    Action("run.export", "Z", "export", "write the selected individual as a folder that stands alone"),
    Action("run.welcome", "ctrl+o", "runs", "go back to the list of runs", footer=True),
)
