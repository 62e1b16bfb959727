"""The layer that refuses system calls: sockets, tracing, mounts, namespaces, keys and what else a network needs not.

A list of what is refused, as a program for the kernel's own small machine (classic BPF). Refused calls fail
with EPERM, so that a genome gets an ordinary PermissionError with its own line.
"""

from __future__ import annotations

import ctypes
import errno
import struct

from ge_tui.evaluation.box import kernel

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# fmt: off
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # the network; socketpair stays, for it reaches nobody but the genome's own children
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "bind": (49, 200), "listen": (50, 201),
    "accept4": (288, 242),
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440),
    # the file system as a whole
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432),
    "fspick": (433, 433), "mount_setattr": (442, 442), "open_tree_attr": (467, 467), "swapon": (167, 224),
    "swapoff": (168, 225), "quotactl": (179, 60), "quotactl_fd": (443, 443), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "fanotify_init": (300, 262), "acct": (163, 89),
    # namespaces within
    "unshare": (272, 97), "setns": (308, 268),
    # large and little-used parts of the kernel
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "keyctl": (250, 219), "add_key": (248, 217),
    "request_key": (249, 218), "lookup_dcookie": (212, 18), "personality": (135, 92), "vhangup": (153, 58),
    "uselib": (134, None), "ustat": (136, None), "sysfs": (139, None), "_sysctl": (156, None),
    "modify_ldt": (154, None), "iopl": (172, None), "ioperm": (173, None), "nfsservctl": (180, 42),
    # the machine
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "reboot": (169, 142), "syslog": (103, 116), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266), "sethostname": (170, 161),
    "setdomainname": (171, 162),
    # memory that belongs to nobody: it outlives its maker, or no limit counts it
    "shmget": (29, 194), "shmat": (30, 196), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    "memfd_create": (319, 279), "memfd_secret": (447, 447),
}
"""Name: its number on x86_64 and on aarch64."""

CHANGES_OF_OWNERS: dict[str, tuple[int | None, int | None]] = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "setxattrat": (463, 463), "removexattrat": (466, 466), "file_setattr": (469, 469), "utime": (132, None),
    "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88), "truncate": (76, 45),
}
"""Refused besides where no private file system hides the user's files: Landlock does not watch these."""
# fmt: on

_CLONE, _CLONE3 = (56, 220), (435, 435)
_NEW_NAMESPACES = 0x7E020000
_NEWEST = 470
"""Calls with a higher number did not exist when this list was made; to a genome they do not exist at all."""
_X32 = 0x40000000

_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_ABOVE, _JUMP_IF_SET, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_KILL, _ALLOW = 0x80000000, 0x7FFF0000
_MODE_FILTER = 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def refuse_calls(*, private_files: bool, memory_files: bool = False) -> None:
    """From here on, for this process and all it starts. Needs no_new_privs. Raises OSError."""
    code = program(kernel.MACHINE, private_files=private_files, memory_files=memory_files)
    kernel.prctl_pointer(kernel.PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(_Program(len(code) // 8, code)))


def program(machine: str, *, private_files: bool, memory_files: bool = False) -> bytes:
    """The filter for one kind of processor. memory_files: let files in memory be made, which a GPU's driver needs."""
    column = 0 if machine == "x86_64" else 1
    table = REFUSED if private_files else {**REFUSED, **CHANGES_OF_OWNERS}
    allowed = {"memfd_create"} if memory_files else set()
    refused = sorted(
        number for name, pair in table.items() if name not in allowed and (number := pair[column]) is not None
    )
    eperm, enosys = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_IF_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (
            _JUMP_IF_EQUAL,
            0,
            1,
            _CLONE3[column],
        ),  # its flags lie in memory, where no filter can look; clone is used then
        (_RETURN, 0, 0, enosys),
        (_JUMP_IF_ABOVE, 0, 1, _NEWEST),  # x32 calls among them
        (_RETURN, 0, 0, enosys),
    ]
    for number in refused:
        steps += [(_JUMP_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, eperm)]
    steps += [
        (_JUMP_IF_EQUAL, 0, 3, _CLONE[column]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_JUMP_IF_SET, 0, 1, _NEW_NAMESPACES),
        (_RETURN, 0, 0, eperm),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
