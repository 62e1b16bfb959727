"""Writing anywhere but to its own folder."""

from __future__ import annotations

from .corpus import Hostile, O, at_import, in_forward

UNSEEN = (O.IMPORT, O.FORBIDDEN)

WRITES: dict[str, Hostile] = {
    "a new file": at_import("escaped(open('@FOLDER@/made', 'w'))", *UNSEEN),
    "a new file beside its folder": in_forward("escaped(open('../made', 'w'))"),
    "a new file two folders up": at_import("escaped(open('../../made', 'w'))"),
    "through a symbolic link": at_import("os.symlink('@FOLDER@', 'x')\nescaped(open('x/made', 'w'))", *UNSEEN),
    "through a hard link": at_import("os.link('@FOLDER@/secret', 'x')\nescaped(open('x', 'a'))", *UNSEEN),
    "by moving a file there": at_import("open('x', 'w').close()\nescaped(os.rename('x', '@FOLDER@/made'))", *UNSEEN),
    "by removing one": at_import("escaped(os.remove('@FOLDER@/secret'))", *UNSEEN),
    "by cutting one short": at_import("escaped(os.truncate('@FOLDER@/secret', 0))", *UNSEEN),
    "a file without a name": at_import("escaped(os.open('@FOLDER@', os.O_TMPFILE | os.O_WRONLY))", *UNSEEN),
    "a folder": at_import("escaped(os.mkdir('@FOLDER@/made'))", *UNSEEN),
    "a pipe": at_import("escaped(os.mkfifo('@FOLDER@/made'))", *UNSEEN),
    "a file's rights": at_import("escaped(os.chmod('@FOLDER@/secret', 0o777))", *UNSEEN),
    "a file's times": at_import("escaped(os.utime('@FOLDER@/secret', (0, 0)))", *UNSEEN),
    "a file's owner": at_import("escaped(os.chown('@FOLDER@/secret', os.getuid(), os.getgid()))", *UNSEEN),
    "a file's attributes": at_import("escaped(os.setxattr('@FOLDER@/secret', 'user.x', b'1'))", *UNSEEN),
    "the shell's start": at_import("escaped(open('@HOME@/.bashrc', 'a'))", *UNSEEN),
    "shared memory": at_import(
        "open('/dev/shm/ge-tui-hostile', 'w').write('x')\nassert not open('/proc/mounts').read().count('/home')",
        O.OK, O.FORBIDDEN,
    ),
    "a setting of the kernel": at_import("escaped(open('/proc/sys/kernel/hostname', 'r+'))", *UNSEEN),
    "a switch of the kernel": at_import("escaped(open('/proc/sysrq-trigger', 'w'))", *UNSEEN),
    "a device": at_import("escaped(os.mknod('disk', stat.S_IFBLK | 0o600, os.makedev(8, 0)))"),
}  # fmt: skip
