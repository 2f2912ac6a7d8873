"""nof1 serve as a process of its own: it says where it is, answers there alone, ends with Ctrl-C; its QR code, and what it refuses to begin."""

import io
import os
import re
import signal
import socket
import sys
from datetime import datetime, timedelta

import clock
import httpx2
import pytest
import segno
from fitted import fitted
from rich.console import Console
from serving import START, serving

from nof1 import report
from nof1.bedside import address
from nof1.cli.terminal.qr import qr_text
from nof1.errors import InputError
from nof1.plan.orders.draw import draw_order
from nof1.record.trial import Trial
from nof1.record.unsealing import unseal

posix = pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
LAN = f"from nof1.bedside import address; address.home_address = lambda: '127.0.0.2'; {START}"


@pytest.fixture
def folder(tmp_path, make_protocol):
    """A trial that began ten days ago."""
    protocol = make_protocol(design={"start": clock.today() - timedelta(days=10)})
    Trial(protocol, draw_order(protocol), ()).write(tmp_path / "trial")
    return tmp_path / "trial"


def stop(process):
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=60)
    return process.returncode, rest, errors


@pytest.mark.slow
@pytest.mark.clock
@posix
def test_a_browser_is_paired_records_a_night_and_ctrl_c_ends_it_in_order(folder):
    night = str(clock.today() - timedelta(days=3))
    with serving(folder) as served, httpx2.Client(base_url=served.address, trust_env=False) as browser:
        assert served.address.startswith("http://127.0.0.1:")
        assert f"{served.address}pair#code={served.code}" in served.text
        assert browser.get("/api/nights").status_code == 401
        assert browser.post("/pair", json={"code": "WRON-GONE"}).status_code == 403
        browser.headers["nof1-key"] = browser.post("/pair", json={"code": served.code}).json()["key"]
        entry = {"night": night, "cells": {"severity": "4"}}
        trial = browser.get("/api/nights").json()["trial"]
        answer = browser.post("/api/nights", json={"trial": trial, "entries": [entry]})
        assert answer.json()["results"][0]["status"] == "recorded"
        chunks = (b" " * 65536 for _ in range(64))  # without a length
        try:
            late = browser.post("/api/nights", content=chunks, headers={"content-type": "application/json"})
        except httpx2.TransportError:
            pass  # it was refused while it was still being sent
        else:
            assert late.status_code == 413
        answer = browser.get("/api/nights")
        assert answer.json()["nights"][night]["severity"] == "4"
        assert not {"server", "date"} & set(answer.headers)
        status, rest, errors = stop(served.process)
    assert status == 0
    assert "Stopped." in rest
    assert "Refused, 401" in errors
    assert "Refused, 413" in errors
    assert "Traceback" not in errors
    assert f"{night},4" in (folder / "diary.csv").read_text()


@pytest.mark.slow
@pytest.mark.clock
@posix
def test_with_lan_it_listens_at_two_addresses_and_no_others_and_warns(folder):
    with serving(folder, "--lan", code=LAN) as served:
        assert re.fullmatch(r"http://127\.0\.0\.2:\d+/", served.address)
        assert "not encrypted" in served.text
        assert f"--link {served.address}" in served.text
        port = httpx2.URL(served.address).port
        for place in (served.address, f"http://127.0.0.1:{port}/"):
            assert httpx2.get(place, trust_env=False).status_code == 200
        assert httpx2.get(served.address, headers={"host": f"127.0.0.3:{port}"}, trust_env=False).status_code == 421
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.3", port), timeout=10).close()
        assert stop(served.process)[0] == 0


@pytest.mark.slow
@pytest.mark.clock
@posix
def test_what_is_no_http_leaves_it_at_work(folder, bytes_in):
    before = bytes_in(folder)
    with serving(folder) as served:
        port = httpx2.URL(served.address).port
        for junk in (
            b"\x16\x03\x01\x02\x00\x01\x00",
            b"GET / HTTP/9.9\r\n\r\n",
            b"X" * 100_000,
            b"GET / HTTP/1.1\r\nA: " + b"b" * 100_000,
        ):
            with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
                connection.sendall(junk)
                connection.shutdown(socket.SHUT_WR)
                try:
                    while connection.recv(65536):
                        pass
                except ConnectionError:
                    pass
        assert httpx2.get(served.address, trust_env=False).status_code == 200
        status, _, errors = stop(served.process)
    assert status == 0
    assert "Traceback" not in errors
    assert bytes_in(folder) == before


@pytest.mark.slow
@pytest.mark.clock
@posix
def test_the_saved_answer_is_served_and_none_of_a_diary_that_has_changed(tmp_path):
    result = fitted("helps")
    result.trial.write(tmp_path / "trial")
    with serving(tmp_path / "trial") as served, httpx2.Client(base_url=served.address, trust_env=False) as browser:
        browser.headers["nof1-key"] = browser.post("/pair", json={"code": served.code}).json()["key"]
        assert browser.get("/api/results").json() == {"state": "due"}
        result.save(tmp_path / "trial")
        assert browser.get("/api/results").json() == {"state": "ready"}
        page = browser.get("/api/results/de", timeout=120)
        assert page.text == report.web_page(result, language="de")
        diary = tmp_path / "trial" / "diary.csv"
        diary.write_text(diary.read_text().replace("2026-01-05,4", "2026-01-05,5"))
        assert browser.get("/api/results").json() == {"state": "changed"}
        assert browser.get("/api/results/de").status_code == 404


# --- what it refuses to begin


@pytest.mark.clock
def test_a_port_that_is_taken_is_told(refused, folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = refused("serve", folder, "--port", taken.getsockname()[1])
    assert "is taken by another program" in told
    assert "--port" in told


def test_a_diary_that_is_locked_is_not_served(refused, sealed_trial):
    trial = sealed_trial()
    unseal(trial.folder, trial.helper, now=datetime(2026, 2, 1, 8).astimezone())
    assert "was locked when the order was opened" in refused("serve", trial.folder)


@pytest.mark.clock
@pytest.mark.parametrize("package", ["starlette", "uvicorn", "segno"])
def test_a_package_that_is_missing_is_named_with_what_to_install(refused, folder, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    told = refused("serve", folder)
    assert package in told
    assert "pip install -e '.[serve]'" in told


def test_a_folder_that_is_no_trial_is_refused(refused, tmp_path):
    refused("serve", tmp_path)


# --- the address in the network


class Probe:
    """A datagram socket that has the address it is given."""

    def __init__(self, own):
        self.own = own

    def connect(self, where):
        if self.own is None:
            raise OSError("Network is unreachable")

    def getsockname(self):
        return self.own, 1

    def close(self):
        pass


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (None, "in no network"),
        ("127.0.0.1", "in no network"),
        ("0.0.0.0", "in no network"),
        ("8.8.8.8", "from everywhere"),
    ],
)
def test_without_a_home_network_there_is_no_lan(monkeypatch, own, words):
    monkeypatch.setattr(address.socket, "socket", lambda *_: Probe(own))
    with pytest.raises(InputError, match=words):
        address.home_address()


@pytest.mark.parametrize("own", ["192.168.178.23", "10.0.0.5", "172.16.3.4", "169.254.10.1"])
def test_an_address_at_home_is_found(monkeypatch, own):
    monkeypatch.setattr(address.socket, "socket", lambda *_: Probe(own))
    assert address.home_address() == own


def test_of_two_addresses_one_of_which_cannot_be_had_none_is_kept():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(InputError, match="cannot be used"):
        address.listening(("127.0.0.1", "203.0.113.9"), port)
    socket.create_server(("127.0.0.1", port)).close()


# --- the code on the screen


def terminal(**options):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    return Console(file=stream, **({"force_terminal": True, "color_system": "truecolor", "width": 80} | options))


LINK = "http://192.168.178.23:8427/pair#code=ABCD-EFGH"


def test_the_code_is_the_link_dark_on_light_whatever_the_terminal_is():
    text = qr_text(LINK, terminal())
    lines = text.plain.split("\n")
    halves = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
    rows = [[halves[letter][half] for letter in line] for line in lines for half in (0, 1)]
    wanted = [list(row) for row in segno.make_qr(LINK, error="l").matrix_iter(border=2)]
    assert rows[: len(wanted)] == wanted
    assert not any(map(any, rows[len(wanted) :]))
    assert len(lines) <= 24
    assert len(lines[0]) <= 80
    console = terminal()
    console.print(text)
    console.file.seek(0)
    printed = console.file.read()
    assert printed.count("38;2;0;0;0;48;2;255;255;255") >= len(lines)  # black on white, said for every line


@pytest.mark.parametrize(
    "options", [{"width": 20}, {"color_system": None}, {"no_color": True}, {"force_terminal": False}]
)
def test_where_a_terminal_cannot_show_it_there_is_none(options):
    assert qr_text(LINK, terminal(**options)) is None


def test_a_terminal_without_the_letters_shows_none():
    console = Console(
        file=io.TextIOWrapper(io.BytesIO(), encoding="ascii"), force_terminal=True, color_system="truecolor", width=80
    )
    assert qr_text(LINK, console) is None
