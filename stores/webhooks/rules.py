"""When a delivery is tried again, when an endpoint rests, which addresses may be reached, what a message looks like. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext_lazy as _
from standardwebhooks import Webhook

from core.errors import InvalidInput

FIRST_DELAY = timedelta(seconds=5)  # doubled after each failure
LONGEST_DELAY = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(hours=72)
CIRCUIT_FAILURES = 5
REST = timedelta(minutes=5)
AT_ONCE_PER_ENDPOINT = 4  # requests one receiver gets side by side, for different members
LONGEST_URL = 500
KEPT_IN_PATHS = "/?%:@!$&'()*+,;=~[]"

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
NAT64 = IPv6Network("64:ff9b::/96")
NEVER = [  # where a cloud keeps its keys, though the library calls some of it public
    ip_network("169.254.0.0/16"),
    ip_network("fe80::/10"),
    ip_network("168.63.129.16/32"),
    ip_network("100.100.100.200/32"),
    ip_network("192.0.0.192/32"),
    ip_network("fd00:ec2::254/128"),
]
NOT_PUBLIC = [ip_network("192.0.0.0/24"), ip_network("fec0::/10"), ip_network("100.64.0.0/10"), ip_network("::ffff:0:0:0/96")]


def next_attempt_at(*, queued_at: datetime, attempts: int, at: datetime) -> datetime | None:
    """When to try again after the `attempts`-th failure, at `at`; None when the time for it has run out.

    5 s, 10 s, 20 s ... doubling up to 6 hours: 24 attempts, the last about 71 hours after the first (docs/webhooks.md, Retries).
    """
    assert attempts > 0, "a delivery is tried again after it failed"
    due = at + min(FIRST_DELAY * 2 ** min(attempts - 1, 20), LONGEST_DELAY)
    return due if due <= queued_at + GIVE_UP_AFTER else None


def rests_until(*, failures_in_row: int, at: datetime) -> datetime | None:
    """How long an endpoint is left in peace after that many failures in a row (API-03); None while the circuit stays closed.

    After the rest it is half open: one delivery goes out, and its outcome closes the circuit or begins another rest.
    """
    return at + REST if failures_in_row >= CIRCUIT_FAILURES else None


def room_at(*, failures_in_row: int, half_open: bool) -> int:
    """How many requests an endpoint may have under way: after failures no more than could still open the circuit."""
    return 1 if half_open else max(1, min(AT_ONCE_PER_ENDPOINT, CIRCUIT_FAILURES - failures_in_row))


@dataclass(frozen=True)
class Reach:
    """Which addresses messages may go to. public: the Internet.  private: loopback and private networks.  networks: these as well."""

    public: bool = True
    private: bool = False
    networks: tuple[Network, ...] = ()

    @property
    def inside(self) -> bool:
        """Whether anything but the Internet may be reached at all."""
        return self.private or bool(self.networks)

    def allows(self, address: Address, *, tls: bool) -> bool:
        """Whether a message may go there. Without TLS only inside the house; to nowhere that hands out keys or is no host."""
        return all(self._allows(meant, tls) for meant in _meanings(address))

    def _allows(self, address: Address, tls: bool) -> bool:
        if address.is_multicast or address.is_unspecified or any(address in network for network in NEVER):
            return False
        if any(address in network for network in self.networks):
            return True
        if address.is_loopback or (address.is_private and not address.is_reserved):
            return self.private
        return self.public and tls and _is_public(address)


def _meanings(address: Address) -> list[Address]:
    """The address, and the IPv4 address it would be turned into on the way: mapped, 6to4, Teredo, translated."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address.sixtofour is not None:
        return [address, address.sixtofour]
    if address in NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    return [address]


def _is_public(address: Address) -> bool:
    return address.is_global and not address.is_reserved and not any(address in network for network in NOT_PUBLIC)


def literal(text: str) -> Address | None:
    """An address written as such, as resolvers answer it (with or without a zone); None for anything else."""
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


@dataclass(frozen=True)
class Target:
    """An endpoint's address taken apart. host: ASCII, without brackets.  path: with the query, ready for the request line."""

    host: str
    port: int
    tls: bool
    path: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


def parse_url(url: str, *, reach: Reach) -> Target:
    """Take an address apart. Raises InvalidInput (field "url") for what is not a plain https address.

    http is taken only where addresses inside the house may be reached. No user names, no fragments.
    """
    if len(url) > LONGEST_URL or any(ord(letter) <= 32 or letter in "\x7f\\" for letter in url):
        raise InvalidInput(_("This is not a web address."), field="url")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError:  # broken brackets, a port that is none, a host name no domain can have
        raise InvalidInput(_("This is not a web address."), field="url") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and reach.inside):
        raise InvalidInput(_("The address must begin with https://."), field="url")
    if not host or port == 0 or "@" in parts.netloc or parts.fragment:
        raise InvalidInput(_("The address must be a host and a path, without user name and fragment."), field="url")
    tls = parts.scheme == "https"
    path = quote(f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/", safe=KEPT_IN_PATHS)
    return Target(host=host, port=port or (443 if tls else 80), tls=tls, path=path)


def message_id(outbox_id: int) -> str:
    """The same for every attempt and every endpoint: receivers drop what they have seen."""
    return f"msg_{outbox_id}"


def body(*, topic: str, occurred_at: datetime, payload: Mapping[str, Any]) -> bytes:
    """The bytes that are signed and sent: the same at every attempt."""
    content = {"type": topic, "timestamp": occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"), "data": payload}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def signed_headers(*, secret: str, webhook_id: str, body: bytes, at: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks. at: when this attempt is made, UTC."""
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(webhook_id, at.astimezone(UTC), body.decode()),
    }
