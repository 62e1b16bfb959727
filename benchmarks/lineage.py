"""What the lineage pane costs: CPU time of its answers and of drawing them, then keys through a pseudo-terminal.

python -m benchmarks.lineage [--individuals 20 200 2000 10000]
python -m benchmarks.lineage --show 10000          # only the pane, to look at
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from textual.app import App, ComposeResult

from benchmarks.made_family import evolved
from benchmarks.pty_session import PtySession
from ge_tui.tui.lineage.family import Ancestry, Family
from ge_tui.tui.lineage.pane import LineagePane
from ge_tui.tui.lineage.picture import Question, View, Wish, answer
from ge_tui.tui.watch import Change, Part, RunModel

SIZE = (120, 40)
KEYS, SPACING_S = 30, 0.3
_NOBODY = frozenset[int]()


class Given:
    """What a pane is given, with nothing behind it."""

    def __init__(self, model: RunModel) -> None:
        self.model = model
        self.feed = self.steering = None


class PaneApp(App[None]):
    """One pane, as large as the terminal."""

    def __init__(self, model: RunModel) -> None:
        super().__init__()
        self.pane = LineagePane(Given(model))  # type: ignore[arg-type]

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.refresh_from(Change(frozenset(Part), frozenset(self.pane.model.individuals)))
        self.pane.focus()


def cpu_ms(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1e3


def answers(count: int) -> None:
    """The CPU time of finding out what is drawn, and of drawing a screen of it."""
    import networkx  # noqa: F401, PLC0415  (so that its import is in no figure)

    model, family = evolved(count), Family()
    best = model.best.number if model.best else 0
    everyone = frozenset(model.individuals)
    first = Question(1, None, kin=False)
    found = [("first, without kin", cpu_ms(lambda: answer(family, model, everyone, first)))]
    found.append(("kin, first", cpu_ms(lambda: family.kin(best))))
    wishes = {
        "grid": Wish(View.GRID), "lanes": Wish(View.LANES),
        "lanes of the front": Wish(View.LANES, Ancestry.FRONT), "layers": Wish(View.LAYERS, hops=8),
        "layers, 150": Wish(View.LAYERS, hops=8, collapsed=frozenset()),
    }  # fmt: skip
    for name, wish in wishes.items():
        number = best if name != "layers, 150" else family.main_line(best)[len(family.main_line(best)) // 2]
        question = Question(1, number, wish)
        found.append(
            (name, statistics.median(cpu_ms(lambda q=question: answer(family, model, _NOBODY, q)) for _ in range(5)))
        )  # type: ignore[misc]
        got = answer(family, model, _NOBODY, question)
        drawing = got.drawing(SIZE[0], 0, got.lit)
        lines = range(min(SIZE[1] - 3, drawing.height))
        found.append(
            ("  a screen of it", cpu_ms(lambda d=drawing, ls=lines: [d.line(y, 0, SIZE[0], None) for y in ls]))
        )  # type: ignore[misc]
    news = frozenset(range(count - 3, count))
    fresh = {number: replace(one, created_at=0.0) for number, one in model.individuals.items() if number in news}
    model.individuals.update(fresh)
    found.append(("3 changed, grid", cpu_ms(lambda: answer(family, model, news, Question(2, best)))))
    print(f"{count:,} individuals:")
    for name, ms in found:
        print(f"  {name:20} {ms:8.1f} ms")


def keys(count: int) -> None:
    """What a key costs at the terminal."""
    with PtySession([sys.executable, "-m", "benchmarks.lineage", "--show", str(count)], SIZE) as session:
        session.wait_for("ancestor", 60)
        session.wait_until_quiet(1.0, 60)
        for name, pressed in {"down": ["down"] * KEYS, "page": ["pagedown", "pageup"] * (KEYS // 2),
                              "left": ["left"] * KEYS}.items():  # fmt: skip
            times, first, sizes = [], [], []
            for key in pressed:
                at = session.press(key)
                time.sleep(SPACING_S)
                chunks = session.since(at)
                if chunks:
                    times.append((chunks[0].at - at) * 1e3)
                    first.append(sum(len(chunk.data) for chunk in chunks if chunk.at < at + 0.06))
                    sizes.append(sum(len(chunk.data) for chunk in chunks))
            print(f"  {name:5} answered in {statistics.median(times):5.1f} ms with {statistics.median(first):6.0f} B; "
                  f"with the kin, once it rests, {statistics.median(sizes):6.0f} B")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--individuals", type=int, nargs="+", default=[20, 200, 2000, 10_000])
    parser.add_argument("--show", type=int)
    options = parser.parse_args()
    if options.show:
        PaneApp(evolved(options.show)).run()
        return
    for count in options.individuals:
        answers(count)
        keys(count)


if __name__ == "__main__":
    main()
