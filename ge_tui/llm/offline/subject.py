"""What an operator works on, and the draft of a change it hands back."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeVar

from ge_tui.genome import Contract, Genome
from ge_tui.llm.offline.anatomy import Anatomy, ClassInfo, dissect, self_attribute
from ge_tui.llm.offline.shapes import Path, Site, Trace, dry_run
from ge_tui.llm.offline.source import Splice, spliced

_T = TypeVar("_T")
_Node = ast.expr | ast.stmt | ast.keyword

PROBES = ((28, 16), (32, 32), (28, 28), (224, 224), (16, 16), (64, 64))
"""Images for a dry run. The first shows what depends on size; the others are for networks made for one."""

NORMS = ("BatchNorm2d", "BatchNorm1d", "GroupNorm", "LayerNorm", "InstanceNorm2d")


@dataclass(frozen=True, eq=False)
class Subject:
    """A genome with its dry run, and where in it a change is wanted."""

    anatomy: Anatomy
    trace: Trace
    contract: Contract
    size: tuple[int, int]
    """The images of the dry run."""
    segment: str | None = None
    """Only this segment may change."""

    def is_open(self, node: ast.AST) -> bool:
        """Whether a node may be changed: the header never, and outside the segment aimed at neither."""
        number = self.anatomy.place(node)
        return number > 0 and self.segment in (None, self.anatomy.segment_name(number))

    def sites(self) -> Iterator[Site]:
        """The calls of the dry run that may be changed, in the order they were first made."""
        return (site for site in self.trace.sites.values() if self.is_open(site.node))

    def made(self, *kinds: str) -> Iterator[tuple[Site, str]]:
        """Constructions of layers of `torch.nn`, with the layer's name."""
        for site in self.sites():
            kind = site.callee.last if isinstance(site.callee, Path) else None
            if kind in kinds and site.callee == Path(f"torch.nn.{kind}"):
                yield site, kind

    def where(self, node: ast.AST) -> str:
        """The class or function a node stands in, for the user."""
        info = self.anatomy.class_of(node)
        if info is not None:
            return info.name
        function = self.anatomy.function_of(node)
        return function.name if function else "the file"

    def spot(self, node: ast.AST) -> str:
        """Like `where`, with the attribute that is made there: "block2 of ExquisiteNetV2"."""
        info = self.anatomy.class_of(node)
        for outer in self.anatomy.ancestors(node) if info else ():
            if isinstance(outer, ast.Assign) and (name := self_attribute(outer.targets[0])):
                return f"{name} of {self.where(node)}"
        return self.where(node)

    def draft(self, detail: str) -> Draft:
        """A change that is yet to be made."""
        return Draft(self.anatomy, detail)

    def member_call(self, site: Site) -> tuple[ClassInfo, str] | None:
        """The class and the attribute, where a call is `self.name(value)` with one plain argument."""
        name = self_attribute(site.node.func)
        info = self.anatomy.class_of(site.node)
        plain = len(site.node.args) == 1 and not site.node.keywords
        if name is None or info is None or not plain or isinstance(site.node.args[0], ast.Starred):
            return None
        return info, name


@dataclass(eq=False)
class Draft:
    """A change that has yet to be looked at: edits by piece, and a sentence for the user."""

    anatomy: Anatomy
    detail: str
    edits: dict[int, list[Splice]] = field(default_factory=dict)

    def replace(self, node: _Node, text: str) -> Draft:
        """Put a text in the place of a node."""
        place = self.anatomy.place(node)
        return self._add(place, self.anatomy.pieces[place].text.replaced(node, text))

    def after(self, node: _Node, text: str) -> Draft:
        """Insert text right behind a node."""
        place = self.anatomy.place(node)
        end = self.anatomy.pieces[place].text.span(node)[1]
        return self._add(place, Splice(end, end, text))

    def line_after(self, statement: ast.stmt, line: str) -> Draft | None:
        """A new line below a statement; None where it shares its line with other code."""
        place = self.anatomy.place(statement)
        splice = self.anatomy.pieces[place].text.line_after(statement, line)
        return self._add(place, splice) if splice else None

    def without_line(self, statement: ast.stmt) -> Draft | None:
        """A statement taken out with its line; None where the line is shared."""
        place = self.anatomy.place(statement)
        splice = self.anatomy.pieces[place].text.line_removed(statement)
        return self._add(place, splice) if splice else None

    def unlist(self, node: ast.expr, siblings: Sequence[ast.expr]) -> Draft:
        """Take an element out of a list or out of positional arguments, with one comma."""
        place = self.anatomy.place(node)
        text = self.anatomy.pieces[place].text
        start, end = text.span(node)
        at = siblings.index(node)
        if at + 1 < len(siblings):
            end = text.span(siblings[at + 1])[0]
        elif at:
            start = text.span(siblings[at - 1])[1]
        return self._add(place, Splice(start, end, ""))

    def child(self) -> Genome:
        """The genome with the edits made."""
        genome = self.anatomy.genome
        segments = list(genome.segments)
        for place, edits in self.edits.items():
            old = segments[place - 1]
            segments[place - 1] = replace(old, text=spliced(old.text, edits))
        return replace(genome, segments=tuple(segments))

    @property
    def segment(self) -> str:
        """The segment that changes; empty where there are several."""
        return self.anatomy.segment_name(next(iter(self.edits))) if len(self.edits) == 1 else ""

    def _add(self, place: int, splice: Splice) -> Draft:
        self.edits.setdefault(place, []).append(splice)
        return self


Option = tuple[float, Callable[[], Draft | None]]
"""A change an operator could make, and how likely it is beside the others."""


def drawn(options: Sequence[Option], rng: random.Random) -> Iterator[Draft]:
    """The drafts of options in a random order by weight, each made when it is asked for."""
    for make in shuffled(options, rng):
        draft = make()
        if draft is not None:
            yield draft


def shuffled(options: Sequence[tuple[float, _T]], rng: random.Random) -> Iterator[_T]:
    """Draw by weight, without replacement. What weighs nothing is never drawn."""
    left = [option for option in options if option[0] > 0]
    while left:
        at = rng.choices(range(len(left)), [weight for weight, _ in left])[0]
        yield left.pop(at)[1]


def examine(genome: Genome, contract: Contract) -> Subject:
    """A genome with its dry run, on images of the first size that suits the network."""
    best: Subject | None = None
    for size in PROBES:
        subject = examine_at(genome, contract, size)
        trace = subject.trace
        if best is None or _rank(trace) > _rank(best.trace):
            best = subject
        if not trace.problems:  # a better size would not make more of it known
            break
    assert best is not None
    return best


@lru_cache(maxsize=32)
def examine_at(genome: Genome, contract: Contract, size: tuple[int, int]) -> Subject:
    """A genome with its dry run on images of one size."""
    anatomy = dissect(genome)
    return Subject(anatomy, dry_run(anatomy, contract.network, size), contract, size)


def _rank(trace: Trace) -> tuple[bool, int]:
    return trace.is_complete, -len(trace.problems)
