"""Which addresses may be dialled, whatever name they were found under. Pure."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Union

_Address = Union[IPv4Address, IPv6Address]  # noqa: UP007  (evaluated, and by an old Python)

_NEVER = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"),
            *("::/96", "100::/64", "fe80::/10", "fec0::/10", "ff00::/8"),
            # Where clouds tell a machine who it is, beside 169.254.169.254.
            *("100.100.100.200/32", "168.63.129.16/32", "192.0.0.0/24"),
            *("fd00:ec2::/32", "fd20:ce::254/128"),
        ),
    )
)
# Not left to is_global alone, which differs between versions of Python.
_NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            *("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15"),
            *("64:ff9b:1::/48", "fc00::/7"),
        ),
    )
)
_NAT64 = ip_network("64:ff9b::/96")


def may_dial(address: str, *, internal: bool) -> bool:
    """`internal` is for the names that the operator said are in their own network."""
    try:
        ip = _plain(ip_address(address))
    except ValueError:
        return False
    if any(ip in net for net in _NEVER):
        return False
    return internal or (ip.is_global and not any(ip in net for net in _NOT_PUBLIC))


def _plain(ip: _Address) -> _Address:
    """The address that is reached in the end: IPv6 has several ways to say an IPv4 one."""
    if isinstance(ip, IPv6Address):
        if ip.scope_id:
            raise ValueError("an address with a zone is of this link")
        if ip in _NAT64:
            return IPv4Address(int(ip) & 0xFFFFFFFF)
        return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else ip)
    return ip
