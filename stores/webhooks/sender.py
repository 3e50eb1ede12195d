"""One POST to one receiver: to an address that was looked at, within a time, following nothing.

The host is resolved once, every address it has must be allowed, and the connection goes to one of exactly these: a name that answers
differently a moment later (DNS rebinding) changes nothing. No proxy is asked, no redirect followed, no body read.
"""

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from core.errors import InvalidInput
from stores.enums import AttemptProblem
from stores.webhooks import rules
from stores.webhooks.rules import Address, Reach, Target

PATIENCE = 15.0  # seconds for everything from the name to the status line
CONNECT_PATIENCE = 5.0  # seconds for one address to accept
USER_AGENT = "Guanxi-Webhooks/1"


@dataclass(frozen=True)
class Answer:
    """What came of an attempt. status: of the answer, None without one.  problem: empty when the receiver took the message."""

    status: int | None
    problem: str
    detail: str
    duration_ms: int

    @property
    def taken(self) -> bool:
        return not self.problem


class _NotSent(Exception):
    def __init__(self, problem: AttemptProblem, detail: str = "") -> None:
        self.problem = problem
        self.detail = detail


def post(url: str, *, body: bytes, headers: Mapping[str, str], reach: Reach, patience: float = PATIENCE) -> Answer:
    """Send a message and say what came of it; raises nothing that a receiver or a network can cause."""
    started = time.monotonic()
    status = None
    try:
        status = _exchange(url, body, headers, reach, started + patience)
        problem, detail = _judged(status), ""
    except _NotSent as refusal:
        problem, detail = refusal.problem, refusal.detail
    return Answer(status, problem, detail[:300], int((time.monotonic() - started) * 1000))


def _judged(status: int) -> str:
    if 200 <= status < 300:
        return ""
    return AttemptProblem.REDIRECTED if 300 <= status < 400 else AttemptProblem.NOT_ACCEPTED


def _exchange(url: str, body: bytes, headers: Mapping[str, str], reach: Reach, deadline: float) -> int:
    try:
        target = rules.parse_url(url, reach=reach)
        connection = _Connection(target, looked_at(target, reach=reach), deadline)
        with contextlib.closing(connection), _cut_at(deadline, connection):
            connection.connect()
            connection.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
            for name, value in _all_headers(target, body, headers).items():
                connection.putheader(name, value)
            connection.endheaders(body)
            with connection.getresponse() as response:
                return response.status
    except InvalidInput as refusal:
        raise _NotSent(AttemptProblem.REFUSED_ADDRESS, str(refusal)) from None
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise _understood(error, late=time.monotonic() >= deadline) from None


def _all_headers(target: Target, body: bytes, headers: Mapping[str, str]) -> dict[str, str]:
    own = {"Host": target.host_header, "User-Agent": USER_AGENT, "Content-Type": "application/json", "Content-Length": str(len(body))}
    return own | dict(headers) | {"Connection": "close"}


def _understood(error: Exception, *, late: bool) -> _NotSent:
    """The problem in our terms. Words of the other side stay out of the log."""
    words = f"{type(error).__name__}: {error.strerror}" if isinstance(error, OSError) and error.strerror else type(error).__name__
    match error:
        case socket.gaierror() | UnicodeError():
            return _NotSent(AttemptProblem.NOT_FOUND, words)
        case _ if late or isinstance(error, TimeoutError):
            return _NotSent(AttemptProblem.TIMED_OUT, words)
        case ssl.SSLCertVerificationError():
            return _NotSent(AttemptProblem.NOT_TRUSTED, f"{type(error).__name__}: {error.verify_message}")
        case OSError():
            return _NotSent(AttemptProblem.NO_CONNECTION, words)
        case _:
            return _NotSent(AttemptProblem.BAD_ANSWER, words)


def looked_at(target: Target, *, reach: Reach) -> list[Address]:
    """Every address the host has. Raises _NotSent when one of them is not allowed, OSError when there is none."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(address for *_rest, place in found if (address := rules.literal(str(place[0]))) is not None))
    for address in addresses:
        if not reach.allows(address, tls=target.tls):
            raise _NotSent(AttemptProblem.REFUSED_ADDRESS, f"{target.host} is {address}")
    return addresses


def may_be_reached(target: Target, *, reach: Reach) -> bool:
    """Whether every address the host has now is allowed; a host that cannot be found is not refused for that."""
    try:
        looked_at(target, reach=reach)
    except _NotSent:
        return False
    except (OSError, UnicodeError):
        return True
    return True


class _Connection(http.client.HTTPConnection):
    """An HTTP connection to one of the addresses that were looked at, under the host's own name."""

    def __init__(self, target: Target, addresses: list[Address], deadline: float) -> None:
        super().__init__(target.host, target.port)
        self.target = target
        self.addresses = addresses
        self.deadline = deadline

    def connect(self) -> None:
        self.sock = self._reached()
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.target.tls:
            tls = _trust().wrap_socket(self.sock, server_hostname=self.target.host, do_handshake_on_connect=False)
            self.sock = tls
            tls.settimeout(self._left())
            tls.do_handshake()
        self.sock.settimeout(self._left())

    def _reached(self) -> socket.socket:
        problem: OSError = ConnectionError("no address")
        for address in self.addresses:
            try:
                return socket.create_connection((str(address), self.target.port), timeout=min(CONNECT_PATIENCE, self._left()))
            except OSError as error:
                problem = error
        raise problem

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


@contextlib.contextmanager
def _cut_at(deadline: float, connection: _Connection) -> Iterator[None]:
    """Cut the line when the time is out: a receiver that sends a byte now and then would pass every timeout of a single read."""

    def cut() -> None:
        if connection.sock is not None:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, deadline - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
