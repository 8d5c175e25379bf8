"""Which network addresses lead out into the world, and not back into somebody's private network.

A catalogue's links are written by strangers. One that leads to this machine, its network or the cloud's metadata
service would have us ask, with our access, what the stranger cannot.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# `is_global` of Python 3.11 takes this one for public
_PROTOCOL_ASSIGNMENTS = IPv4Network("192.0.0.0/24")
# All that is assigned for public use in IPv6. What lies outside (loopback, link-local, unique local, multicast,
# IPv4-compatible, discard-only and so on) needs no list then.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# Addresses of IPv4 inside of IPv6: translated at the border of a network (RFC 6052) to where they say.
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether a numeric address may be asked without `allow_private`.

    An IPv6 address that carries one of IPv4 (mapped, 6to4, NAT64) is as public as that one; Teredo never is.
    Raises ValueError when it is no numeric address.
    """
    parsed = ip_address(address)
    return _is_public_4(parsed) if isinstance(parsed, IPv4Address) else _is_public_6(parsed)


def _is_public_4(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast and address not in _PROTOCOL_ASSIGNMENTS


def _is_public_6(address: IPv6Address) -> bool:
    carried = address.ipv4_mapped or address.sixtofour
    if carried is None and address in _NAT64:
        carried = IPv4Address(int(address) & 0xFFFFFFFF)
    if carried is not None:
        return _is_public_4(carried)
    return address in _GLOBAL_UNICAST and address.is_global
