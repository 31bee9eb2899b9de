"""The filters of system calls: what a container may call, and the program that bubblewrap is given.

That the kernel holds code to them is shown by attacks on real sandboxes; here, that they say what they
should.
"""

from __future__ import annotations

import errno
import json
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandboxes.seccomp import bubblewrap_filter, docker_profile

ALLOW, ERRNO = 0x7FFF0000, 0x00050000
REFUSED, ABSENT = ERRNO | errno.EPERM, ERRNO | errno.ENOSYS

X86, ARM = "x86_64", "aarch64"
AUDIT = {X86: 0xC000003E, ARM: 0xC00000B7}
I386 = 0x40000003

NUMBERS = {
    X86: {
        "read": 0, "clone": 56, "add_key": 248, "request_key": 249, "keyctl": 250, "bpf": 321,
        "perf_event_open": 298, "userfaultfd": 323, "kexec_load": 246, "kexec_file_load": 320,
        "name_to_handle_at": 303, "open_by_handle_at": 304, "quotactl": 179, "init_module": 175,
        "delete_module": 176, "finit_module": 313, "lookup_dcookie": 212, "syslog": 103, "acct": 163,
        "kcmp": 312,
    },
    ARM: {
        "read": 63, "clone": 220, "add_key": 217, "request_key": 218, "keyctl": 219, "bpf": 280,
        "perf_event_open": 241, "userfaultfd": 282, "kexec_load": 104, "kexec_file_load": 294,
        "name_to_handle_at": 264, "open_by_handle_at": 265, "quotactl": 60, "init_module": 105,
        "delete_module": 106, "finit_module": 273, "lookup_dcookie": 18, "syslog": 116, "acct": 89,
        "kcmp": 272,
    },
}  # fmt: skip
"""As in the kernel's arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h."""
ANYWHERE = {
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "pidfd_getfd": 438,
    "quotactl_fd": 443,
}  # fmt: skip
SOCKET = {X86: 41, ARM: 198}
PERSONALITY = {X86: 135, ARM: 92}
SAFE = {"read", "clone"}


def decided(machine: str, number: int, argument: int = 0, architecture: int | None = None) -> int:
    """What the kernel would make of a call: the program is run as it runs it."""
    program = list(struct.iter_unpack("=HBBI", bubblewrap_filter(machine)))
    seen = {0: number, 4: AUDIT[machine] if architecture is None else architecture, 16: argument & 0xFFFFFFFF}
    at, held = 0, 0
    while True:
        code, yes, no, value = program[at]
        at += 1
        match code:
            case 0x20:
                held = seen[value]
            case 0x15:
                at += yes if held == value else no
            case 0x35:
                at += yes if held >= value else no
            case 0x06:
                return value
            case _:
                raise AssertionError(f"{code:#x} is not of this language")


def rules() -> Iterator[tuple[str, dict[str, Any]]]:
    for rule in json.loads(docker_profile())["syscalls"]:
        for name in rule["names"]:
            yield name, rule


def answers(name: str) -> list[dict[str, Any]]:
    return [rule for each, rule in rules() if each == name]


# --- containers -------------------------------------------------------------------------------------------


def test_a_call_that_is_not_named_is_refused() -> None:
    profile = json.loads(docker_profile())
    assert (profile["defaultAction"], profile["defaultErrnoRet"]) == ("SCMP_ACT_ERRNO", errno.EPERM)
    assert {rule["action"] for rule in profile["syscalls"]} == {"SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO"}


OUT = """
add_key request_key keyctl bpf perf_event_open userfaultfd kexec_load kexec_file_load init_module finit_module
delete_module open_by_handle_at name_to_handle_at io_uring_setup io_uring_enter io_uring_register mount
umount2 pivot_root chroot move_mount open_tree fsopen fsmount fsconfig mount_setattr unshare setns reboot
swapon swapoff acct syslog quotactl quotactl_fd settimeofday clock_settime process_vm_readv process_vm_writev
process_madvise pidfd_getfd kcmp iopl ioperm modify_ldt lookup_dcookie vhangup nfsservctl uselib fanotify_init
"""


@pytest.mark.parametrize("name", OUT.split())
def test_no_way_out_of_a_container_is_named(name: str) -> None:
    assert answers(name) == []


@pytest.mark.parametrize(
    "name", ["read", "write", "execve", "fork", "vfork", "openat", "mmap", "futex", "wait4"]
)
def test_what_every_program_needs_is_allowed_whatever_its_arguments(name: str) -> None:
    assert [(rule["action"], rule.get("args")) for rule in answers(name)] == [("SCMP_ACT_ALLOW", [])]


def test_a_socket_is_of_the_machine_itself_or_of_its_network() -> None:
    """Others, such as those to the hypervisor (40), are in no namespace."""
    compared = [rule["args"] for rule in answers("socket")]
    assert compared == [[{"index": 0, "value": family, "op": "SCMP_CMP_EQ"}] for family in (1, 2, 10, 16)]


def test_a_process_is_begun_in_no_namespace_of_its_own() -> None:
    mount, cgroup, uts, ipc, user, pid, net = 0x20000, *(1 << bit for bit in range(25, 31))
    (only,) = answers("clone")
    (compared,) = only["args"]
    # The flags, of which none of these may be set; all others are for threads and plain processes.
    assert compared == {
        "index": 0,
        "value": mount | cgroup | uts | ipc | user | pid | net,
        "valueTwo": 0,
        "op": "SCMP_CMP_MASKED_EQ",
    }


def test_the_call_whose_flags_no_filter_sees_is_not_there() -> None:
    assert [(rule["action"], rule["errnoRet"]) for rule in answers("clone3")] == [
        ("SCMP_ACT_ERRNO", errno.ENOSYS)
    ]


def test_a_personality_makes_no_memory_easier_to_guess() -> None:
    compared = [rule["args"][0]["value"] for rule in answers("personality")]
    assert 0xFFFFFFFF in compared
    no_randomness, read_implies_exec = 0x40000, 0x400000
    assert not any(value & (no_randomness | read_implies_exec) for value in compared if value != 0xFFFFFFFF)


def test_nothing_is_inherited_by_way_of_a_scheduler_that_a_restore_could_not_see() -> None:
    assert [rule["args"] for rule in answers("sched_setscheduler")] == [
        [{"index": 1, "value": policy, "op": "SCMP_CMP_EQ"}] for policy in (0, 3, 5)
    ]
    assert not [rule for name in ("ioprio_set", "sched_setattr") for rule in answers(name)]


# --- bubblewrap -------------------------------------------------------------------------------------------


def test_a_machine_whose_numbers_nobody_knows_gets_no_filter() -> None:
    assert bubblewrap_filter("riscv64") == b""


@pytest.mark.parametrize(
    ("machine", "name"), [(machine, name) for machine in NUMBERS for name in (*NUMBERS[machine], *ANYWHERE)]
)
def test_what_is_worst_is_refused_and_the_rest_is_not(machine: str, name: str) -> None:
    number = {**NUMBERS[machine], **ANYWHERE}[name]
    assert decided(machine, number) == (ALLOW if name in SAFE else REFUSED)


@given(machine=st.sampled_from(sorted(NUMBERS)), argument=st.integers(0, 2**32 - 1))
def test_the_arguments_of_all_other_calls_are_not_looked_at(machine: str, argument: int) -> None:
    assert decided(machine, NUMBERS[machine]["read"], argument) == ALLOW


@pytest.mark.parametrize("machine", NUMBERS)
def test_sockets_are_of_four_families(machine: str) -> None:
    allowed = [family for family in range(64) if decided(machine, SOCKET[machine], family) == ALLOW]
    assert allowed == [1, 2, 10, 16]
    assert decided(machine, SOCKET[machine], 40) == REFUSED


@pytest.mark.parametrize("machine", NUMBERS)
def test_memory_stays_hard_to_guess(machine: str) -> None:
    assert decided(machine, PERSONALITY[machine], 0xFFFFFFFF) == ALLOW
    assert decided(machine, PERSONALITY[machine], 0) == ALLOW
    assert decided(machine, PERSONALITY[machine], 0x40000) == REFUSED


@pytest.mark.parametrize("machine", NUMBERS)
@pytest.mark.parametrize("architecture", [I386, 0, *AUDIT.values()])
def test_a_call_by_the_numbers_of_another_machine_is_not_there(machine: str, architecture: int) -> None:
    """They mean something else: 250 is keyctl to one, and harmless to another."""
    expected = ALLOW if architecture == AUDIT[machine] else ABSENT
    assert decided(machine, NUMBERS[machine]["read"], architecture=architecture) == expected


def test_the_second_numbers_of_the_same_calls_are_not_there() -> None:
    """x32: each call of x86 once more, with this bit set."""
    assert decided(X86, 0x40000000 | NUMBERS[X86]["keyctl"]) == ABSENT


@given(
    machine=st.sampled_from(sorted(NUMBERS)),
    number=st.integers(0, 2**32 - 1) | st.integers(0, 600),
    argument=st.integers(0, 2**32 - 1) | st.sampled_from([0, 1, 2, 10, 16, 40]),
    architecture=st.sampled_from([None, I386]) | st.integers(0, 2**32 - 1),
)
def test_every_call_comes_to_an_end_within_the_program(
    machine: str, number: int, argument: int, architecture: int | None
) -> None:
    assert decided(machine, number, argument, architecture) in {ALLOW, REFUSED, ABSENT}
