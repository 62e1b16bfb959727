import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ge_tui.genome import unified_diff

from .strategies import any_text, check

texts = st.lists(st.sampled_from(["a\n", "b\n", "c\f\u2028d\n", "\n", "last"]), max_size=8).map("".join)


def test_a_changed_line_with_its_surroundings():
    before = "".join(f"{number}\n" for number in range(1, 10))
    assert unified_diff(before, before.replace("5", "five"), "parent", "child", context=1) == (
        "--- parent\n+++ child\n@@ -4,3 +4,3 @@\n 4\n-5\n+five\n 6\n"
    )


@check
@given(any_text, any_text)
def test_empty_where_the_texts_are_equal_and_only_there(before, after):
    assert unified_diff(before, before, "a", "b") == ""
    assert (unified_diff(before, after, "a", "b") == "") == (before == after)


def test_a_missing_newline_at_the_end_is_shown():
    assert unified_diff("a\n", "a", "x", "y").endswith("-a\n+a\n\\ No newline at end of file\n")


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs the patch program")
@settings(deadline=None, max_examples=30)
@given(texts, texts)
def test_patch_makes_the_child_of_the_parent(tmp_path_factory, before, after):
    file = tmp_path_factory.mktemp("patched") / "network.py"
    file.write_bytes(before.encode())
    diff = unified_diff(before, after, "network.py", "network.py")
    subprocess.run(["patch", "--quiet", file], input=diff.encode(), check=True)
    assert file.read_bytes() == after.encode() if file.exists() else after == ""
