"""What may be reworded, and what is accepted as another wording."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.llm.prompts.catalogue import load_catalogue
from ge_tui.llm.prompts.render import render
from ge_tui.llm.prompts.wordings import Version, drawn, originals, reworded, used
from ge_tui.llm.rephrasing import Passage, Refused, passages, read_rephrasing

CATALOGUE = load_catalogue()
ORIGINALS = originals(CATALOGUE)
EOT = CATALOGUE.templates["eot"]
PLACE = re.compile(r"\{\{\w+\}\}")
REWORDABLE = sorted(key for key, version in ORIGINALS.items() if passages(version.text))


def answer_of(text: str) -> str:
    return f"<request>\n{text}\n</request>"


def passage_of(text: str, words: str) -> Passage:
    (found,) = [passage for passage in passages(text) if words in passage.text]
    return found


def read(answer: str, text: str = EOT, words: str = "First say", known: tuple[str, ...] = ()) -> str | Refused:
    return read_rephrasing(answer, passage_of(text, words), text, text, (text, *known))


GOOD = (
    "Begin with one or two sentences, between `<insight>` and `</insight>`, on what in that change mattered and why, "
    "as the numbers show it. Then carry this over to `{{segment}}`: its principle, not its lines."
)


def test_a_new_wording_takes_the_place_of_its_passage_alone() -> None:
    passage = passage_of(EOT, "First say")
    assert read(answer_of(GOOD)) == EOT.replace(passage.text, GOOD)
    assert read(f"Sure!\n\n{answer_of(GOOD)}\nI hope it helps.") == EOT.replace(passage.text, GOOD)
    assert read(f"<think>{answer_of('A draft of it.')}</think>{answer_of(GOOD)}") == EOT.replace(passage.text, GOOD)


def test_only_prose_is_offered() -> None:
    for version in ORIGINALS.values():
        for passage in passages(version.text):
            assert version.text[passage.start : passage.end] == passage.text
            assert "```" not in passage.text
            assert not passage.text.startswith("#")
            assert "{{code}}" not in passage.text
            assert "{{rules}}" not in passage.text
    assert {"template/eot", "template/system", "persona/magoo", "category/unusual"} <= set(REWORDABLE)
    assert not {"template/rules_rewrite", "template/rules_edits", "template/rephrase"} & ORIGINALS.keys()
    assert "persona/engineer" not in ORIGINALS, "who plays nobody has no text"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("I cannot do that.", "no_request"),
        (GOOD, "no_request"),
        (f"<request>{GOOD}", "no_request"),
        (answer_of(GOOD) + answer_of(GOOD), "no_request"),
        (answer_of(""), "form"),
        (answer_of(f"```\n{GOOD}\n```"), "form"),
        (answer_of(f"# The task\n{GOOD}"), "form"),
        (answer_of(f"1. {GOOD}\n2. {GOOD}"), "form"),
        (answer_of(f"{GOOD}\n\nOr, shorter, say what helped."), "form"),
        (answer_of(f"<<<<<<< SEARCH\n{GOOD}"), "form"),
        (answer_of(GOOD.replace("why", "why\x1b[2J")), "form"),
        (answer_of(GOOD.replace("{{segment}}", "the segment")), "places"),
        (answer_of(GOOD.replace("{{segment}}", "{{ segment }}")), "places"),
        (answer_of(GOOD + " See {{segment}}."), "places"),
        (answer_of(GOOD + " See {{code}}."), "places"),
        (answer_of(GOOD.replace("`</insight>`", "its end")), "tags"),
        (answer_of(GOOD.replace("<insight>", "<idea>").replace("</insight>", "</idea>")), "tags"),
        (answer_of("Say `<insight>` what `</insight>` and apply it to `{{segment}}`."), "length"),
        (answer_of(GOOD * 3), "places"),
        (answer_of(GOOD + " And then some more of it." * 20), "length"),
        (answer_of(passage_of(EOT, "First say").text.upper().replace("{{SEGMENT}}", "{{segment}}")), "unchanged"),
    ],
)
def test_what_is_refused_and_why(answer: str, reason: str) -> None:
    refused = read(answer)
    assert isinstance(refused, Refused)
    assert refused.reason == reason
    assert refused.detail


def test_what_was_tried_before_is_not_tried_again() -> None:
    once = read(answer_of(GOOD))
    assert isinstance(once, str)
    again = read(answer_of(GOOD.replace("Begin", "begin")), known=(once,))
    assert isinstance(again, Refused)
    assert again.reason == "known"


def test_a_text_does_not_grow_from_rewording_to_rewording() -> None:
    original = "Make this code better in some way."
    text = original
    for round_ in range(10):
        (passage,) = passages(text)
        made = read_rephrasing(answer_of(f"{text} And once more, round {round_}."), passage, text, original, [text])
        if isinstance(made, Refused):
            assert made.reason == "length"
            break
        text = made
    assert len(text) <= 2 * len(original)


pieces = st.sampled_from(
    ["{{segment}}", "{{exemplar}}", "{{code}}", "{{nothing}}", "{{", "}}", "{", "}", "<insight>", "</insight>",
     "<request>", "</request>", "```", "\n", "\n\n", "# ", "- ", " ", "say what made the difference ", "apply it ", ":",
     "<think>", "</think>", "\x00", "\ud800", "ß"]
)  # fmt: skip
mangled = st.one_of(
    st.text(max_size=400),
    st.lists(pieces, max_size=30).map("".join),
    st.builds(lambda head, tail: head + GOOD + tail, st.lists(pieces, max_size=2).map("".join), st.just("")),
)


@given(key=st.sampled_from(REWORDABLE), new=mangled, pick=st.integers(0, 9), wrap=st.booleans())
def test_whatever_is_accepted_can_be_filled_and_has_lost_nothing(key: str, new: str, pick: int, wrap: bool) -> None:
    text = ORIGINALS[key].text
    found = passages(text)
    passage = found[pick % len(found)]
    made = read_rephrasing(answer_of(new) if wrap else new, passage, text, text, [text])
    if isinstance(made, Refused):
        return
    assert Counter(PLACE.findall(made)) == Counter(PLACE.findall(text))
    assert made.count("```") == text.count("```")
    assert made.startswith(text[: passage.start])
    assert made.endswith(text[passage.end :])
    names = {name[2:-2] for name in PLACE.findall(text)}
    filled = render(made, {name: f"<<{name}>>" for name in names})
    assert all(f"<<{name}>>" in filled for name in names)
    assert "{{" not in filled


@given(key=st.sampled_from(REWORDABLE), words=st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=3))
def test_a_proper_rewording_is_accepted(key: str, words: list[str]) -> None:
    text = ORIGINALS[key].text
    passage = passages(text)[-1]
    made = read_rephrasing(answer_of(f"{passage.text} {' '.join(words)}"), passage, text, text, [text])
    assert isinstance(made, str)
    assert " ".join(words) in made


def test_versions_are_drawn_by_the_seed_of_a_call_and_each_has_its_share() -> None:
    versions = (ORIGINALS["template/eot"], Version("template/eot", "another"))
    seen = Counter(drawn({"template/eot": versions}, seed)["template/eot"].text for seed in range(400))
    assert seen["another"] == pytest.approx(200, abs=50)
    assert drawn({"template/eot": versions}, 7) == drawn({"template/eot": versions}, 7)


def test_a_prompt_is_made_of_the_versions_drawn_and_says_which() -> None:
    versions = {
        "template/system": Version("template/system", "{{persona}} Improve it by {{objectives}}."),
        "persona/expert": Version("persona/expert", "You know it all."),
        "category/unusual": Version("category/unusual", "Do something odd."),
    }
    catalogue = reworded(CATALOGUE, versions)
    assert catalogue.personas["expert"].text == "You know it all."
    assert catalogue.personas["magoo"] == CATALOGUE.personas["magoo"]
    assert catalogue.categories["unusual"].ask == "Do something odd."
    refs = used(catalogue, "mutate_segment", "expert", "unusual")
    assert set(refs) == {ORIGINALS["template/mutate_segment"].ref, *(version.ref for version in versions.values())}
    in_repair = used(catalogue, "repair", "engineer", "unusual")
    assert {ref.split("@")[0] for ref in in_repair} == {"template/repair", "template/system"}


def test_what_a_category_is_worded_like_is_never_read_as_a_template() -> None:
    version = Version("category/unusual", "Do {{nothing}} odd.")
    assert reworded(CATALOGUE, {"category/unusual": version}).categories["unusual"].ask == "Do {{nothing}} odd."
