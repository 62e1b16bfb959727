"""Getting at other processes, out of the box, or into what runs later."""

from __future__ import annotations

from .corpus import Hostile, O, at_import, in_forward

UNSEEN = (O.IMPORT, O.FORBIDDEN)
GONE = (O.IMPORT, O.FORBIDDEN, O.TIMEOUT)
_LATE = """
def late(name):
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    os.closerange(0, 256)
    time.sleep(1)
    open('@FOLDER@/' + name, 'w').close()
    os._exit(0)
"""
_INT_80 = """
import mmap as m
code = m.mmap(-1, 4096, flags=m.MAP_PRIVATE | m.MAP_ANONYMOUS, prot=m.PROT_READ | m.PROT_WRITE | m.PROT_EXEC)
code.write(bytes([0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3]))
address = ctypes.addressof(ctypes.c_char.from_buffer(code))
if os.uname().machine != 'x86_64': os.kill(os.getpid(), signal.SIGSYS)
escaped(ctypes.CFUNCTYPE(ctypes.c_int)(address)())
"""

ESCAPES: dict[str, Hostile] = {
    "tracing its parent": at_import("escaped(call('ptrace', 16, os.getppid(), 0, 0))"),
    "tracing a process outside": at_import("escaped(call('ptrace', 16, @VICTIM@, 0, 0))"),
    "killing its parent": at_import("os.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(99)", *GONE),
    "stopping its parent": at_import("os.kill(os.getppid(), signal.SIGSTOP)\ntime.sleep(99)", *GONE),
    "killing a process outside": in_forward("escaped(os.kill(@VICTIM@, 9))", O.CRASHED, O.FORBIDDEN),
    "signalling the engine": at_import("escaped(os.kill(@ENGINE@, 0))", *UNSEEN),
    "a daemon": at_import(_LATE + "late('late')", O.OK),
    "many daemons, in training": in_forward("late('late')", O.OK, O.PROCESSES, top=_LATE),
    "a daemon of a crash": at_import(_LATE + "late('late')\nos.abort()", O.CRASHED),
    "namespaces within": at_import("escaped(call('unshare', 0x10000000))"),
    "namespaces of a new process": at_import("escaped(syscall(56, 220, 0x10000000 | 17, 0, 0, 0, 0))"),
    "namespaces of another": at_import(
        "escaped(call('setns', os.open('/proc/1/ns/mnt', os.O_RDONLY), 0))", O.FORBIDDEN, O.IMPORT
    ),
    "a mount": at_import(
        "os.mkdir('m')\ncall('mount', b'x', b'm', b'tmpfs', 0, b'size=4k')\nescaped(call('umount', b'm'))"
    ),
    "a new root": at_import("os.mkdir('r')\nescaped(os.chroot('r'))"),
    "root's number": at_import(
        "os.setuid(0)\nrights = [line for line in open('/proc/self/status') if line.startswith('CapEff')]\n"
        "if int(rights[0].split()[1], 16): escaped(rights)\nraise PermissionError(errno.EPERM, 'no rights')",
        O.FORBIDDEN,
        O.IMPORT,  # in a user namespace there is no such user
    ),
    "a program that makes one root": at_import(
        "shutil.copy('/bin/sh', 'sh')\nos.chmod('sh', 0o6755)\n"
        "said = subprocess.run(['./sh', '-p', '-c', 'cat @FOLDER@/secret && echo got it'], capture_output=True).stdout\n"
        "if b'got it' in said: escaped(said)\nraise PermissionError(errno.EPERM, 'refused')"
    ),
    "another program in its place": at_import("os.execv(sys.executable, ['python', '-S', '-c', 'pass'])", O.CRASHED),
    "a library loaded before all": at_import(
        "open('evil.c', 'w').write('x')\nescaped(open('/etc/ld.so.preload', 'w'))", *UNSEEN
    ),
    "a .pth file": at_import("escaped(open(os.path.join(os.path.dirname(torch.__path__[0]), 'zz_hostile.pth'), 'x'))"),
    "a sitecustomize": at_import("escaped(open(os.path.join(os.path.dirname(os.__file__), 'sitecustomize.py'), 'a'))"),
    "a poisoned cache of torch": at_import(
        "escaped(open(glob.glob(torch.__path__[0] + '/__pycache__/*.pyc')[0], 'r+b'))", *UNSEEN
    ),
    "a poisoned cache of ours": at_import(
        "import ge_tui\nescaped(open(os.path.join(ge_tui.__path__[0], 'zz_hostile.py'), 'x'))"
    ),
    "an extension for the next": at_import(
        "place = os.path.expanduser('~/.cache/torch_extensions')\n"
        "if os.path.exists(place): escaped(place)\nos.makedirs(place)\nopen(place + '/evil.so', 'w').write('x')",
        O.OK,
    ),
    "keys of the kernel": at_import("escaped(syscall(250, 219, 0, -3, 1))"),
    "programs of the kernel": at_import("escaped(syscall(321, 280, 0, ctypes.create_string_buffer(72), 72))"),
    "events of the processor": at_import("escaped(syscall(298, 241, ctypes.create_string_buffer(128), 0, -1, -1, 0))"),
    "faults of others": at_import("escaped(syscall(323, 282, 1))"),
    "files by their handles": at_import("escaped(syscall(304, 265, -100, ctypes.create_string_buffer(16), 0))"),
    "descriptors of others": at_import("escaped(syscall(438, 438, os.pidfd_open(os.getppid()), 0, 0))"),
    "calls in another system's form": at_import(_INT_80, O.FORBIDDEN, O.CRASHED),
    "the machine's memory": at_import("escaped(open('/dev/mem', 'rb'))", *UNSEEN),
    "the terminal": at_import("escaped(open('/dev/tty', 'w'))", *UNSEEN),
}
