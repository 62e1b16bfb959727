import subprocess
import sys

PROGRAM = """
import sys
import ge_tui.search
rooms = {'genome', 'llm', 'evaluation', 'run', 'tui', 'settings', 'cli'}
loaded = sorted(room for room in rooms if f'ge_tui.{room}' in sys.modules)
print(loaded, 'torch' in sys.modules)
"""


def test_the_room_imports_no_other_room_and_no_torch() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == "[] False"
