"""The page is one file that asks nobody for anything, the same bytes every time, and lets no text become markup."""

import json
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from nof1.bedside.page import diary_page
from nof1.plan.orders.draw import draw_order, order_of_arms, schedule

MOST_BYTES = 330_000
HOSTILE = "</script><script>alert(1)</script><!-- %%program%% & \u2028 {number} 'x\" <img src=x onerror=alert(1)>"


class Parts(HTMLParser):
    """Elements that could load, run or hold something, and the text of scripts and styles."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.texts, self._inside = [], {}, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self._inside = tag if tag in ("script", "style") else None
        if self._inside:
            self._inside += dict(attributes).get("id", "")
            self.texts[self._inside] = ""

    def handle_endtag(self, tag):
        self._inside = None

    def handle_data(self, data):
        if self._inside:
            self.texts[self._inside] += data

    @property
    def policy(self):
        told = next(values["content"] for tag, values in self.tags if values.get("http-equiv"))
        return dict(part.strip().split(" ", 1) for part in told.split(";"))


def hashed(text):
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@pytest.fixture
def sealed(planned):
    return planned("randomized-blocks", concealed="helper", period_nights=3, blocks=2, run_in_nights=1)


@pytest.mark.parametrize("served", [False, True])
def test_the_policy_lets_this_style_and_program_run_and_nothing_else(protocol, served):
    parts = Parts(diary_page(protocol, draw_order(protocol), served=served))
    assert parts.policy == {
        "default-src": "'none'",
        "script-src": hashed(parts.texts["script"]),
        "style-src": hashed(parts.texts["style"]),
        "img-src": "data:",
        "connect-src": "'self'" if served else "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_nothing_in_the_page_reaches_out(protocol):
    page = diary_page(protocol, draw_order(protocol))
    assert re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", page) == []
    sources = [values[name] for _, values in Parts(page).tags for name in ("src", "href", "action") if name in values]
    assert sources == ["data:,"]
    assert "url(" not in page
    assert "@import" not in page
    assert ".innerHTML" not in page


def test_a_concealed_page_is_the_same_bytes_whichever_order_was_drawn(sealed):
    orders = [("off", "citrate", "off", "citrate"), ("citrate", "off", "off", "citrate")]
    pages = {diary_page(sealed, order_of_arms(sealed, arms)) for arms in orders}
    assert pages == {diary_page(sealed, schedule(sealed))}


def test_an_open_page_tells_its_order(protocol, make_protocol):
    other = make_protocol(design={"seed": 8})
    assert draw_order(other) != draw_order(protocol)
    assert diary_page(other, draw_order(other)) != diary_page(protocol, draw_order(protocol))


@pytest.mark.slow
def test_another_process_makes_the_same_bytes(trial_folder):
    script = (
        "import sys; from hashlib import sha256; from nof1.bedside.page import diary_page; from nof1.plan.orders.loading import load_schedule;"
        "from nof1.plan.protocol.protocol import Protocol; protocol = Protocol.load(sys.argv[1]);"
        "print(sha256(diary_page(protocol, load_schedule(sys.argv[1], protocol)).encode()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script, str(trial_folder)],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


@pytest.mark.slow
def test_the_longest_trial_stays_small(planned):
    protocol = planned("alternating", concealed="helper", blocks=500, washout_nights=1)
    page = diary_page(protocol, schedule(protocol), served=True)
    assert len(page.encode()) < MOST_BYTES


def test_text_of_a_person_stays_text(make_protocol):
    protocol = make_protocol(
        title=HOSTILE,
        outcome={"label": HOSTILE},
        arms=[
            {"name": "off", "dose_mg": 0, "label": HOSTILE},
            {"name": "magnesium", "form": "citrate", "dose_mg": 200},
        ],
    )
    plain = make_protocol()
    page = diary_page(protocol, draw_order(protocol))
    parts, before = Parts(page), Parts(diary_page(plain, draw_order(plain)))
    assert [tag for tag, _ in parts.tags] == [tag for tag, _ in before.tags]
    assert parts.policy == before.policy
    content = json.loads(parts.texts["scriptcontent"])
    assert content["title"]["en"] == protocol.title
    assert protocol.outcome.title in {one["de"]["asks"] for one in content["questions"]}
