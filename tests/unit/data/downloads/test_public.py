from __future__ import annotations

import pytest

from visualtaste.data.downloads.public import is_public

PUBLIC = ["93.184.216.34", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "2606:4700::1111"]
PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.171",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_the_world_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_networks_of_ones_own_are_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("carried", [*PUBLIC[:6], "127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.0.1"])
def test_an_address_inside_another_is_judged_as_itself(carried: str) -> None:
    first, second = (int(part) * 256 + int(rest) for part, rest in [carried.split(".")[:2], carried.split(".")[2:]])
    for spelled in (f"::ffff:{carried}", f"64:ff9b::{carried}", f"2002:{first:x}:{second:x}::1"):
        assert is_public(spelled) == is_public(carried), spelled


def test_a_name_is_no_address() -> None:
    with pytest.raises(ValueError, match="localhost"):
        is_public("localhost")
