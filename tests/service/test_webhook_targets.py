"""Which addresses webhooks may be sent to."""

import pytest

from nlp.errors import InputError
from service.settings import read_settings
from service.webhook_targets import check_address, read_networks

PUBLIC = ["8.8.8.8", "192.0.9.1", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"]
CLOSED = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_open(address):
    check_address(address, ())


@pytest.mark.parametrize("address", CLOSED)
def test_all_others_are_closed_unless_their_network_is_allowed(address):
    with pytest.raises(InputError, match="is not public"):
        check_address(address, read_networks("203.0.113.0/24"))
    check_address(address, read_networks("0.0.0.0/0, ::/0"))


def test_a_setting_that_names_no_networks_is_refused(monkeypatch):
    monkeypatch.setenv("NEEDTAG_WEBHOOK_NETWORKS", "10.0.0.0/8, intranet")
    with pytest.raises(InputError, match=r"^NEEDTAG_WEBHOOK_NETWORKS: must be networks with commas between"):
        read_settings()
    monkeypatch.setenv("NEEDTAG_WEBHOOK_NETWORKS", "10.0.0.0/8, fd00::/8")
    assert len(read_networks(read_settings().webhook_networks)) == 2
