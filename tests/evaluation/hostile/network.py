"""Speaking to anybody."""

from __future__ import annotations

from .corpus import Hostile, O, at_import, in_forward

_CONNECT = "s = socket.socket({family}, {kind})\ns.settimeout(2)\ns.connect({address})\nescaped(s)"


def connect(address: str, family: str = "socket.AF_INET", kind: str = "socket.SOCK_STREAM") -> str:
    return _CONNECT.format(address=address, family=family, kind=kind)


NETWORK: dict[str, Hostile] = {
    "TCP": at_import(connect("('127.0.0.1', @TCP@)")),
    "TCP in training": in_forward(connect("('127.0.0.1', @TCP@)")),
    "TCP over IPv6": at_import(connect("('::1', @TCP@)", "socket.AF_INET6")),
    "UDP": at_import("s = socket.socket(type=socket.SOCK_DGRAM)\nescaped(s.sendto(b'x', ('127.0.0.1', @UDP@)))"),
    "a Unix socket": at_import(connect("'@FOLDER@/socket'", "socket.AF_UNIX")),
    "an abstract Unix socket": at_import(connect(r"'\\0@ABSTRACT@'", "socket.AF_UNIX")),
    "netlink": at_import("escaped(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))"),
    "raw packets": at_import("escaped(socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))"),
    "a name": at_import("escaped(socket.getaddrinfo('ge-tui.invalid', 80))", O.IMPORT, O.FORBIDDEN),
    "a web page": at_import(
        "escaped(urllib.request.urlopen('http://127.0.0.1:@TCP@', timeout=2))", O.IMPORT, O.FORBIDDEN
    ),
    "a server of its own": at_import("s = socket.create_server(('127.0.0.1', 0))\nescaped(s)"),
    "the kernel's ciphers": at_import("escaped(socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET))"),
    "the host of a virtual machine": at_import("escaped(socket.socket(socket.AF_VSOCK))"),
    "another program": at_import(
        "done = subprocess.run([sys.executable, '-S', '-c', 'import socket; socket.socket()'], capture_output=True)\n"
        "if done.returncode == 0: escaped()\nraise PermissionError(errno.EPERM, done.stderr[-100:])"
    ),
    "rings instead of calls": at_import("escaped(syscall(425, 425, 8, ctypes.create_string_buffer(120)))"),
}
