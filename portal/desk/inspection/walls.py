"""Walls that a worker raises around itself before it reads a byte, each tried before it counts."""

import contextlib
import ctypes
import os
import resource
import socket
import struct
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType

pyseccomp: ModuleType | None
try:
    # now: once the walls stand, the system's library cannot be looked for any more
    pyseccomp = import_module("pyseccomp")
except Exception:
    pyseccomp = None

NOBODY = 65_534
# the two without which no document is opened
NEEDED = ("no_network", "memory_limit")
ALL = (
    "no_network", "no_sockets", "no_host_files", "no_writes_outside", "no_new_processes",
    "memory_limit", "cpu_limit", "file_size_limit", "unprivileged",
)  # fmt: skip

_NEW_USER, _NEW_NET, _NEW_IPC = 0x10000000, 0x40000000, 0x08000000
_NO_NEW_PRIVILEGES, _DIE_WITH_PARENT = 38, 1
_CREATE_RULES, _ADD_RULE, _RESTRICT = 444, 445, 446
_READ = 0b1100  # read file, read folder
_RUN = 0b0101  # execute, read file
_WRITE = 0b0100_0001_0010_1110  # read, write, cut, make and remove plain files; no folders
_DENIED = (
    "socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg fork vfork "
    "clone3 execve execveat ptrace mount umount2 pivot_root chroot unshare setns bpf "
    "perf_event_open keyctl add_key request_key process_vm_readv process_vm_writev "
    "init_module finit_module kexec_load io_uring_setup userfaultfd open_by_handle_at kill "
    "tkill tgkill mknod mknodat "
    "setsid setpgid swapon reboot sethostname quotactl personality"
).split()


def leave_network() -> None:
    """Move into a network of our own without any way out; not possible everywhere."""
    library = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() == 0:
        library.unshare(_NEW_NET | _NEW_IPC)
    else:
        library.unshare(_NEW_USER | _NEW_NET | _NEW_IPC)


def limit(memory: int, seconds: int, written: int, processes: int = 1) -> None:
    """Cap memory, processor time, size of written files, open files and processes."""
    with contextlib.suppress(ValueError, OSError):
        # a second between them: at the first the process ends by a signal of its own
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, processes),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def files_can_be_locked() -> bool:
    """Tell whether this system can keep a process from files (Landlock)."""
    return bool(ctypes.CDLL(None).syscall(_CREATE_RULES, None, 0, 1) > 0)


def lock_files(readable: Iterable[Path], writable: Path, runnable: Iterable[Path] = ()) -> None:
    """Let the process read, write and run only what is named here (Landlock)."""
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
    allowed = [(path, _READ) for path in readable] + [(path, _RUN) for path in runnable]
    for path, access in [*allowed, (writable, _WRITE)]:
        with contextlib.suppress(OSError):
            folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
            access &= -1 if path.is_dir() else _RUN | 0b0010
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
    # a reader whose parent was killed must not read on; a change of user forgets it, so: now
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, 9, 0, 0, 0)


def deny_calls(but: str = "") -> None:
    """Forbid the system calls that reach out, start processes or change the system (seccomp)."""
    ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if pyseccomp is None:
        return
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in {*_DENIED, "clone"} - {but}:
        with contextlib.suppress(Exception):
            rules.add_rule(pyseccomp.ERRNO(1), name)
    # limits of our own may be read and lowered, those of other processes may not
    other = pyseccomp.Arg(0, pyseccomp.NE, 0)
    rules.add_rule(pyseccomp.ERRNO(1), "prlimit64", other)
    # a reader must not outlive its parent
    rules.add_rule(pyseccomp.ERRNO(1), "prctl", pyseccomp.Arg(0, pyseccomp.EQ, _DIE_WITH_PARENT))
    rules.load()


def standing(writable: Path, memory: int, seconds: int, written: int) -> tuple[str, ...]:
    """Try every wall and return those that held."""
    tries: dict[str, Callable[[], bool]] = {
        "no_network": _no_network,
        "no_sockets": _no_sockets,
        "no_host_files": _no_host_files,
        "no_writes_outside": lambda: _no_writes(writable),
        "no_new_processes": _no_processes,
        "memory_limit": lambda: 0 < resource.getrlimit(resource.RLIMIT_AS)[1] <= memory,
        "cpu_limit": lambda: 0 < resource.getrlimit(resource.RLIMIT_CPU)[0] <= seconds,
        "file_size_limit": lambda: 0 < resource.getrlimit(resource.RLIMIT_FSIZE)[1] <= written,
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


def _no_sockets() -> bool:
    try:
        one, other = socket.socketpair()
    except OSError:
        return True
    one.close()
    other.close()
    return False


def _no_host_files() -> bool:
    held = []
    for path in (
        "/etc/passwd",
        "/etc/hostname",
        "/proc/1/environ",
        os.path.expanduser("~/.bashrc"),  # noqa: PTH111  Path.home() raises without a home
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
