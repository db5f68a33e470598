"""Which network addresses the product may call when somebody else names the target."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# ``is_global`` calls these public although they lead elsewhere: translations of IPv4 addresses (NAT64, 6to4, Teredo,
# relays), which may be private ones, site-local addresses of old, and what a cloud answers its own machines by: all of
# 192.0.0.0/24 (Oracle; older Pythons call half of it public) and 168.63.129.16 (Azure).
LEADING_ELSEWHERE = tuple(
    ipaddress.ip_network(text)
    for text in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
        "fec0::/10",
        "192.88.99.0/24",
        "192.0.0.0/24",
        "168.63.129.16/32",
    )
)


def is_public(text: str) -> bool:
    """Whether this is the address of one machine on the public internet, and cannot stand for another address."""
    try:
        address: Address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    return not any(address.version == network.version and address in network for network in LEADING_ELSEWHERE)
