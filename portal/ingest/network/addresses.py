"""Which addresses may be asked: public hosts of the web only, checked before a connection."""

import re
import socket
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urljoin, urlsplit

from portal.core.errors import ForbiddenAddress, Unreachable

IP = IPv4Address | IPv6Address
# resolve(host, port) returns the host's IP addresses as text; raises OSError when there are none.
Resolve = Callable[[str, int], Iterable[str]]

PORTS = {"http": 80, "https": 443}
# No public publisher has such a name; inside a network they name routers, clouds and printers.
LOCAL_NAMES = tuple(
    ".localhost .local .localdomain .internal .intranet .private .corp .home .lan .home.arpa"
    " .invalid .onion".split()
)
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# What ends in a number is an IPv4 address to most programs: 2130706433, 0x7f.1, 0177.0.0.1, 127.1
NUMBER = re.compile(r"\d+|0x[0-9a-f]*")

NOT_PUBLIC_4 = [
    ip_network(network)
    for network in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12"
        " 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24"
        " 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
        " 168.63.129.16/32"  # a cloud's inner service that stands in a public range
    ).split()
]
PUBLIC_6 = ip_network("2000::/3")
# Teredo, benchmarks, ORCHID; documentation; 6to4: retired tunnels, which carry an IPv4 address.
NOT_PUBLIC_6 = [ip_network(n) for n in "2001::/23 2001:db8::/32 2002::/16 3fff::/20".split()]
NAT64 = ip_network("64:ff9b::/96")
ISATAP = (0x00005EFE, 0x02005EFE)


@dataclass(frozen=True, slots=True)
class Address:
    """An address in its parts, as far as its text alone can be trusted."""

    text: str
    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """Scheme, host and port: what one robots.txt speaks for."""
        return f"{self.scheme}://{self.netloc}"

    @property
    def netloc(self) -> str:
        """Host and port as they stand in an address; the usual port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Rules:
    """Where this client may go. `hosts` None: every public host; else these names and no other.

    `allow` lifts the rules for what it names: "127.0.0.1" or "127.0.0.1:8123" an address that is
    not public, "data.example.org:8443" an unusual port. A leading dot in `hosts` takes subdomains.
    """

    allow: Collection[str] = ()
    hosts: Collection[str] | None = None

    def lifts(self, host: str, port: int) -> bool:
        """Whether `allow` names this host or this host's port."""
        return host in self.allow or f"{host}:{port}" in self.allow

    def lists(self, host: str) -> bool:
        """Whether the host is on the list, if there is one."""
        if self.hosts is None:
            return True
        ends = (name for name in self.hosts if name.startswith("."))
        return host in self.hosts or any(host.endswith(end) for end in ends)


def read_address(text: str, rules: Rules) -> Address:
    """Check an address by its text; raises ForbiddenAddress. Nothing is asked of any network."""
    parts = _split(text)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    try:
        port = PORTS[scheme] if parts.port is None else parts.port
    except ValueError:
        raise _refusal(text, "a port from 1 to 65535", parts.netloc) from None
    if not rules.lists(host):
        raise _refusal(text, "a host on this source's list", host)
    literal = _literal(text, host, "[" in parts.netloc)
    if not rules.lifts(host, port):
        if port not in PORTS.values():
            raise _refusal(text, "port 80 or 443", port)
        if literal and not is_public(literal):
            raise _refusal(text, "a public host", host)
    return Address(text, scheme, host, port)


def _split(text: str) -> SplitResult:
    """Split only what every program splits alike: no blank, control, backslash, user or %host."""
    if not re.match(r"https?://[^/?#]", text, re.IGNORECASE):
        raise _refusal(text, "an address that starts with http:// or https:// and a host", text)
    if re.search(r"[\x00-\x20\x7f-\xa0\\\u2000-\u200f\u2028-\u202f\u3000\ufeff]", text):
        raise _refusal(text, "no blank, control character or backslash", repr(text))
    authority = re.split(r"[/?#]", text, maxsplit=3)[2]
    if "@" in authority:
        raise _refusal(text, "no user or password in an address", "one")
    if not authority.isascii() or "%" in authority:
        raise _refusal(text, "a host in plain letters (xn-- for others)", authority)
    try:
        parts = urlsplit(text)
        if re.search(r"/\.\.?(/|$)", parts.path):  # else robots.txt would judge another path
            raise _refusal(text, "a path without . and ..", parts.path)
        return parts
    except ValueError as problem:
        raise _refusal(text, "an address", problem) from problem


def _literal(text: str, host: str, bracketed: bool) -> IP | None:
    """The IP address that the host spells, None for a name; odd spellings are refused."""
    try:
        if bracketed:
            return IPv6Address(host)
        return IPv4Address(host)
    except ValueError:
        pass
    labels = host.split(".")
    if bracketed or NUMBER.fullmatch(labels[-1]) or (not labels[-1] and len(labels) > 1):
        raise _refusal(text, "an IP address in its usual spelling, or a name", host)
    if len(labels) < 2 or len(host) > 253 or not all(map(LABEL.fullmatch, labels)):
        raise _refusal(text, "the full name of a public host", host)
    if f".{host}".endswith(LOCAL_NAMES):
        raise _refusal(text, "a public host", host)
    return None


def is_public(ip: IP) -> bool:
    """Whether an IP address, and the one it may carry inside, is one of the public internet."""
    if isinstance(ip, IPv4Address):
        return ip.is_global and not any(ip in network for network in NOT_PUBLIC_4)
    inner = IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip in NAT64:
        return is_public(inner)
    if int(ip) >> 32 & 0xFFFFFFFF in ISATAP and not is_public(inner):
        return False
    inside = any(ip in network for network in NOT_PUBLIC_6)
    return ip in PUBLIC_6 and ip.is_global and not inside


def checked_ips(address: Address, rules: Rules, resolve: Resolve) -> list[str]:
    """Resolve the host once and check every IP address; one that is not public refuses the host."""
    try:
        found = list(dict.fromkeys(resolve(address.host, address.port)))
    except (OSError, UnicodeError) as problem:
        raise Unreachable(address.text, f"an IP address for {address.host}", problem) from problem
    if not found:
        raise Unreachable(address.text, f"an IP address for {address.host}", "none")
    for text in found:
        try:
            public = is_public(ip_address(text))
        except ValueError:
            public = False
        if not public and not rules.lifts(text, address.port):
            raise _refusal(address.text, "a public host", f"{address.host} at {text}")
    return found


def resolve(host: str, port: int) -> Iterable[str]:
    """Ask the system for a host's IP addresses."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(entry[4][0]) for entry in found]


def joined(base: Address, location: str) -> str:
    """The address that a Location header means; blanks, which some servers send, are escaped."""
    try:
        return urljoin(base.text, location.strip(" ").replace(" ", "%20")).partition("#")[0]
    except ValueError as problem:
        raise _refusal(base.text, "a redirect to an address", problem) from problem


def _refusal(text: str, expected: str, found: object) -> ForbiddenAddress:
    shown = re.sub(r"//[^/?#]*@", "//…@", text)  # never a password in a log
    return ForbiddenAddress(shown, expected, re.sub(r"//[^/?#]*@", "//…@", str(found)))
