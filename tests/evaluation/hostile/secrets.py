"""Reading what is none of a genome's business."""

from __future__ import annotations

from .corpus import Hostile, O, at_import, in_forward

UNSEEN = (O.IMPORT, O.FORBIDDEN)
"""A file that does not exist in the box raises FileNotFoundError: an error while importing."""

SECRETS: dict[str, Hostile] = {
    "a file by its path": at_import("escaped(open('@FOLDER@/secret').read())", *UNSEEN),
    "a private key": at_import("escaped(open('@HOME@/.ssh/id_ed25519').read())", *UNSEEN),
    "the shell's history": in_forward("escaped(open('@HOME@/.bash_history').read())", O.CRASHED, O.FORBIDDEN),
    "whatever lies at home": at_import(
        """
found = [name for place, _, names in os.walk('@HOME@') for name in names]
if found:
    escaped(found)
raise PermissionError(errno.EPERM, 'nothing there')
"""
    ),
    "a token in the environment": at_import("escaped(os.environ['HF_TOKEN'])", O.IMPORT),
    "a token in the environment of others": at_import(
        """
for pid in filter(str.isdecimal, os.listdir('/proc')):
    try:
        data = open(f'/proc/{pid}/environ', 'rb').read()
    except OSError:
        continue
    if b'hf_secret' in data:
        escaped(data)
raise PermissionError(errno.EPERM, 'none found')
"""
    ),
    "the engine's command line": at_import("escaped(open('/proc/@ENGINE@/cmdline').read())", *UNSEEN),
    "the parent's memory": at_import("escaped(open(f'/proc/{os.getppid()}/mem', 'rb').read(1))", *UNSEEN),
    "the parent's memory by a system call": at_import(
        """
buffer = ctypes.create_string_buffer(8)
local = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
escaped(call('process_vm_readv', os.getppid(), local, 1, local, 1, 0))
"""
    ),
    "the SSH agent by its variable": at_import("escaped(os.environ['SSH_AUTH_SOCK'])", O.IMPORT),
    "the SSH agent by its socket": at_import(
        "s = socket.socket(socket.AF_UNIX)\ns.connect('@FOLDER@/socket')\nescaped(s)"
    ),
    "through a symbolic link": at_import("os.symlink('@FOLDER@/secret', 'x')\nescaped(open('x').read())", *UNSEEN),
    "through a hard link": at_import("os.link('@FOLDER@/secret', 'x')\nescaped(open('x').read())", *UNSEEN),
    "through another's root": at_import(
        "for pid in ('1', '@ENGINE@'):\n    escaped(open(f'/proc/{pid}/root@FOLDER@/secret').read())", *UNSEEN
    ),
    "through an open descriptor": at_import(
        """
for number in os.listdir('/proc/self/fd'):
    try:
        target = os.readlink(f'/proc/self/fd/{number}')
    except OSError:
        continue
    if target.startswith('/') and not target.startswith(('/dev/null', '/proc/')):
        escaped(target)
raise PermissionError(errno.EPERM, 'none open')
"""
    ),
    "the passwords of the system": at_import("escaped(open('/etc/shadow').read())", *UNSEEN),
    "the kernel's log": at_import("escaped(call('klogctl', 3, ctypes.create_string_buffer(99), 99))"),
    "the names of the users": at_import(
        """
import pwd
others = [user.pw_name for user in pwd.getpwall() if user.pw_name not in ('root', 'box')]
if others:
    escaped(others)
raise PermissionError(errno.EPERM, 'none')
"""
    ),
}
