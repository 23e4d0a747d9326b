"""A child that is watched from system call to system call, and killed at the one wanted.

Only calls that can change what lies on the disk are counted: killed at any other, a process leaves the same disk.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
from collections.abc import Callable

_TRACEME, _SYSCALL, _SETOPTIONS, _INFO = 0, 24, 0x4200, 0x420E
_GOOD, _KILL_WITH_ME = 0x1, 0x100000
_STOPPED_BY_A_CALL = signal.SIGTRAP | 0x80
_ENTRY = 1

_NUMBERS = {
    "x86_64": {
        "write": 1, "open": 2, "pwrite64": 18, "writev": 20, "sendfile": 40, "flock": 73, "fsync": 74, "fdatasync": 75,
        "truncate": 76, "ftruncate": 77, "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86, "unlink": 87,
        "symlink": 88, "openat": 257, "mkdirat": 258, "unlinkat": 263, "renameat": 264, "linkat": 265, "symlinkat": 266,
        "fallocate": 285, "pwritev": 296, "renameat2": 316, "copy_file_range": 326, "openat2": 437,
    },
    "aarch64": {
        "flock": 32, "mkdirat": 34, "unlinkat": 35, "symlinkat": 36, "linkat": 37, "renameat": 38, "truncate": 45,
        "ftruncate": 46, "fallocate": 47, "openat": 56, "write": 64, "writev": 66, "pwrite64": 68, "pwritev": 70,
        "sendfile": 71, "fsync": 82, "fdatasync": 83, "renameat2": 276, "copy_file_range": 285, "openat2": 437,
    },
}  # fmt: skip
_OPENS = {"open": 1, "openat": 2}
"""Which argument has the flags: opening to read changes nothing."""


class _Info(ctypes.Structure):
    """What the kernel says of the call at which a child stands."""

    _fields_ = (
        ("op", ctypes.c_uint8), ("_pad", ctypes.c_uint8 * 3), ("arch", ctypes.c_uint32), ("ip", ctypes.c_uint64),
        ("sp", ctypes.c_uint64), ("number", ctypes.c_uint64), ("arguments", ctypes.c_uint64 * 6),
        ("_more", ctypes.c_uint64),
    )  # fmt: skip


_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
_libc.ptrace.restype = ctypes.c_long


def can_watch() -> bool:
    """Whether this machine lets a process watch its child."""
    try:
        return platform.machine() in _NUMBERS and "mkdir" in killed_at(1, lambda: os.mkdir("/nowhere/at/all"))[0]
    except OSError:
        return False


def killed_at(last: int, work: Callable[[], object]) -> list[str]:
    """Let a child work, and kill it as it begins its `last` call that can change the disk; give those begun.

    Fewer than `last` mean that it came to its end, and well.
    """
    child = os.fork()
    if not child:
        _work(work)
    try:
        return _watched(child, last)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _work(work: Callable[[], object]) -> None:
    code = 1
    try:
        _libc.ptrace(_TRACEME, 0, None, None)
        os.kill(os.getpid(), signal.SIGSTOP)
        work()
        code = 0
    finally:
        os.kill(os.getpid(), signal.SIGUSR1 if code else signal.SIGUSR2)
        os._exit(code)


def _watched(child: int, last: int) -> list[str]:
    names = {number: name for name, number in _NUMBERS[platform.machine()].items()}
    os.waitpid(child, 0)
    _ask(_SETOPTIONS, child, None, _GOOD | _KILL_WITH_ME)
    begun: list[str] = []
    passed_on = 0
    while True:
        _ask(_SYSCALL, child, None, passed_on)
        _, status = os.waitpid(child, 0)
        if not os.WIFSTOPPED(status):
            raise AssertionError(f"the child ended by itself: {status}")
        passed_on = 0 if (by := os.WSTOPSIG(status)) == _STOPPED_BY_A_CALL else by
        if by in (signal.SIGUSR1, signal.SIGUSR2):
            assert by == signal.SIGUSR2, "the work failed"
            return begun
        if by == _STOPPED_BY_A_CALL and (name := _changing(child, names)):
            begun.append(name)
            if len(begun) == last:
                return begun


def _changing(child: int, names: dict[int, str]) -> str | None:
    """Name the call that a child begins, if it can change the disk."""
    info = _Info()
    _ask(_INFO, child, ctypes.sizeof(info), ctypes.addressof(info))
    if info.op != _ENTRY:
        return None
    name = names.get(info.number)
    if name in _OPENS and not info.arguments[_OPENS[name]] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC):
        return None
    return name


def _ask(what: int, child: int, address: int | None, value: int | None) -> None:
    if _libc.ptrace(what, child, address, value) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")
