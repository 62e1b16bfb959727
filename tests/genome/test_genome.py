import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.genome import Contract, Genome, SegmentError, cut, find_problem, normalise_newlines, syntax_hash

from .strategies import MARKER, NOTE, any_text, check, marked_texts, normal_files

ORIGINAL = f"""# --PROMPT LOG--
import math
import torch
{MARKER}
def get_optimizer(params, lr=0.1): return None
{MARKER}
class SE(nn.Module):
    pass
{MARKER}
{NOTE}
# SE is defined elsewhere.
{NOTE}
def same_pad_1(k): return k // 2


class DFSEBV2(nn.Module):
    pass

{MARKER}
class MinPool2d_x(nn.Module): pass
class FCT(nn.Module):
    pass
{MARKER}
class MinPool2d_y(nn.Module): pass
class EVE(nn.Module):
    pass
"""
ORIGINAL_NAMES = ("get_optimizer", "SE", "DFSEBV2", "FCT", "EVE")


def texts(genome: Genome) -> list[str]:
    return [segment.text for segment in genome.segments]


@check
@given(any_text, st.lists(st.text(min_size=1), max_size=4, unique=True))
def test_cut_and_join_is_the_identity_on_any_text(text, names):
    assert cut(text, names).source == text


@check
@given(any_text)
def test_any_text_has_a_segment_and_no_name_twice(text):
    names = cut(text).names
    assert names
    assert len(set(names)) == len(names)


@check
@given(any_text, any_text, st.integers(0, 10))
def test_a_new_segment_leaves_every_other_part_to_the_letter(text, code, at):
    old = cut(text)
    name = old.names[at % len(old.names)]
    new = old.with_segment(name, code)
    assert new.header == old.header
    assert new.names == old.names
    assert [part for part in new.segments if part.name != name] == [part for part in old.segments if part.name != name]
    assert new.segment(name).note.rstrip() == old.segment(name).note.rstrip()


@check
@given(marked_texts, any_text, st.integers(0, 10))
def test_a_new_segment_never_runs_into_a_marker(text, code, at):
    old = cut(text)
    new = old.with_segment(old.names[at % len(old.names)], code)
    again = cut(new.source, new.names)
    assert again.header == new.header
    assert again.names == new.names
    # Where line ends are mixed, a \r before and a \n behind an empty segment become one.
    assert [text.strip("\r\n") for text in texts(again)] == [text.strip("\r\n") for text in texts(new)]


@check
@given(any_text, any_text.map(lambda code: code.replace(NOTE, "# note")))
def test_the_lines_of_a_new_segment_stay_lines(text, code):
    line = re.compile("[^\r\n]+")
    old = cut(text)
    new = old.with_segment(old.names[0], code)
    body = [found for found in line.findall(code) if found.rstrip(" \t") != MARKER]
    kept = line.findall(new.source)
    others = line.findall(old.header) + [found for part in new.segments[1:] for found in line.findall(part.text)]
    assert all(found in kept for found in body + others)


@check
@given(normal_files())
def test_a_segment_replaced_by_its_own_code_changes_nothing(text):
    genome = cut(text)
    for segment in genome.segments:
        assert genome.with_segment(segment.name, segment.code).source == text


@check
@given(any_text)
def test_a_segment_replaced_by_its_own_code_twice_is_as_once(text):
    genome = cut(text)
    name = genome.names[0]
    once = genome.with_segment(name, genome.segment(name).code)
    assert once.with_segment(name, once.segment(name).code) == once


@check
@given(normal_files(), st.sampled_from(["class New: pass", "\n\nclass New: pass\n\n\n", "class New: pass\r\n"]))
def test_a_file_with_a_new_segment_is_still_python(text, code):
    genome = cut(text)
    for name in genome.names:
        new = genome.with_segment(name, code)
        assert find_problem(new.source, Contract("New", "New")) is None
        assert len(cut(new.source).names) == len(genome.names)


@check
@given(normal_files())
def test_blank_lines_between_segments_do_not_grow(text):
    genome = cut(text)
    for name in genome.names:
        first = genome.with_segment(name, "class New: pass")
        again = first.with_segment(name, "\n\nclass New: pass\n\n")
        assert again == first


@check
@given(normal_files(marked=True))
def test_crlf_files_are_cut_as_others(text):
    crlf = text.replace("\n", "\r\n")
    assert cut(crlf).names == cut(text).names
    assert [normalise_newlines(part.note) for part in cut(crlf).segments] == [part.note for part in cut(text).segments]
    assert cut(normalise_newlines(crlf)) == cut(text)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_seed_of_the_original_system_drops_in(end):
    genome = cut(ORIGINAL.replace("\n", end))
    assert genome.header == end.join(["# --PROMPT LOG--", "import math", "import torch", ""])
    assert genome.names == ORIGINAL_NAMES
    assert genome.segment("DFSEBV2").note == end.join([NOTE, "# SE is defined elsewhere.", NOTE, ""])
    assert genome.segment("DFSEBV2").code.startswith("def same_pad_1")
    assert genome.segment("FCT").note == ""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_rewrite_of_an_original_segment_keeps_its_note_in_front(end):
    genome = cut(ORIGINAL.replace("\n", end))
    new = genome.with_segment("DFSEBV2", "class DFSEBV2: pass")
    note = genome.segment("DFSEBV2").note
    assert new.segment("DFSEBV2").text == f"{note}class DFSEBV2: pass{end}{end}"


def test_nothing_but_markers():
    text = f"{MARKER}\n{MARKER}\n{MARKER}"
    genome = cut(text)
    assert genome.header == ""
    assert texts(genome) == ["", "", ""]
    assert genome.names == ("segment1", "segment2", "segment3")


def test_a_marker_at_the_end_without_newline_is_not_written_over():
    genome = cut(f"import torch\n{MARKER}").with_segment("segment1", "class A: pass")
    assert genome.source == f"import torch\n{MARKER}\nclass A: pass\n"


def test_a_marker_may_have_blanks_behind_it_but_no_text():
    assert texts(cut(f"a\n{MARKER} \t\nb\n{MARKER}x\n")) == [f"b\n{MARKER}x\n"]


def test_markers_in_an_answer_do_not_add_segments():
    genome = cut(ORIGINAL)
    new = genome.with_segment("SE", f"{MARKER}\nclass SE: pass\n{MARKER}\nclass Helper: pass\n")
    assert new.segment("SE").code == "class SE: pass\nclass Helper: pass\n"
    assert cut(new.source, genome.names) == new


def test_a_note_in_an_answer_is_not_kept_twice():
    genome = cut(ORIGINAL)
    new = genome.with_segment("DFSEBV2", f"{NOTE}\n# Mine.\n{NOTE}\nclass DFSEBV2: pass\n")
    assert new.segment("DFSEBV2").note == genome.segment("DFSEBV2").note
    assert new.source.count(NOTE) == 2


def test_several_notes_of_one_segment_are_all_kept():
    notes = f"{NOTE}\n# One.\n{NOTE}\n", f"{NOTE}\n# Two.\n{NOTE}\n"
    genome = cut(f"{MARKER}\n{notes[0]}x = 1\n{notes[1]}class A: pass\n")
    assert genome.with_segment("A", "class A: y = 1").segment("A").text == f"{notes[0]}{notes[1]}class A: y = 1\n"


def test_a_note_at_the_end_without_newline_does_not_swallow_the_code():
    genome = cut(f"{MARKER}\nclass A: pass\n{NOTE}\n# N.\n{NOTE}")
    assert genome.with_segment("A", "class A: x = 1").source == f"{MARKER}\n{NOTE}\n# N.\n{NOTE}\nclass A: x = 1\n"


def test_an_emptied_segment_keeps_its_line():
    genome = cut(f"{MARKER}\nclass A: pass\n{MARKER}\nclass B: pass\n").with_segment("A", "")
    assert cut(genome.source, genome.names) == genome
    assert genome.with_segment("A", "class A: pass").segment("A").text == "class A: pass\n"


def test_a_new_header_without_newline_keeps_the_first_marker():
    genome = cut(ORIGINAL).with_header("import torch")
    assert cut(genome.source).names == ORIGINAL_NAMES
    assert cut(genome.source).header == "import torch\n"


def test_an_unknown_segment_is_named_with_those_there_are():
    with pytest.raises(SegmentError, match=r"'Fct'; there are: get_optimizer, SE, DFSEBV2, FCT, EVE"):
        cut(ORIGINAL).segment("Fct")
    with pytest.raises(SegmentError):
        cut(ORIGINAL).with_segment("", "x = 1")


def test_without_markers_a_file_is_cut_at_its_definitions():
    genome = cut("import torch\n\nclass A:\n    def f(self): pass\n\ndef g(): pass\nx = 1\n\nasync def h(): pass\n")
    assert genome.header == "import torch\n\n"
    assert genome.names == ("A", "g", "h")
    assert texts(genome)[1] == "def g(): pass\nx = 1\n\n"


def test_decorators_and_the_comments_above_stay_with_their_definition():
    genome = cut("import x\n\n# One.\n# Two.\n@first\n# Between.\n@second(\n    3\n)\nclass A: pass\n")
    assert genome.header == "import x\n\n"
    assert texts(genome)[0].startswith("# One.\n")


def test_a_string_that_looks_like_a_comment_stays_whole():
    text = 'TEXT = """\n# one\n# two"""\nclass A: pass\n'
    genome = cut(text)
    assert genome.header == 'TEXT = """\n# one\n# two"""\n'
    assert find_problem(genome.with_segment("A", "class A: x = 1").source, Contract("A", "TEXT")) is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\f\n", "  # \u2028 \x85 \v\n"])
def test_definitions_are_found_with_any_line_end(end):
    genome = cut(f"x = 1{end}class A: pass{end}def f(): pass{end}")
    assert texts(genome) == [f"class A: pass{end}", f"def f(): pass{end}"]
    assert genome.header == f"x = 1{end}"


def test_definitions_are_found_below_strings_with_odd_line_ends():
    genome = cut("x = '''\r\f\u2028\v\x1c'''\r\nclass A: pass\rdef f(): pass\n")
    assert texts(genome) == ["class A: pass\r", "def f(): pass\n"]


def test_a_file_that_is_no_python_is_one_segment():
    assert cut("class A:\nclass B: pass\n").segments[0].text == "class A:\nclass B: pass\n"


def test_definitions_within_branches_are_no_segments():
    assert cut("if x:\n    class A: pass\nclass B: pass\n").names == ("B",)


def test_a_segment_is_called_after_its_last_class_else_its_last_function():
    text = f"{MARKER}\ndef helper(): pass\nclass A: pass\nclass B: pass\ndef g(): pass\n{MARKER}\ndef h(): pass\n"
    assert cut(text).names == ("B", "h")


def test_names_that_occur_again_are_numbered():
    text = f"{MARKER}\nclass A: pass\n{MARKER}\nclass A: pass\n{MARKER}\nclass A_2: pass\n"
    assert cut(text).names == ("A", "A_2", "A_2_2")


def test_names_of_an_ancestor_are_kept_through_rewrites():
    seed = cut(ORIGINAL)
    child = seed.with_segment("SE", "class SE: pass\nclass Gate: pass\n")
    assert cut(child.source).names != seed.names
    assert cut(child.source, seed.names).names == seed.names


def test_names_of_an_ancestor_with_other_segments_are_not_used():
    assert cut(f"{MARKER}\nclass A: pass\n", ("X", "Y")).names == ("A",)


def test_normalise_newlines_takes_off_what_windows_editors_add():
    assert normalise_newlines("\ufeffa\r\nb\rc\n") == "a\nb\nc\n"
    assert normalise_newlines("\r\r\n\n") == "\n\n\n"


@check
@given(normal_files(), st.sampled_from(["\r\n", "\r"]))
def test_line_ends_do_not_change_the_program(text, end):
    assert syntax_hash(text.replace("\n", end)) == syntax_hash(text)
