"""nof1 serve as a browser, and whoever else, meets it: pairing, what is refused with nothing written, and entries that go into the diary."""

import json
import logging
import threading
from datetime import datetime, timedelta

import anyio
import pytest
from filelock import FileLock
from starlette.testclient import TestClient

from nof1 import commit
from nof1.bedside import pairing, refusals, server
from nof1.bedside.pairing import new_code
from nof1.bedside.server import MAX_BODY, make_app
from nof1.errors import InputError
from nof1.record.amending import add_pause
from nof1.record.diary.entry import row_of
from nof1.record.diary.journal import JOURNAL_FILE
from nof1.record.diary.table import read_diary
from nof1.record.unsealing import unseal

HOST = "192.168.1.20:8427"
CODE = "ABCD-EFGH"
NOW = datetime(2026, 1, 12, 7, 0).astimezone()  # the nights of 5 to 11 January are over
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Ticks:
    """A clock that goes on when it is told to."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def ticks():
    return Ticks()


@pytest.fixture
def served(ticks):
    """A function that makes the application of a folder."""
    return lambda folder: make_app(folder, code=CODE, hosts=[HOST, "localhost:8427"], clock=lambda: NOW, ticks=ticks)


def browser(app, *, paired=True, client="192.168.1.30"):
    """A browser on a device of the network, with the page open."""
    made = TestClient(app, base_url=f"http://{HOST}", client=(client, 50000), headers={"origin": f"http://{HOST}"})
    if paired:
        made.headers["nof1-key"] = made.post("/pair", json={"code": CODE}).json()["key"]
    return made


@pytest.fixture
def app(served, trial_folder):
    return served(trial_folder)


@pytest.fixture
def phone(app):
    return browser(app)


@pytest.fixture
def untouched(trial_folder, bytes_in):
    """Holds that a test leaves the folder byte for byte as it was."""
    before = bytes_in(trial_folder)
    yield
    assert bytes_in(trial_folder) == before


def sent(night, cells, seen=None):
    return {"night": f"2026-01-{night:02}", "cells": cells, "seen": seen or {}}


def trial_of(phone):
    """The trial that is open, as the page has it in itself."""
    return phone.get("/api/nights").json()["trial"]


def send(phone, *entries):
    answer = phone.post("/api/nights", json={"trial": trial_of(phone), "entries": list(entries)})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def told(phone, night):
    """The cells of a night, as the server tells them."""
    return phone.get("/api/nights").json()["nights"].get(f"2026-01-{night:02}", {})


def in_diary(folder, protocol, night):
    """The cells of a night that are not empty, as diary.csv has them."""
    (entry,) = [one for one in read_diary(folder, protocol) if one.night.day == night]
    return {name: text for name, text in row_of(protocol, entry).items() if name != "night" and text}


def posted(phone, content, path="/api/nights", **headers):
    return phone.post(path, content=content, headers={"content-type": "application/json"} | headers)


# --- pairing


def test_without_the_code_there_is_nothing_of_the_trial_to_be_had(app, untouched, protocol):
    stranger = browser(app, paired=False)
    for path in ("/", "/pair"):
        page = stranger.get(path)
        assert page.status_code == 200
        for secret in (protocol.title, protocol.sha256(), protocol.outcome.title, "2026-01"):
            assert secret not in page.text
    assert stranger.get("/api/paired").json() == {"paired": False}
    asked = (stranger.get("/api/nights"), stranger.post("/api/nights", json={"entries": []}), stranger.get("/diary"))
    for answer in asked:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.status_code == 401
        assert set(answer.json()) == {"message"}


@pytest.mark.parametrize("given", [CODE, "abcdefgh", " abcd efgh "])
def test_the_code_lets_a_browser_in_however_it_is_typed(app, protocol, given):
    stranger = browser(app, paired=False)
    answer = stranger.post("/pair", json={"code": given})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers  # it would go to every port of this address
    assert stranger.get("/api/paired").json() == {"paired": False}
    stranger.headers["nof1-key"] = answer.json()["key"]
    assert stranger.get("/api/paired").json() == {"paired": True}
    assert protocol.sha256() in stranger.get("/diary").text
    assert stranger.get("/api/nights").status_code == 200


@pytest.mark.parametrize(
    "given", ["", "ABCD-EFGJ", "ABCD", "ABCD-EFGH" * 20, "\N{FULLWIDTH LATIN CAPITAL LETTER A}BCD-EFGH"]
)
def test_another_code_does_not(app, untouched, given):
    stranger = browser(app, paired=False)
    answer = stranger.post("/pair", json={"code": given})
    assert answer.status_code == 403
    assert set(answer.json()) == {"message"}
    assert stranger.get("/api/nights").status_code == 401


def test_after_ten_wrong_codes_nobody_is_paired_any_more_and_the_terminal_says_so(app, untouched, caplog):
    early = browser(app)
    for number in range(10):  # by whomever
        wrong = browser(app, paired=False, client=f"192.168.1.{number}").post("/pair", json={"code": "no"})
        assert wrong.status_code == 403
    (line,) = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert "Start 'nof1 serve' again" in line
    late = browser(app, paired=False).post("/pair", json={"code": CODE})
    assert late.status_code == 423
    assert set(late.json()) == {"message"}
    assert early.get("/api/nights").status_code == 200  # who was paired stays it


@pytest.mark.parametrize("key", ["", "x", "a" * 4000])
def test_a_made_up_key_does_not_help(app, phone, untouched, key):
    stranger = browser(app, paired=False)
    for path in ("/api/nights", "/diary"):
        assert stranger.get(path, headers={"nof1-key": key}).status_code == 401
        assert stranger.get(path, headers={"cookie": f"nof1-key={phone.headers['nof1-key']}"}).status_code == 401


def test_a_server_that_was_started_again_asks_for_its_new_code(served, trial_folder, phone):
    again = browser(served(trial_folder), paired=False)
    assert again.get("/api/nights", headers={"nof1-key": phone.headers["nof1-key"]}).status_code == 401


def test_codes_differ_and_have_no_letters_that_are_taken_for_one_another():
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert not set("".join(codes)) & set("01OI")
    assert {len(code) for code in codes} == {9}


def test_only_so_many_browsers_are_remembered(app, ticks):
    first = browser(app)
    for _ in range(pairing.MAX_BROWSERS):
        ticks.now += 100
        last = browser(app)
    assert first.get("/api/nights").status_code == 401
    assert last.get("/api/nights").status_code == 200


# --- who is not answered


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "192.168.1.20",
        "192.168.1.20:80",
        "evil.example:8427",
        f"{HOST}.evil.example",
        "",
        "localhost:8427@evil.example",
    ],
)
def test_a_foreign_name_for_this_machine_is_refused(phone, untouched, host):
    entry = {"entries": [sent(11, {"severity": "3"})]}
    for answer in (
        phone.get("/api/nights", headers={"host": host}),
        phone.get("/", headers={"host": host}),
        phone.post("/api/nights", json=entry, headers={"host": host, "origin": f"http://{host}"}),
    ):
        assert answer.status_code == 421


def test_the_other_name_of_this_machine_is_not_foreign(app):
    here = TestClient(app, base_url="http://localhost:8427", headers={"origin": "http://localhost:8427"})
    assert here.post("/pair", json={"code": CODE}).status_code == 200


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://192.168.1.20",
        f"https://{HOST}",
        "http://localhost:8427",
        f"http://{HOST}.evil.example",
        "",
    ],
)
def test_a_request_of_another_page_is_refused(phone, untouched, origin):
    foreign = {"origin": origin}
    answer = phone.post("/api/nights", json={"entries": [sent(11, {"severity": "3"})]}, headers=foreign)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    assert phone.post("/pair", json={"code": CODE}, headers=foreign).status_code == 403
    assert phone.options("/api/nights", headers=foreign).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_a_browser_says_comes_from_elsewhere_is_refused(phone, untouched, site):
    foreign = {"sec-fetch-site": site, "sec-fetch-mode": "no-cors"}
    assert phone.get("/api/nights", headers=foreign).status_code == 403
    assert phone.get("/", headers=foreign).status_code == 403
    assert phone.post("/api/nights", json={"entries": []}, headers=foreign).status_code == 403
    assert phone.get("/api/nights", headers=foreign | {"sec-fetch-mode": "navigate"}).status_code == 403


def test_a_link_of_a_calendar_may_lead_to_the_page(phone):
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    del phone.headers["origin"]
    assert phone.get("/", headers=followed).status_code == 200
    assert phone.get("/pair", headers=followed).status_code == 200


PATHS = [
    "/",
    "/diary",
    "/pair",
    "/api/nights",
    "/api/paired",
    "/nothing",
    "/../diary.csv",
    "/%2e%2e/diary.csv",
    "/diary.csv",
]
ANSWERED = {("/", "GET"), ("/diary", "GET"), ("/pair", "GET"), ("/api/nights", "GET"), ("/api/paired", "GET")}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "TRACE"])
def test_every_answer_has_the_headers_that_keep_others_out(phone, untouched, path, method):
    answer = phone.request(method, path)
    assert answer.status_code == 200 if (path, method) in ANSWERED else answer.status_code in (404, 405)
    assert HEADERS.items() <= dict(answer.headers).items()
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store" or (path, method) in {("/", "GET"), ("/diary", "GET")}


# --- what is too much, or nothing that the page sends


def test_a_body_that_is_too_large_is_refused(phone, untouched):
    for path in ("/api/nights", "/pair"):
        assert posted(phone, b" " * (MAX_BODY + 1), path).status_code == 413


def asked(app, phone, receive, *more):
    """What the application answers to a body that comes in pieces, without a word on its length."""
    key = phone.headers["nof1-key"].encode()
    headers = [(b"host", HOST.encode()), (b"content-type", b"application/json"), (b"nof1-key", key), *more]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http", "root_path": "",
        "path": "/api/nights", "raw_path": b"/api/nights", "query_string": b"", "headers": headers,
        "client": ("192.168.1.30", 1), "server": ("192.168.1.20", 8427),
    }  # fmt: skip
    answers = []

    async def answer(message):
        answers.append(message)

    async def ask():
        await app(scope, receive, answer)

    anyio.run(ask)
    return answers[0]["status"]


def test_of_a_body_without_end_no_more_is_read_than_may_be_kept(app, phone, untouched):
    given = 0

    async def receive():
        nonlocal given
        given += 65536
        return {"type": "http.request", "body": b" " * 65536, "more_body": True}

    assert asked(app, phone, receive) == 413
    assert given <= MAX_BODY + 65536


def test_a_slow_body_is_not_waited_for_without_end(app, phone, untouched, monkeypatch):
    monkeypatch.setattr(server, "_BODY_SECONDS", 0.05)

    async def receive():
        await anyio.sleep(600)

    assert asked(app, phone, receive) == 408


def test_a_body_that_is_cut_off_is_refused(app, phone, untouched):
    async def receive():
        return {"type": "http.disconnect"}

    assert asked(app, phone, receive) == 400


@pytest.mark.parametrize("length", [b"-1", b"9" * 5000, b"x", b"1e3", "\N{SUPERSCRIPT TWO}".encode("latin-1")])
def test_a_length_that_is_none_is_refused(app, phone, untouched, length):
    body = json.dumps({"trial": trial_of(phone), "entries": []}).encode()

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    assert asked(app, phone, receive, (b"content-length", str(len(body)).encode())) == 200
    assert asked(app, phone, receive, (b"content-length", length)) == 413


MALFORMED = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "null": b"null",
    "no entries": b"{}",
    "entries that are none": b'{"entries": 3}',
    "a night that is none": b'{"entries": [{"night": "2026-02-30", "cells": {}}]}',
    "a night as a number": b'{"entries": [{"night": 20260105, "cells": {}}]}',
    "a cell as a number": b'{"entries": [{"night": "2026-01-05", "cells": {"severity": 4}}]}',
    "a cell as a list": b'{"entries": [{"night": "2026-01-05", "cells": {"severity": ["4"]}}]}',
    "something more": b'{"entries": [], "also": 1}',
    "deep": b"[" * 100_000,
    "deep inside": b'{"entries": ' + b'{"a":' * 40_000,
    "not a number": b'{"entries": NaN}',
    "a huge number": b'{"entries": ' + b"9" * 100_000 + b"}",
    "no letters": b'{"entries": [{"night": "2026-01-05", "cells": {"note": "\xff\xfe"}}]}',
    "half a letter": b'{"entries": [{"night": "2026-01-05", "cells": {"note": "\\ud800"}}]}',
    "UTF-16": '{"entries": []}'.encode("utf-16"),
    "too many nights": json.dumps({"entries": [{"night": "2026-01-05", "cells": {}}] * 401}).encode(),
    "too many cells": json.dumps(
        {"entries": [{"night": "2026-01-05", "cells": {str(i): "" for i in range(500)}}]}
    ).encode(),
}


def with_trial(content, trial):
    """The same body, which says for which trial it is, where it can."""
    return content.replace(b'{"entries"', f'{{"trial": "{trial}", "entries"'.encode())


def test_a_body_that_says_its_trial_is_taken(phone, untouched):
    assert posted(phone, with_trial(b'{"entries": []}', trial_of(phone))).status_code == 200
    assert posted(phone, b'{"entries": []}').status_code == 400


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED)
def test_what_the_page_does_not_send_is_refused(phone, untouched, caplog, content):
    answer = posted(phone, with_trial(content, trial_of(phone)))
    assert answer.status_code == 400
    assert "not what the diary page sends" in answer.json()["message"]
    assert posted(phone, content, "/pair").status_code == 400
    assert all(len(record.message) < 300 for record in caplog.records)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "application/jsonp"]
)
def test_what_a_form_of_another_page_could_send_is_refused(phone, untouched, kind):
    body = json.dumps({"entries": [sent(11, {"severity": "3"})]}).encode()
    assert posted(phone, body, **{"content-type": kind}).status_code == 415


@pytest.mark.slow
def test_a_flood_is_refused_told_in_few_lines_and_over_when_it_is_over(app, phone, untouched, ticks, caplog):
    statuses = [phone.get("/api/nights").status_code for _ in range(500)]
    assert statuses.count(200) <= refusals.AT_ONCE
    assert set(statuses) == {200, 429}
    assert len(caplog.records) < 5
    assert int(phone.get("/api/nights").headers["retry-after"]) >= 1
    other = browser(app, client="192.168.1.31")
    assert other.get("/api/nights").status_code == 200  # another device is not kept waiting
    ticks.now += 60
    assert phone.get("/api/nights").status_code == 200


@pytest.fixture
def foreign(app):
    """Requests that a page of another address makes the phone's browser send, and what others on the same device send by themselves."""
    page = {"origin": "http://evil.example", "sec-fetch-site": "cross-site"}
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "origin": f"http://{HOST}"}
    other = browser(app, paired=False)
    return {
        "another page": lambda: other.post("/pair", json={"code": "no"}, headers=page),
        "a form of another page": lambda: other.post("/api/nights", data={"a": "b"}, headers=page),
        "a link of another page": lambda: other.get("/", headers=followed),
        "another name": lambda: other.get("/", headers={"host": "evil.example:8427"}),
        "another program": lambda: other.get("/pair"),
    }


@pytest.mark.parametrize(
    "whose", ["another page", "a form of another page", "a link of another page", "another name", "another program"]
)
def test_what_others_ask_costs_a_paired_browser_nothing(app, phone, untouched, foreign, whose):
    statuses = {foreign[whose]().status_code for _ in range(3 * refusals.AT_ONCE)}
    assert statuses <= {200, 403, 421, 429}
    assert phone.get("/api/nights").status_code == 200
    assert phone.get("/diary").status_code == 200


@pytest.mark.parametrize("whose", ["another page", "a form of another page", "a link of another page", "another name"])
def test_what_other_pages_ask_costs_nobody_the_pairing(app, untouched, foreign, whose):
    for _ in range(3 * refusals.AT_ONCE):
        foreign[whose]()
    late = browser(app)
    assert late.get("/api/nights").status_code == 200


def test_each_paired_browser_of_a_device_has_its_own_allowance(app, phone, ticks):
    while phone.get("/api/paired").status_code == 200:
        pass
    assert browser(app).get("/api/nights").status_code == 200


def test_a_flood_from_everywhere_does_not_fill_the_memory(ticks):
    buckets = refusals.Buckets(ticks)
    refused = 0
    for number in range(3000):
        try:
            buckets.take(f"10.0.{number // 250}.{number % 250}")
        except refusals.Refusal:
            refused += 1
    assert len(buckets) <= refusals.MAX_CLIENTS
    assert refused == 3000 - refusals.MAX_CLIENTS - refusals.AT_ONCE  # who is new shares one device's share
    buckets.take("10.0.0.0")
    ticks.now += 60
    for number in range(50):
        buckets.take(f"10.9.9.{number}")
    assert len(buckets) <= refusals.MAX_CLIENTS


def test_refusals_are_logged_without_what_was_sent(phone, untouched, caplog):
    secret = "very private words"
    phone.post("/api/nights", json={"entries": secret})
    phone.post("/api/nights", json={"entries": [sent(31, {"note": secret})]}, headers={"host": "evil\x1b[2J.example"})
    phone.post("/pair", json={"code": secret})
    lines = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(lines) == 3
    for line, status in zip(lines, ("400", "421", "403"), strict=True):
        assert f"Refused, {status}, from 192.168.1.30" in line
        assert secret not in line
        assert line.isprintable()


def test_how_many_of_a_kind_were_left_out_of_the_log_is_told_with_the_next(phone, ticks, caplog):
    for _ in range(8):
        phone.get("/api/nights", headers={"host": "evil.example"})
    ticks.now += 20
    phone.get("/api/nights", headers={"host": "evil.example"})
    lines = [record.message for record in caplog.records if "421" in record.message]
    assert len(lines) == 2
    assert "7 more" in lines[1]


# --- the page


def test_the_page_is_kept_by_the_browser_and_told_apart_by_its_hash(phone, trial_folder, protocol):
    page = phone.get("/diary")
    assert protocol.sha256() in page.text
    assert page.headers["vary"] == "nof1-key"
    kept = page.headers["cache-control"]
    assert "private" in kept
    assert int(kept.partition("max-age=")[2]) >= 7 * 24 * 3600
    sha256 = phone.get("/api/nights").json()["page"]
    assert page.headers["etag"] == f'"{sha256}"'
    again = phone.get("/diary", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.text, again.headers["cache-control"]) == (304, "", kept)
    add_pause(trial_folder, NOW.date() + timedelta(days=2), 3, "away", now=NOW)
    assert phone.get("/diary", headers={"if-none-match": page.headers["etag"]}).status_code == 200
    assert phone.get("/api/nights").json()["page"] != sha256


def test_what_is_recorded_is_told_with_the_clock_and_the_trial(phone, protocol, untouched):
    answer = phone.get("/api/nights").json()
    assert answer["trial"] == protocol.sha256()
    assert datetime.fromisoformat(answer["today"]) == NOW
    assert sorted(answer["nights"]) == [f"2026-01-{day:02}" for day in range(5, 11)]
    empty = dict.fromkeys(("dose_mg", "side_effects", "guess", "confidence", "note"), "")
    assert answer["nights"]["2026-01-05"] == {protocol.outcome.name: "4"} | empty


# --- entries


def test_an_entry_goes_into_diary_and_journal(phone, trial_folder, protocol):
    note = "Ruhig, bis 4 Uhr \N{SLEEPING FACE} ge\N{LATIN SMALL LETTER A WITH DIAERESIS}hnt; =1+1"
    cells = {"severity": "3", "dose_mg": "200", "side_effects": "nausea; Kopfweh", "note": note}
    (result,) = send(phone, sent(11, cells))
    assert (result["night"], result["status"]) == ("2026-01-11", "recorded")
    assert cells.items() <= result["recorded"].items()
    assert in_diary(trial_folder, protocol, 11) == cells
    assert told(phone, 11) == result["recorded"]
    assert "diary page,2026-01-11,severity,,3" in (trial_folder / JOURNAL_FILE).read_text(encoding="utf-8")


def test_the_same_again_changes_nothing(phone, trial_folder, bytes_in):
    send(phone, sent(11, {"severity": "3", "note": "calm"}))
    before = bytes_in(trial_folder)
    for _ in range(2):
        (result,) = send(phone, sent(11, {"severity": "3.0", "note": "calm "}))
        assert result["status"] == "same"
    (nothing,) = send(phone, sent(10, {}))
    assert (nothing["status"], nothing["message"], nothing["recorded"]) == ("same", "", told(phone, 10))
    assert bytes_in(trial_folder) == before


def test_a_correction_replaces_what_was_seen_and_the_old_value_stays_on_record(phone, trial_folder):
    (result,) = send(phone, sent(5, {"severity": "6", "note": "woke twice"}, seen=told(phone, 5)))
    assert result["status"] == "recorded"
    assert result["recorded"]["severity"] == "6"
    assert "diary page,2026-01-05,severity,4,6" in (trial_folder / JOURNAL_FILE).read_text(encoding="utf-8")
    (result,) = send(phone, sent(5, {"note": ""}, seen=told(phone, 5)))
    assert (result["recorded"]["severity"], result["recorded"]["note"]) == ("6", "")


@pytest.fixture
def two(app):
    """A phone and a tablet of one person."""
    return browser(app, client="192.168.1.30"), browser(app, client="192.168.1.31")


def test_a_conflict_of_two_devices_is_told_and_nothing_is_overwritten_unseen(two, trial_folder, bytes_in):
    phone, tablet = two
    send(phone, sent(11, {"severity": "3", "dose_mg": "200"}))
    before = bytes_in(trial_folder)
    (result,) = send(tablet, sent(11, {"severity": "5", "dose_mg": "200", "note": "warm"}))
    assert result["status"] == "conflict"
    assert "severity 3" in result["message"]
    assert (result["recorded"]["severity"], result["recorded"]["note"]) == ("3", "")
    assert bytes_in(trial_folder) == before
    (result,) = send(tablet, sent(11, {"severity": "5"}, seen=result["recorded"]))  # having seen it
    assert (result["status"], result["recorded"]["severity"]) == ("recorded", "5")
    (result,) = send(phone, sent(11, {"severity": ""}, seen={"severity": "3"}))  # nor is it cleared unseen
    assert (result["status"], result["recorded"]["severity"]) == ("conflict", "5")


def test_what_a_device_saw_and_left_does_not_contradict_the_other(two):
    phone, tablet = two
    seen = told(phone, 5)
    send(tablet, sent(5, {"severity": "7"}, seen=seen))
    (result,) = send(phone, sent(5, {**seen, "note": "warm"}, seen=seen))
    assert result["status"] == "recorded"
    assert (result["recorded"]["severity"], result["recorded"]["note"]) == ("7", "warm")


def test_how_sure_one_is_belongs_to_the_guess_that_one_saw(served, sealed_trial):
    app = served(sealed_trial().folder)
    phone, tablet = browser(app, client="192.168.1.30"), browser(app, client="192.168.1.31")
    send(phone, sent(9, {"guess": "off", "confidence": "60"}))
    seen = told(phone, 9)
    send(tablet, sent(9, {"guess": "citrate", "confidence": "60"}, seen=seen))
    (result,) = send(phone, sent(9, {"guess": "off", "confidence": "90"}, seen=seen))
    assert result["status"] == "conflict"
    assert (result["recorded"]["guess"], result["recorded"]["confidence"]) == ("citrate", "60")


OF_EACH = [
    (11, {"severity": "3"}, "recorded", ""),
    (5, {"severity": "9"}, "conflict", "recorded already is severity 4"),
    (12, {"severity": "1"}, "refused", "not over yet"),
    (4, {"severity": "1"}, "refused", "not a night of this trial"),
    (10, {"severity": "11"}, "refused", "outside its scale"),
    (9, {"sleep_minutes": "400"}, "refused", "not recorded in this trial"),
    (9, {"night": "2026-01-08"}, "refused", "not recorded in this trial"),
    (8, {"severity": "2"}, "recorded", ""),
]


def test_of_many_nights_each_is_told_by_itself(phone, trial_folder, protocol):
    before = told(phone, 5)
    results = send(phone, *(sent(night, cells) for night, cells, _, _ in OF_EACH))
    for result, (_, _, status, words) in zip(results, OF_EACH, strict=True):
        assert result["status"] == status
        assert words in result["message"]
    assert told(phone, 5) == before
    assert in_diary(trial_folder, protocol, 8) == {"severity": "2"}
    assert not (trial_folder / "measures.csv").exists()


def test_a_page_of_another_trial_records_nothing_here(phone, untouched):
    answer = phone.post("/api/nights", json={"trial": "0" * 64, "entries": [sent(11, {"severity": "3"})]})
    assert answer.status_code == 409
    assert "another trial" in answer.json()["message"]


def test_entries_of_several_devices_at_once_are_all_recorded(app, trial_folder, protocol):
    phones = [browser(app, client=f"192.168.1.{number}") for number in range(3)]
    statuses = {}

    def write(number):
        cells = {"severity": str(number), "note": f"device {number}"}
        statuses[number] = send(phones[number], sent(9 + number, cells, seen=told(phones[number], 9 + number)))[0][
            "status"
        ]

    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == dict.fromkeys(range(3), "recorded")
    for number in range(3):
        assert in_diary(trial_folder, protocol, 9 + number) == {"severity": str(number), "note": f"device {number}"}


def test_a_folder_that_another_program_holds_is_no_refusal_of_the_entry(phone, trial_folder, monkeypatch):
    monkeypatch.setattr(commit, "LOCK_SECONDS", 0.05)
    entry = {"trial": trial_of(phone), "entries": [sent(11, {"severity": "3"})]}
    with FileLock(trial_folder / commit.LOCK_NAME):
        answer = phone.post("/api/nights", json=entry)
    assert answer.status_code == 503  # the page keeps it and tries again
    assert "Another nof1" in answer.json()["message"]
    assert send(phone, sent(11, {"severity": "3"}))[0]["status"] == "recorded"


def test_a_damaged_diary_is_told_and_left_alone(phone, trial_folder, bytes_in):
    entry = {"trial": trial_of(phone), "entries": [sent(11, {"severity": "3"})]}
    (trial_folder / "diary.csv").write_bytes(b"\xff\xfe")
    before = bytes_in(trial_folder)
    for answer in (phone.get("/api/nights"), phone.post("/api/nights", json=entry)):
        assert answer.status_code == 503
        assert "diary.csv" in answer.json()["message"]
    assert bytes_in(trial_folder) == before


# --- sealed and locked trials


def test_of_a_sealed_trial_the_page_is_the_same_whichever_order_was_drawn(served, sealed_trial):
    trials = [sealed_trial(seed=seed, name=f"trial{seed}") for seed in (3, 4, 5)]
    orders = {(trial.helper / "sealed-order.json").read_text() for trial in trials}
    assert len(orders) == 3
    assert len({browser(served(trial.folder)).get("/diary").text for trial in trials}) == 1


def test_what_is_told_of_a_sealed_trial_names_no_arm(served, sealed_trial):
    phone = browser(served(sealed_trial().folder))
    (result,) = send(phone, sent(6, {"taken": "0.5", "note": "calm"}))
    assert result["status"] == "recorded"
    text = phone.get("/api/nights").text
    assert set(json.loads(text)) == {"trial", "page", "today", "nights", "revisions", "missed", "locked"}
    assert "citrate" not in text
    assert set(result["recorded"]) == {"severity", "taken", "side_effects", "guess", "confidence", "note"}


def test_after_the_order_was_opened_nothing_is_recorded(served, sealed_trial, bytes_in):
    trial = sealed_trial()
    phone = browser(served(trial.folder))
    page = phone.get("/diary").text
    unseal(trial.folder, trial.helper, now=NOW)
    before = bytes_in(trial.folder)
    (result,) = send(phone, sent(6, {"severity": "1"}, seen=told(phone, 6)))
    assert result["status"] == "refused"
    assert "locked" in result["message"]
    assert bytes_in(trial.folder) == before
    assert phone.get("/diary").text == page  # nor does the page tell an arm now


def test_a_folder_that_is_no_trial_is_refused(served, tmp_path):
    with pytest.raises(InputError):
        served(tmp_path)
    assert list(tmp_path.iterdir()) == []
