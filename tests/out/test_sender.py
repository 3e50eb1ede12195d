"""One POST over a real socket: no redirect, no second look-up, no endless wait (R27)."""

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from stores.enums import AttemptProblem
from stores.webhooks import sender
from stores.webhooks.rules import Reach
from tests.out.receiver import Receiver

HOUSE = Reach(private=True)


def post(url: str, *, reach: Reach = HOUSE, patience: float = 5.0) -> sender.Answer:
    return sender.post(url, body=b'{"a":1}', headers={"webhook-id": "msg_1"}, reach=reach, patience=patience)


def test_a_message_arrives_as_it_was_signed(receiver: Receiver):
    answer = post(receiver.url + "?shop=1")
    assert (answer.status, answer.problem, answer.taken) == (204, "", True)
    [request] = receiver.received
    assert (request.path, request.body) == ("/hook?shop=1", b'{"a":1}')
    assert request.headers["host"] == receiver.url.split("/")[2]
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == "msg_1"
    assert request.headers["user-agent"] == "Guanxi-Webhooks/1"


@pytest.mark.parametrize("status", [200, 201, 299])
def test_any_status_of_the_two_hundreds_takes_the_message(receiver: Receiver, status: int):
    receiver.answer = lambda _request: status
    assert post(receiver.url).taken


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
def test_any_other_status_does_not(receiver: Receiver, status: int):
    receiver.answer = lambda _request: status
    answer = post(receiver.url)
    assert (answer.status, answer.problem, answer.taken) == (status, AttemptProblem.NOT_ACCEPTED, False)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("elsewhere", ["http://169.254.169.254/latest/", "http://127.0.0.1:{port}/other"])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int, elsewhere: str):
    receiver.answer = lambda _request: status
    receiver.headers["Location"] = elsewhere.format(port=receiver.url.split(":")[2].split("/")[0])
    answer = post(receiver.url)
    assert (answer.status, answer.problem) == (status, AttemptProblem.REDIRECTED)
    assert len(receiver.received) == 1


@pytest.fixture
def old_spellings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let numbers that C libraries read as addresses through to the resolver, which needs no network for them."""
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        try:
            return real(socket.inet_ntoa(socket.inet_aton(host)), port, *args, **kwargs)
        except OSError:
            return real(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.mark.usefixtures("old_spellings")
@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f000001", "017700000001", "127.1", "localhost", "10.1.2.3"],
)
def test_the_internets_sender_reaches_nothing_inside(host: str, receiver: Receiver):
    port = receiver.url.split(":")[2].split("/")[0]
    answer = post(f"https://{host}:{port}/hook", reach=Reach())
    assert (answer.status, answer.problem) == (None, AttemptProblem.REFUSED_ADDRESS)
    assert receiver.received == []


@pytest.mark.usefixtures("old_spellings")
@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "0.0.0.0", "100.100.100.200", "2852039166"])
def test_not_even_a_sender_of_the_house_asks_for_metadata(host: str):
    assert post(f"http://{host}/latest/meta-data/").problem == AttemptProblem.REFUSED_ADDRESS


@pytest.fixture
def name_answers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Let `shop.example` have these addresses, one list a look-up; returns the names that were looked up."""

    def install(*answers: list[str]) -> list[str]:
        asked: list[str] = []
        real = socket.getaddrinfo

        def resolve(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
            if host != "shop.example":
                return real(host, port, *args, **kwargs)
            asked.append(host)
            found = answers[min(len(asked), len(answers)) - 1]
            return [(socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in found]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        return asked

    return install


def test_a_name_that_means_loopback_is_refused(name_answers: Callable[..., list[str]], receiver: Receiver):
    name_answers(["127.0.0.1"])
    answer = post(f"https://shop.example:{receiver.url.split(':')[2].split('/')[0]}/", reach=Reach())
    assert (answer.problem, answer.detail) == (AttemptProblem.REFUSED_ADDRESS, "shop.example is 127.0.0.1")
    assert receiver.received == []


def test_one_forbidden_address_among_good_ones_is_enough(name_answers: Callable[..., list[str]]):
    name_answers(["93.184.215.14", "10.0.0.5"])
    assert post("https://shop.example/", reach=Reach()).detail == "shop.example is 10.0.0.5"


def test_a_name_is_looked_up_once_and_the_address_that_was_checked_is_used(name_answers: Callable[..., list[str]], receiver: Receiver):
    # given a name that is loopback when it is checked and the metadata service a moment later
    asked = name_answers(["127.0.0.1"], ["169.254.169.254"])
    # when
    answer = post(receiver.url.replace("127.0.0.1", "shop.example"))
    # then the checked address got the message, under the name
    assert answer.taken
    assert asked == ["shop.example"]
    assert receiver.received[0].headers["host"].startswith("shop.example:")


def test_a_dead_address_gives_way_to_the_next(name_answers: Callable[..., list[str]], receiver: Receiver):
    name_answers(["::1", "127.0.0.1"])
    assert post(receiver.url.replace("127.0.0.1", "shop.example")).taken


def test_a_name_nobody_knows(monkeypatch: pytest.MonkeyPatch):
    def unknown(*_args: Any, **_kwargs: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    answer = post("https://shop.example/", reach=Reach())
    assert (answer.status, answer.problem) == (None, AttemptProblem.NOT_FOUND)


def test_nobody_listens():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        answer = post(f"http://127.0.0.1:{held.getsockname()[1]}/")
    assert (answer.status, answer.problem) == (None, AttemptProblem.NO_CONNECTION)


@contextmanager
def speaking(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that says to every caller what `talk` does; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                while True:
                    with server.accept()[0] as caller:
                        talk(caller)
            except OSError:
                return

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def test_a_receiver_that_drips_bytes_is_cut_off():
    # given a receiver that sends one byte of its answer every twentieth of a second, for ever
    def drip(caller: socket.socket) -> None:
        caller.recv(65536)
        for _ in range(1000):
            caller.sendall(b"H")
            time.sleep(0.05)

    with speaking(drip) as port:
        started = time.monotonic()
        answer = post(f"http://127.0.0.1:{port}/", patience=0.5)
    assert (answer.status, answer.problem) == (None, AttemptProblem.TIMED_OUT)
    assert 0.4 < time.monotonic() - started < 2


def test_a_receiver_that_says_nothing_is_cut_off():
    with speaking(lambda caller: time.sleep(3)) as port:
        answer = post(f"http://127.0.0.1:{port}/", patience=0.3)
    assert answer.problem == AttemptProblem.TIMED_OUT
    assert answer.duration_ms < 2000


def test_what_is_not_http_is_no_answer_and_its_words_are_not_kept():
    def mumble(caller: socket.socket) -> None:
        caller.recv(65536)
        caller.sendall(b"13800138000 is not HTTP\r\n\r\n")

    with speaking(mumble) as port:
        answer = post(f"http://127.0.0.1:{port}/")
    assert (answer.status, answer.problem, answer.detail) == (None, AttemptProblem.BAD_ANSWER, "BadStatusLine")


def certificate(folder: Path) -> Path:
    """A certificate for localhost that signs itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    place = folder / "localhost.pem"
    plain = serialization.NoEncryption()
    place.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return place


@contextmanager
def speaking_tls(place: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place)

    def talk(caller: socket.socket) -> None:
        try:
            with context.wrap_socket(caller, server_side=True) as tls:
                while b'{"a":1}' not in tls.recv(65536):
                    pass
                tls.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        except ssl.SSLError:
            return

    with speaking(talk) as port:
        yield port


def test_a_certificate_must_be_trusted_and_of_the_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    place = certificate(tmp_path)
    with speaking_tls(place) as port:
        # when nobody vouches for it
        sender._trust.cache_clear()
        stranger = post(f"https://localhost:{port}/")
        # when it is among those trusted
        monkeypatch.setenv("SSL_CERT_FILE", str(place))
        sender._trust.cache_clear()
        friend = post(f"https://localhost:{port}/")
        other_name = post(f"https://127.0.0.1:{port}/")
    sender._trust.cache_clear()
    assert (stranger.status, stranger.problem) == (None, AttemptProblem.NOT_TRUSTED)
    assert friend.status == 204
    assert (other_name.status, other_name.problem) == (None, AttemptProblem.NOT_TRUSTED)
