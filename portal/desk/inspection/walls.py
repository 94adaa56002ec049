"""Walls that a worker raises around itself before it reads a byte, each tried before it counts."""

import contextlib
import ctypes
import os
import resource
import socket
import struct
from collections.abc import Callable, Iterable
from pathlib import Path

from portal.desk.inspection.limits import MB

NOBODY = 65_534
# the two without which no document is opened
NEEDED = ("no_network", "memory_limit")
ALL = (
    "no_network", "no_host_files", "no_writes_outside", "no_new_processes", "memory_limit",
    "cpu_limit", "file_size_limit", "unprivileged",
)  # fmt: skip

_NEW_USER, _NEW_NET, _NEW_IPC = 0x10000000, 0x40000000, 0x08000000
_NO_NEW_PRIVILEGES = 38
_CREATE_RULES, _ADD_RULE, _RESTRICT = 444, 445, 446
_READ = 0b1101  # execute, read file, read folder
_DENIED = (
    "socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg fork vfork "
    "clone3 execve execveat ptrace mount umount2 pivot_root chroot unshare setns bpf "
    "perf_event_open keyctl add_key request_key process_vm_readv process_vm_writev "
    "init_module finit_module kexec_load io_uring_setup userfaultfd open_by_handle_at kill "
    "tkill tgkill mknod mknodat "
    "swapon reboot sethostname quotactl personality setrlimit prlimit64"
).split()


def leave_network() -> None:
    """Move into a network of our own without any way out; not possible everywhere."""
    library = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() == 0:
        library.unshare(_NEW_NET | _NEW_IPC)
    else:
        library.unshare(_NEW_USER | _NEW_NET | _NEW_IPC)


def limit(memory: int, seconds: int, written: int) -> None:
    """Cap memory, processor time, size of written files, open files and processes."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 1),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def lock_files(readable: Iterable[Path], writable: Path) -> None:
    """Let the process read only these folders and write only that one (Landlock)."""
    library = ctypes.CDLL(None, use_errno=True)
    version = library.syscall(_CREATE_RULES, None, 0, 1)
    if version < 1:
        return
    handled = (1 << (13 if version == 1 else 14 if version == 2 else 15)) - 1
    network = 0b11 if version >= 4 else 0
    attributes = struct.pack("=QQ", handled, network) if network else struct.pack("=Q", handled)
    rules = library.syscall(_CREATE_RULES, attributes, len(attributes), 0)
    if rules < 0:
        return
    for path, access in [*((path, _READ) for path in readable), (writable, handled & ~1)]:
        with contextlib.suppress(OSError):
            folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
            library.syscall(_ADD_RULE, rules, 1, struct.pack("=Qi", access & handled, folder), 0)
            os.close(folder)
    library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    library.syscall(_RESTRICT, rules, 0)
    os.close(rules)


def become_nobody() -> None:
    """Give up the rights of root for good."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def deny_calls() -> None:
    """Forbid the system calls that reach out, start processes or change the system (seccomp)."""
    ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    try:
        import pyseccomp
    except Exception:
        return
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in [*_DENIED, "clone"]:
        with contextlib.suppress(Exception):
            rules.add_rule(pyseccomp.ERRNO(1), name)
    rules.load()


def standing(writable: Path) -> tuple[str, ...]:
    """Try every wall and return those that held."""
    tries: dict[str, Callable[[], bool]] = {
        "no_network": _no_network,
        "no_host_files": _no_host_files,
        "no_writes_outside": lambda: _no_writes(writable),
        "no_new_processes": _no_processes,
        "memory_limit": lambda: 0 < resource.getrlimit(resource.RLIMIT_AS)[1] <= 1_024 * MB,
        "cpu_limit": lambda: 0 < resource.getrlimit(resource.RLIMIT_CPU)[1] <= 60,
        "file_size_limit": lambda: 0 < resource.getrlimit(resource.RLIMIT_FSIZE)[1] <= 64 * MB,
        "unprivileged": lambda: os.geteuid() != 0,
    }
    return tuple(name for name in ALL if tries[name]())


def _no_network() -> bool:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.2)
            probe.connect(("192.0.2.1", 9))
    except OSError:
        return True
    return False


def _no_host_files() -> bool:
    held = []
    for path in (
        "/etc/passwd",
        "/etc/hostname",
        "/proc/1/environ",
        str(Path.home() / ".bashrc"),
        "/home",
    ):
        try:
            os.close(os.open(path, os.O_RDONLY))
            held.append(False)
        except OSError:
            held.append(True)
    return all(held)


def _no_writes(writable: Path) -> bool:
    for folder in (Path("/"), Path("/var/tmp"), Path("/dev/shm"), Path(__file__).parent):
        path = folder / f"wall-{os.getpid()}"
        if folder == writable:
            continue
        try:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        except OSError:
            continue
        path.unlink(missing_ok=True)
        return False
    return True


def _no_processes() -> bool:
    try:
        child = os.fork()
    except OSError:
        return True
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return False
