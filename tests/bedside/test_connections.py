"""Connections of nof1 serve: heads that never end, devices that open many, and that the paired browser is served all the same."""

import os
import socket
import time
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from types import SimpleNamespace

import clock
import httpx2
import pytest
from serving import START, serving

from nof1.bedside.connections import OF_ALL, OF_DEVICE, gives_way
from nof1.plan.orders.draw import draw_order
from nof1.record.trial import Trial

posix = pytest.mark.skipif(os.name != "posix", reason="as the other tests of a served folder")
HURRIED = f"from nof1.bedside import connections; connections.HEAD_SECONDS = 0.3; {START}"


def connection(number, device="a", *, serves=False):
    return SimpleNamespace(number=number, device=device, serves=serves)


def test_as_many_as_may_be_are_let_in():
    opened = [connection(number) for number in range(OF_DEVICE)]
    assert gives_way(opened, opened[-1]) is None
    full = [connection(number, device=str(number)) for number in range(OF_ALL)]
    assert gives_way(full, full[-1]) is None


def test_of_a_device_with_too_many_the_oldest_gives_way_on_which_no_paired_browser_waits():
    opened = [connection(number, serves=number < 2) for number in range(OF_DEVICE + 1)]
    others = [connection(100 + number, device="b") for number in range(OF_DEVICE)]
    assert gives_way(others + opened[::-1], opened[-1]).number == 2
    assert gives_way([*others, connection(3, device="c")], others[0]) is None


def test_where_all_are_waited_for_the_new_one_is_turned_away():
    opened = [connection(number, serves=True) for number in range(OF_DEVICE)]
    new = connection(50)
    assert gives_way([*opened, new], new) is new


def test_of_too_many_in_all_one_of_the_greediest_gives_way():
    greedy = [connection(number, device="greedy") for number in range(OF_DEVICE)]
    others = [connection(-number, device=f"other {number}") for number in range(1, OF_ALL - OF_DEVICE + 1)]
    new = connection(1000, device="new")
    assert gives_way([*others, *greedy, new], new) is greedy[0]


# --- with a server


@pytest.fixture
def folder(tmp_path, make_protocol):
    """A trial that began ten days ago."""
    protocol = make_protocol(design={"start": clock.today() - timedelta(days=10)})
    Trial(protocol, draw_order(protocol), ()).write(tmp_path / "trial")
    return tmp_path / "trial"


@contextmanager
def opened(served, begin, count):
    """Connections that have sent this and no more."""
    port = httpx2.URL(served.address).port
    with ExitStack() as stack:
        connections = []
        for _ in range(count):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            one.sendall(begin)
            connections.append(one)
        yield connections


def ended(connection):
    """Whether the other side has closed it, or does within a moment."""
    connection.settimeout(5)
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True
    except TimeoutError:
        return False


def seconds_of_letters(connection):
    """How long letters of a head are taken, one after another."""
    began = time.monotonic()
    try:
        while time.monotonic() < began + 5:
            connection.sendall(b"G")
            time.sleep(0.05)
    except OSError:
        pass
    return time.monotonic() - began


@pytest.mark.slow
@pytest.mark.clock
@posix
@pytest.mark.parametrize("begin", [b"", b"GET / HTT", b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n"])
def test_a_head_that_never_ends_is_not_waited_for(folder, begin):
    with serving(folder, code=HURRIED) as served, opened(served, begin, 3) as connections:
        assert all(map(ended, connections))
        assert httpx2.get(served.address, trust_env=False).status_code == 200


@pytest.mark.slow
@pytest.mark.clock
@posix
def test_a_head_that_comes_letter_by_letter_ends_in_time_and_one_after_an_answer_does_too(folder):
    with serving(folder, code=HURRIED) as served:
        whole = f"GET / HTTP/1.1\r\nHost: {httpx2.URL(served.address).netloc.decode()}\r\n\r\n".encode()
        with opened(served, b"", 1) as (slow,), opened(served, whole, 1) as (second,):
            assert second.recv(65536).startswith(b"HTTP/1.1 200")
            for connection in (slow, second):
                assert seconds_of_letters(connection) < 2


@pytest.mark.slow
@pytest.mark.clock
@posix
@pytest.mark.parametrize(
    "begin",
    [
        b"GET / HTT",
        b"POST /pair HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    ],
    ids=["heads", "bodies"],
)
def test_hundreds_of_connections_of_the_same_device_do_not_keep_the_browser_out(folder, begin):
    with serving(folder) as served, httpx2.Client(base_url=served.address, trust_env=False) as browser:
        browser.headers["nof1-key"] = browser.post("/pair", json={"code": served.code}).json()["key"]
        host = httpx2.URL(served.address).netloc
        with opened(served, begin.replace(b"%s", host), 200):
            for _ in range(3):
                with httpx2.Client(
                    base_url=served.address, headers=browser.headers, trust_env=False, timeout=10
                ) as other:
                    assert other.get("/api/nights").status_code == 200
                    assert other.get("/diary").status_code == 200
