"""Using up the machine. Every attack stops by itself after some time, so that one that gets through does no harm."""

from __future__ import annotations

from .corpus import Hostile, O, at_import, in_forward

ENDLESS = (O.TIMEOUT, O.CPU_TIME)
_SWALLOW = """
until = time.monotonic() + 20
while time.monotonic() < until:
    try:
        {}
    except (OSError, RuntimeError, MemoryError):
        pass
"""


def stubborn(code: str) -> str:
    """Again and again for twenty seconds, whatever is refused."""
    return _SWALLOW.format(code)


_LET_GO = """
import mmap as m
kept = []
for _ in range(24):
    kept.append(m.mmap(-1, 64 << 20))
    for place in range(0, 64 << 20, 4096): kept[-1][place] = 1
    kept[-1].madvise(m.MADV_DONTNEED)
    time.sleep(0.1)
escaped(len(kept))
"""
_CHILDREN = """
children = []
for _ in range(10):
    pid = os.fork()
    if pid == 0:
        kept = bytearray(os.urandom(1 << 20)) * 100
        time.sleep(20)
        os._exit(0)
    children.append(pid)
time.sleep(10)
escaped()
"""

EXHAUSTION: dict[str, Hostile] = {
    "a fork bomb": at_import(
        "for _ in range(300):\n    if os.fork() == 0:\n        time.sleep(20)\n        os._exit(0)\nescaped()", O.PROCESSES
    ),
    "a fork bomb that does not give up": at_import(
        stubborn("if os.fork() == 0: time.sleep(20)"), O.PROCESSES, *ENDLESS
    ),
    "threads": at_import(
        "for _ in range(500): threading.Thread(target=time.sleep, args=(20,), daemon=True).start()\nescaped()",
        O.PROCESSES, O.OUT_OF_MEMORY,
    ),
    "memory by touching it": at_import(
        "kept = []\nfor _ in range(200): kept.append(bytearray(os.urandom(1 << 20)) * 10)\nescaped()", O.OUT_OF_MEMORY
    ),
    "memory by mapping it": at_import(
        "import mmap as m\nescaped(m.mmap(-1, 64 << 30, flags=m.MAP_PRIVATE | m.MAP_ANONYMOUS))", O.OUT_OF_MEMORY
    ),
    "shared memory, let go of and still in use": at_import(_LET_GO, O.OUT_OF_MEMORY),
    "memory of many processes": at_import(_CHILDREN, O.OUT_OF_MEMORY),
    "memory in training": in_forward("kept = [torch.ones(1 << 20) for _ in range(1000)]\nescaped()", O.OUT_OF_MEMORY),
    "memory that belongs to no process": at_import("escaped(os.memfd_create('x'))", O.FORBIDDEN, O.IMPORT),
    "segments that stay": at_import("escaped(call('shmget', 0, 1 << 20, 0o1600))"),
    "shared memory by name": at_import(
        "for n in range(99): open(f'/dev/shm/hostile{n}', 'wb').write(b'x' * (1 << 20))\nescaped()", O.DISK, O.FORBIDDEN
    ),
    "the disk": at_import(
        "for n in range(99): open(f'x{n}', 'wb').write(b'x' * (1 << 20))\ntime.sleep(3)\nescaped()", O.DISK
    ),
    "one large file": at_import("open('x', 'wb').write(b'x' * (7 << 20))\nescaped()", O.FILE_SIZE),
    "one huge file of nothing": at_import("open('x', 'wb').close()\nos.truncate('x', 1 << 40)\nescaped()",
                                          O.FILE_SIZE, O.FORBIDDEN),
    "a file that ignores the signal": at_import(
        "signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\nopen('x', 'wb').write(b'x' * (7 << 20))\nescaped()", O.FILE_SIZE
    ),
    "many files": at_import("for n in range(5000): open(f'x{n}', 'w').close()\nraise OSError(errno.ENOSPC, 'many')", O.DISK),
    "open files": at_import("kept = [open(os.devnull) for _ in range(5000)]\nescaped()", O.OPEN_FILES),
    "buffers of pipes": at_import(
        "kept = []\nfor _ in range(500):\n    kept.append(os.pipe())\n    os.set_blocking(kept[-1][1], False)\nescaped()",
        O.OPEN_FILES,
    ),
    "standard output": at_import(stubborn("os.write(1, b'x' * 65536)"), O.OUTPUT),
    "standard error": in_forward(stubborn("os.write(2, b'x' * 65536)"), O.OUTPUT),
    "the pipe of results": at_import(
        "for fd in range(3, 9):\n    try:\n        for _ in range(10 ** 4): os.write(fd, b'\\xff' * 65536)\n"
        "    except OSError: pass\ntime.sleep(20)", O.FORGED
    ),
    "a message without end": at_import(
        "for fd in range(3, 9):\n    try: os.write(fd, struct.pack('!II', 1 << 31, 0))\n    except OSError: pass\n"
        "time.sleep(20)", O.FORGED
    ),
    "processor time": at_import(stubborn("sum(range(10 ** 5))"), O.CPU_TIME),
    "processor time, its signal ignored": at_import(
        "signal.signal(signal.SIGXCPU, signal.SIG_IGN)\n" + stubborn("sum(range(10 ** 5))"), O.CPU_TIME
    ),
    "processor time of many": at_import(
        "for _ in range(6):\n    if os.fork() == 0:\n        while True: pass\n" + stubborn("time.sleep(0.1)"), O.CPU_TIME
    ),
    "a search without end": at_import("import re\nre.match('(a+)+$', 'a' * 40 + 'b')", *ENDLESS),
    "sleep": in_forward("time.sleep(99)", O.TIMEOUT),
    "sleep, signals ignored": at_import(
        "for number in range(1, 32):\n    try: signal.signal(number, signal.SIG_IGN)\n    except OSError: pass\n"
        "time.sleep(99)", O.TIMEOUT
    ),
    "recursion": at_import("def deep(n): return deep(n + 1) + 1\nescaped(deep(0))", O.IMPORT),
    "recursion below Python": at_import(
        "sys.setrecursionlimit(10 ** 9)\ndef deep(x): return sorted([x], key=deep)\nescaped(deep(0))", O.CRASHED
    ),
    "a number without end": at_import("escaped(len(str(10 ** 10 ** 8)))", O.IMPORT, *ENDLESS, O.OUT_OF_MEMORY),
}  # fmt: skip
