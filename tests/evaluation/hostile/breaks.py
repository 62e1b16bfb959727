"""Breaking down, so that something is left behind or the next one suffers."""

from __future__ import annotations

from .corpus import Hostile, O, at_import, in_forward, with_parts

GARBLED = (O.CRASHED, O.FORGED, O.IMPORT, O.BUILD, O.SHAPE, O.TIMEOUT)

BREAKS: dict[str, Hostile] = {
    "a segmentation fault": in_forward("ctypes.string_at(0)", O.CRASHED),
    "an exit without a word": at_import("os._exit(0)", O.CRASHED),
    "an exit in training": in_forward("os._exit(0)", O.CRASHED),
    "an abort": at_import("os.abort()", O.CRASHED),
    "its own death": at_import("os.kill(os.getpid(), signal.SIGKILL)", O.KILLED),
    "its own halt": at_import("os.kill(os.getpid(), signal.SIGSTOP)", O.TIMEOUT),
    "a trap": at_import("os.kill(os.getpid(), signal.SIGTRAP)", O.CRASHED),
    "something at the end": at_import(
        "import atexit\natexit.register(lambda: (time.sleep(99), escaped()))\natexit.register(os.abort)", O.OK
    ),
    "an exception in a destructor": at_import(
        "class Dying:\n    def __del__(self):\n        raise ValueError('last words')\nkept = Dying()\ndel kept\nkept = Dying()",
        O.OK,
    ),
    "work while it is imported": at_import("time.sleep(99)", O.TIMEOUT),
    "parameters without end": with_parts(
        O.TIMEOUT, O.CPU_TIME, O.OUT_OF_MEMORY, O.FORGED,
        build="def endless(recurse=True):\n    while True:\n        yield self.head.weight\nself.parameters = endless",
    ),
    "an answer that never comes": in_forward("import itertools\nfor _ in itertools.count(): pass", O.TIMEOUT, O.CPU_TIME),
    "a system exit in a thread": at_import("threading.Thread(target=sys.exit).start()", O.OK),
    "no modules": at_import("sys.modules.clear()", O.OK, *GARBLED),
    "no builtins": at_import("for name in ('open', 'len', 'print', 'isinstance'): delattr(builtins, name)", *GARBLED),
    "no descriptors": at_import("os.closerange(0, 256)", O.CRASHED),
    "its results cut off": at_import("os.closerange(3, 256)", O.CRASHED),
    "a heap in ruins": in_forward("ctypes.memset(id(self), 0xff, 4096)", O.CRASHED),
    "a write that writes nothing": at_import("os.write = lambda fd, data: len(data)", O.CRASHED, O.FORGED),
    "a class that cannot be looked at": at_import(
        "class Sly(Exception):\n    def __str__(self): os._exit(0)\n    __repr__ = __str__\nraise Sly", O.CRASHED, O.IMPORT
    ),
    "every file of its folder gone": at_import("shutil.rmtree(os.getcwd())"),
    "threads that print for ever": at_import(
        "def chat():\n    while True: print('here'); time.sleep(0.01)\n"
        "for _ in range(4): threading.Thread(target=chat, daemon=True).start()", O.OK
    ),
}  # fmt: skip
