"""The controls of a run: what is in force, and how a change comes into force."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from pathlib import Path
from typing import Any

from ge_tui.errors import UsageError
from ge_tui.genome import cut
from ge_tui.llm import offline
from ge_tui.run import inbox
from ge_tui.run.acts.taking import take_act
from ge_tui.run.directory import RunBusyError, RunDirectory
from ge_tui.run.opening import opened
from ge_tui.run.store import ControlRow, Store
from ge_tui.run.store.queries import Queries
from ge_tui.run.stored_settings import settings_of
from ge_tui.settings import Controls, Settings
from ge_tui.settings.keys import find_key, leaves
from ge_tui.settings.load import names_in, with_values


def flatten(controls: Controls) -> dict[str, Any]:
    """Each control by its key, tables of weights name by name."""
    return dict(leaves(controls.model_dump(mode="json")))


def fold(rows: Iterable[ControlRow], begin: Controls | None = None) -> Controls:
    """The controls in force after some rows, which change what it began with; the defaults, where nothing is said.

    Raises UsageError on a row that is no control.
    """
    values = [(("controls", *row.key.split(".", maxsplit=1)), row.new) for row in rows]
    return with_values(Settings(controls=begin or Controls()), values, "the run's controls", on_record=True).controls


def settled_at_launch(queries: Queries) -> Controls:
    """The controls a run was launched with, also those that were no controls when it was."""
    return settings_of(queries.run()).controls


def in_force(queries: Queries) -> Controls:
    """The controls of a run as they stand on record."""
    return fold(queries.controls(), settled_at_launch(queries))


def checker(queries: Queries) -> Callable[[Controls], None]:
    """What says whether controls will do for a run that was begun: its seed is known, and its models."""
    models: list[str] = queries.run().environment.get("models", [])
    segments = cut(queries.run().task["seed_source"]).names
    launched = fold(row for row in queries.controls() if row.actor == "launch")
    known = {*models, *names_in(launched, "model")}

    def check(controls: Controls) -> None:
        check_controls(controls)
        check_aim(controls, segments)
        if models:
            check_models(controls, models, known)

    return check


def check_aim(controls: Controls, segments: Sequence[str]) -> None:
    """Whether mutations are aimed at a segment that there is. Raises UsageError."""
    if controls.aim_segment and controls.aim_segment not in segments:
        raise UsageError(f"no segment '{controls.aim_segment}'; the seed has: {', '.join(segments)}")


def check_models(controls: Controls, models: Sequence[str], known: Container[str] = ()) -> None:
    """Whether controls name and leave something of the run's models. Raises UsageError.

    `known` are other names that may be weighed: a configuration may have weights for models of other runs.
    """
    there_are = f"this run asks: {', '.join(models)}"
    unknown = [name for name in names_in(controls, "model") if name not in models and name not in known]
    if unknown or (controls.model_locked and controls.model_locked not in models):
        raise UsageError(f"no model '{(unknown or [controls.model_locked])[0]}'; {there_are}")
    if not controls.model_locked and all(controls.model.get(name, 1.0) == 0 for name in models):
        raise UsageError(f"every model has weight 0; leave at least one above it ({there_are})")


def check_controls(controls: Controls) -> None:
    """What the schema cannot know of controls. Raises UsageError."""
    unknown = [name for name in controls.operator if name not in offline.OPERATORS]
    if unknown:
        raise UsageError(f"no offline operator '{unknown[0]}'; there are: {', '.join(offline.OPERATORS)}")
    for kind, weights in (("persona", controls.persona), ("category", controls.category)):
        if not any(weights.values()):
            raise UsageError(f"every {kind} has weight 0; leave at least one above it")
    if all(controls.operator.get(name, 1.0) == 0 for name in offline.OPERATORS):
        raise UsageError("every offline operator has weight 0; leave at least one above it")


def take_requests(directory: RunDirectory) -> bool:
    """Put what waits in a run's inbox on record, where no engine has the run open; whether it could be done."""
    try:
        with opened(directory) as store:
            ControlBoard(store, directory.inbox, checker(store)).refresh()
    except RunBusyError:
        return False
    return True


class ControlBoard:
    """The engine's view of the controls; read before every decision."""

    def __init__(self, store: Store, inbox_folder: Path, validate: Callable[[Controls], None] = lambda _: None) -> None:
        self._store = store
        self._inbox = inbox_folder
        self._validate = validate
        self._rows = store.controls()
        self._launched = settled_at_launch(store)
        self._current = fold(self._rows, self._launched)
        self._stuck: set[str] = set()

    @property
    def seq(self) -> int:
        """The newest change in force."""
        return self._rows[-1].seq if self._rows else 0

    @property
    def current(self) -> Controls:
        """What is in force, as of the last look."""
        return self._current

    @property
    def launched(self) -> Controls:
        """What the run was launched with."""
        return self._launched

    def refresh(self) -> Controls:
        """Take in the requests that wait, and say what is in force now."""
        for file, request in inbox.waiting(self._inbox):
            if file.name in self._stuck:
                continue
            if isinstance(request, str):
                self._store.note("control_refused", file=file.name, reason=f"{file.name}: {request}")
            elif isinstance(request, inbox.ActRequest):
                take_act(self._store, request, self._current, self.seq)
            elif not self._store.has_request(request.id):
                self._apply("user", request.key, request.value, request.id)
            try:
                file.unlink(missing_ok=True)
            except OSError:  # a folder, or not ours to delete: seen once is enough
                self._stuck.add(file.name)
        return self._current

    def at(self, seq: int) -> Controls:
        """The controls that were in force after the change with this number."""
        if seq >= self.seq:
            return self._current
        return fold((row for row in self._rows if row.seq <= seq), self._launched)

    def value_at(self, key: str, seq: int) -> Any:
        """The value of one control after the change with this number; quicker than `at` in a long run."""
        rows = (row.new for row in reversed(self._rows) if row.seq <= seq and row.key == key)
        return next(rows, getattr(self._launched, key))

    def set(self, actor: str, key: str, value: Any) -> None:
        """Change a control from inside the engine; nothing is recorded where it has that value already."""
        if flatten(self._current).get(key) != value:
            self._apply(actor, key, value, None)

    def take(self, row: ControlRow) -> None:
        """Put a change in force that another run has on record, as it stands there."""
        seq = self._store.add_control(row.actor, row.key, row.old, row.new, row.request)
        self._rows += self._store.controls(after=seq - 1)
        self._current = fold(self._rows, self._launched)

    def go_on(self) -> None:
        """Take back what held or ended the session before, as resuming asks for."""
        for key, value in (("stop", "no"), ("pause", False), ("steps", 0)):
            self.set("resume", key, value)

    def _apply(self, actor: str, key: str, value: Any, request: str | None) -> None:
        old = flatten(self._current).get(key)
        try:
            path = find_key(f"controls.{key}", controls_only=True)
            changed = with_values(Settings(controls=self._current), [(path, value)], f"control {key}").controls
            self._validate(changed)
        except UsageError as error:
            self._store.note("control_refused", request=request, key=key, value=value, reason=str(error))
            return
        seq = self._store.add_control(actor, key, old, flatten(changed).get(key), request)
        self._rows += self._store.controls(after=seq - 1)
        self._current = changed
