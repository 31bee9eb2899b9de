"""The system calls that code in a sandbox may make: what programs are built from, nothing to leave it by.

A container may make those that are named here and no others. Older engines' own filters let two through that
lead out past a sandbox without network: sockets to the hypervisor (AF_VSOCK belongs to no network namespace),
and io_uring, whose calls no filter sees. Under bubblewrap, which has no filter of its own and is for trusted
code, the worst are taken away; keys above all, for the keyrings of who starts it would be inherited.
"""

from __future__ import annotations

import errno
import json
import struct
from collections.abc import Iterator

_ALLOWED = """
accept accept4 access adjtimex alarm arch_prctl bind brk cachestat capget capset chdir chmod chown
clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64
close close_range connect copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl
epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 execve execveat exit
exit_group faccessat faccessat2 fadvise64 fadvise64_64 fallocate fchdir fchmod fchmodat fchmodat2
fchown fchownat fcntl fcntl64 fdatasync fgetxattr flistxattr flock fork fremovexattr fsetxattr fstat
fstat64 fstatat fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futex futex_requeue
futex_time64 futex_wait futex_waitv futex_wake futimesat get_robust_list get_thread_area getcpu getcwd
getdents getdents64 getegid geteuid getgid getgroups getitimer getpeername getpgid getpgrp getpid
getppid getpriority getrandom getresgid getresuid getrlimit getrusage getsid getsockname getsockopt
gettid gettimeofday getuid getxattr inotify_add_watch inotify_init inotify_init1 inotify_rm_watch
io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit ioctl
ioprio_get kill landlock_add_rule landlock_create_ruleset landlock_restrict_self lchown lgetxattr link
linkat listen listxattr llistxattr llseek lremovexattr lseek lsetxattr lstat lstat64 madvise
map_shadow_stack membarrier memfd_create memfd_secret mincore mkdir mkdirat mknod mknodat mlock mlock2
mlockall mmap mmap2 mprotect mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64
mq_timedsend mq_timedsend_time64 mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync munlock
munlockall munmap nanosleep newfstatat open openat openat2 pause pidfd_open pidfd_send_signal pipe
pipe2 pkey_alloc pkey_free pkey_mprotect poll ppoll ppoll_time64 prctl pread64 preadv preadv2 prlimit64
pselect6 pselect6_time64 ptrace pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv
recvfrom recvmmsg recvmmsg_time64 recvmsg remap_file_pages removexattr rename renameat renameat2
restart_syscall rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn
rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_get_priority_max
sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler
sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setparam sched_yield seccomp
select semctl semget semop semtimedop semtimedop_time64 sendfile sendfile64 sendmmsg sendmsg sendto
set_robust_list set_thread_area set_tid_address setfsgid setfsuid setgid setgroups setitimer setpgid
setpriority setregid setresgid setresuid setreuid setrlimit setsid setsockopt setuid setxattr shmat
shmctl shmdt shmget shutdown sigaltstack signalfd signalfd4 socketpair splice stat stat64 statfs
statfs64 statx symlink symlinkat sync sync_file_range syncfs sysinfo tee tgkill time timer_create
timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64
timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times tkill truncate
truncate64 umask uname unlink unlinkat utime utimensat utimensat_time64 utimes vfork vmsplice wait4
waitid write writev
"""

_FAMILIES = (1, 2, 10, 16)
"""Of sockets: unix, IPv4, IPv6, netlink."""

_PERSONALITIES = (0x0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF)
"""Plain Linux, 32 bits of it, and the question what it is; none makes memory easier to guess."""

_SCHEDULERS = (0, 3, 5)
"""Usual, batch and idle, on whoever asks alone. What is inherited in ways that nobody can look at is not
among them, such as a flag to forget it, and neither is the priority of what is written."""

_NEW_NAMESPACES = 0x7E020000

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SOCKET = {"x86_64": 41, "aarch64": 198}
_PERSONALITY = {"x86_64": 135, "aarch64": 92}
_REFUSED = {
    # add_key, request_key, keyctl, bpf, perf_event_open, userfaultfd, kexec_load, kexec_file_load,
    # name_to_handle_at, open_by_handle_at, quotactl, the modules, lookup_dcookie, syslog, acct, kcmp
    "x86_64": (248, 249, 250, 321, 298, 323, 246, 320, 303, 304, 179, 175, 176, 313, 212, 103, 163, 312),
    "aarch64": (217, 218, 219, 280, 241, 282, 104, 294, 264, 265, 60, 105, 106, 273, 18, 116, 89, 272),
}
_REFUSED_EVERYWHERE = (425, 426, 427, 438, 443)
"""io_uring, pidfd_getfd, quotactl_fd: since 2019, new calls have one number on all machines."""

_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENT_AT = 0, 4, 16
_X32 = 0x40000000


def docker_profile() -> str:
    """For `--security-opt seccomp=`, of which an engine wants the content and not the place."""
    clone = {"index": 0, "value": _NEW_NAMESPACES, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}
    rules = [
        _rule(sorted(_ALLOWED.split())),
        _rule(["clone"], clone),
        *(_rule(["socket"], _equal(family)) for family in _FAMILIES),
        *(_rule(["personality"], _equal(persona)) for persona in _PERSONALITIES),
        *(_rule(["sched_setscheduler"], _equal(policy, at=1)) for policy in _SCHEDULERS),
        # Its flags cannot be looked at. A C library that is told that it is not there takes `clone`.
        {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": errno.ENOSYS},
    ]
    profile = {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": errno.EPERM,
        "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
        "syscalls": rules,
    }
    return json.dumps(profile)


def bubblewrap_filter(machine: str) -> bytes:
    """The program for `--seccomp`; empty on a machine whose numbers we do not know."""
    if machine not in _ARCHITECTURES:
        return b""
    return b"".join(struct.pack("=HBBI", *each) for each in _program(machine))


def _program(machine: str) -> Iterator[tuple[int, int, int, int]]:
    refuse, absent = (_RETURN, 0, 0, _ERRNO | errno.EPERM), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)
    yield (_LOAD, 0, 0, _ARCHITECTURE_AT)
    yield (_EQUAL, 1, 0, _ARCHITECTURES[machine])
    yield absent
    yield (_LOAD, 0, 0, _NUMBER_AT)
    yield (_AT_LEAST, 0, 1, _X32)
    yield absent
    for number in (*_REFUSED[machine], *_REFUSED_EVERYWHERE):
        yield (_EQUAL, 0, 1, number)
        yield refuse
    for number, allowed in ((_SOCKET[machine], _FAMILIES), (_PERSONALITY[machine], _PERSONALITIES)):
        # Over what follows, where it is another call.
        yield (_EQUAL, 0, len(allowed) * 2 + 2, number)
        yield (_LOAD, 0, 0, _ARGUMENT_AT)
        for value in allowed:
            yield (_EQUAL, 0, 1, value)
            yield (_RETURN, 0, 0, _ALLOW)
        yield refuse
    yield (_RETURN, 0, 0, _ALLOW)


def _rule(names: list[str], *args: dict[str, int | str]) -> dict[str, object]:
    return {"names": names, "action": "SCMP_ACT_ALLOW", "args": list(args)}


def _equal(value: int, at: int = 0) -> dict[str, int | str]:
    return {"index": at, "value": value, "op": "SCMP_CMP_EQ"}
