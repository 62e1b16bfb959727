"""What can be done in the list of runs, and its help."""

from __future__ import annotations

from ge_tui.tui.keys.actions import Action

HELP = """
Runs are listed with those that work now first: ● runs, ✓ is finished, ‖ was stopped, ✗ crashed; beside them the best
individual and how the hypervolume grew. A run that stopped or crashed goes on from where it was. The lines below say
what was found on this machine, what matters first; `ge-tui doctor` tells more.
"""

ACTIONS = (
    Action("welcome.open", "enter", "open", "watch the run under the cursor", footer=True),
    Action("welcome.new_run", "n", "new run", "fill in what a new run is to be, and start it", footer=True),
    Action("welcome.demo", "d", "demo", "begin a small run that needs neither a model nor a download", footer=True),
    Action("welcome.resume", "r", "resume", "go on with the run under the cursor, and watch it", footer=True),
    Action("welcome.delete", "x,delete", "delete", "delete the run under the cursor; asks first", footer=True),
    Action("welcome.help", "question_mark,f1", "help", "what is to be seen here", footer=True),
    Action("welcome.quit", "q,escape", "quit", "leave; runs go on", footer=True),
)
