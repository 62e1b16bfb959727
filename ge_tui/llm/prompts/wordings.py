"""The texts of a catalogue that may be worded in another way, and which of them a prompt was made of.

A wording is known by its key: `template/eot`, `persona/expert`, `category/unusual`. What the reader of answers
depends on (the rules for answering) and the request to rephrase itself are no wordings: they stay as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ge_tui.llm.prompts.catalogue import Catalogue
from ge_tui.llm.prompts.render import places
from ge_tui.search import draw

_FIXED = frozenset({"rules_edits", "rules_rewrite", "rephrase"})
_SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Version:
    """One text for a wording."""

    key: str
    text: str

    @property
    def ref(self) -> str:
        """Its name on record, the same in every run: the wording's key and a digest of the text."""
        return f"{self.key}@{hashlib.sha256(self.text.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def key_of(ref: str) -> str:
    """The wording that a version belongs to."""
    return ref.rpartition("@")[0]


def originals(catalogue: Catalogue) -> dict[str, Version]:
    """Every wording of a catalogue, by its key."""
    texts = {f"template/{name}": text for name, text in catalogue.templates.items() if name not in _FIXED}
    texts |= {f"persona/{name}": row.text for name, row in catalogue.personas.items() if row.text.strip()}
    texts |= {f"category/{name}": row.ask for name, row in catalogue.categories.items()}
    return {key: Version(key, text) for key, text in texts.items()}


def drawn(living: Mapping[str, Sequence[Version]], seed: int) -> dict[str, Version]:
    """One of the living versions of each wording, all with the same chance, by a call's seed."""
    return {
        key: versions[int(draw(seed, 0, 0, f"wording/{key}").random() * len(versions))]
        for key, versions in living.items()
        if versions
    }


def reworded(catalogue: Catalogue, versions: Mapping[str, Version]) -> Catalogue:
    """The catalogue with these versions in the place of its own texts."""
    texts = {key: version.text for key, version in versions.items()}
    return Catalogue(
        {
            n: row.model_copy(update={"text": texts.get(f"persona/{n}", row.text)})
            for n, row in catalogue.personas.items()
        },
        {
            n: row.model_copy(update={"ask": texts.get(f"category/{n}", row.ask)})
            for n, row in catalogue.categories.items()
        },
        {n: texts.get(f"template/{n}", text) for n, text in catalogue.templates.items()},
    )


def used(catalogue: Catalogue, template: str, persona: str, category: str) -> tuple[str, ...]:
    """The refs of the wordings that went into a prompt."""
    keys = [f"template/{template}", f"template/{_SYSTEM}"]
    asked_for = places(catalogue.templates[template]) | places(catalogue.templates[_SYSTEM])
    if "persona" in asked_for:
        keys.append(f"persona/{persona}")
    if "ask" in asked_for:
        keys.append(f"category/{category}")
    known = originals(catalogue)
    return tuple(known[key].ref for key in keys if key in known)
