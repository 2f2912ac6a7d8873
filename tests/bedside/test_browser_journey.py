"""A short trial lived whole on a phone of 320 px, from the first evening to the answer: `nof1 serve` as it is, a real browser, each step looked at.

With NOF1_TEST_PICTURES=FOLDER each step is also kept there as two pictures: what a person sees first, and the whole page.
"""

import os
from contextlib import ExitStack
from datetime import datetime, time, timedelta
from pathlib import Path

import clock
import pytest
from browsing import page_kept, until
from clock_in_children.sitecustomize import SHIFT
from looking import complaints, lost_when_enlarged, unseen_when_focused
from serving import START, serving

from nof1.plan.orders.draw import draw_order
from nof1.record.diary.entry import row_of
from nof1.record.diary.journal import audited
from nof1.record.diary.table import read_diary
from nof1.record.trial import Trial

# The served process looks at a file for what time it is, so that days can pass while it runs.
WATCHING = """
import os
from pathlib import Path
import nof1.clock
class Watching(nof1.clock.datetime):
    @classmethod
    def now(cls, tz=None):
        os.environ[{shift!r}] = Path({file!r}).read_text()
        return super().now(tz)
nof1.clock.datetime = Watching
"""
PICTURES = os.environ.get("NOF1_TEST_PICTURES")
NIGHTS = 9  # eight that count, and a pause of one
DOSE = "[data-field=dose_mg] label.choice:has(input[value='{}'])"


class Life:
    """One person, one phone, one laptop: days go by, and every step is looked at."""

    def __init__(self, phone, folder, protocol, served, hand, told, look):
        self.folder, self.protocol, self.served = folder, protocol, served
        self._phone, self._told, self._name = phone, told, look
        self._step = 0
        self.start = protocol.start
        self.page = phone.new_page()
        self.page.set_default_timeout(15_000)
        self._hand = hand(self.page)
        self.problems = []

    @property
    def taps(self):
        return len(self._hand.taps)

    def at(self, day, hour, minute):
        """It is this time, on the trial's day of this number, on the phone and on the laptop."""
        moment = datetime.combine(self.start + timedelta(days=day), time(hour, minute)).astimezone()
        clock.move_to(moment)
        self._told.write_text(os.environ[SHIFT])
        self._phone.clock.set_fixed_time(moment)

    def open(self, place=""):
        """The phone is taken up and the page is opened anew, from its address or from a link of the calendar."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.served.address}{place}")
        self.page.locator("#foot" if place != "pair" else "form").wait_for()

    def tap(self, selector):
        self._hand.tap(self.page.locator(selector))

    def rate(self, value):
        self._hand.rate(value)

    def save(self):
        self._hand.save()

    def look(self, name, *, keys=False):
        """What eyes find here; `keys` also goes through it with the Tab key, which moves the focus."""
        self._step += 1
        if PICTURES:
            self.page.wait_for_timeout(400)  # what a tap lights up has faded
            place = Path(PICTURES) / f"{self._name}-{self._step:02}-{name.replace(' ', '-')}"
            self.page.screenshot(path=f"{place}.png")
            self.page.screenshot(path=f"{place}-whole.png", full_page=True)
        found = self._found()
        if keys:
            found += [f"in focus: {told}" for told in unseen_when_focused(self.page)]
            self.page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
        self.problems += [f"{name}: {told}" for told in found]

    def _found(self):
        """What is wrong here; once more where the page loaded itself anew meanwhile, since the trial had changed."""
        try:
            return complaints(self.page) + [f"at 200 %: {told}" for told in lost_when_enlarged(self.page)]
        except Exception as error:  # of playwright, which need not be here
            if "navigation" not in str(error):
                raise
            self.page.locator("#foot").wait_for()
            return complaints(self.page) + [f"at 200 %: {told}" for told in lost_when_enlarged(self.page)]

    def recorded(self, day):
        """What the trial folder holds of the night of this day, what is not known left out."""
        night = self.start + timedelta(days=day)
        found = [one for one in read_diary(self.folder, self.protocol) if one.night == night]
        return {
            name: text for one in found for name, text in row_of(self.protocol, one).items() if text and name != "night"
        }

    def until_recorded(self, day, **cells):
        until(self.page, lambda: self.recorded(day) == cells)


@pytest.fixture
def live(tmp_path, phones, hand):
    """A function that begins a life with a trial folder: it is served, and a phone of this language and light is there."""
    with ExitStack() as stack:

        def begin(folder, protocol, locale, scheme):
            told = tmp_path / "now"
            told.write_text(os.environ[SHIFT])
            served = stack.enter_context(serving(folder, code=WATCHING.format(shift=SHIFT, file=str(told)) + START))
            options = {"locale": locale, "scheme": scheme, "zone": clock.ZONE, "device_scale_factor": 2}
            phone = stack.enter_context(phones(allow_requests=True, **options))
            return Life(phone, folder, protocol, served, hand, told, f"{locale[:2]}-{scheme}")

        yield begin


@pytest.mark.clock
@pytest.mark.parametrize(
    ("locale", "scheme"),
    [("en-GB", "light"), ("de-DE", "dark")] + ([("en-GB", "dark"), ("de-DE", "light")] if PICTURES else []),
)
def test_a_trial_is_lived_from_the_first_evening_to_the_answer(live, make_protocol, tmp_path, nof1, locale, scheme):
    design = {"start": clock.today(), "blocks": 2, "period_nights": 2, "run_in_nights": 0, "seed": 2}
    protocol = make_protocol(design=design, analysis={"interim": {"after_blocks": [1], "certainty": 0.95}})
    Trial(protocol, draw_order(protocol), ()).write(tmp_path / "trial")
    here = live(tmp_path / "trial", protocol, locale, scheme)
    page, german = here.page, locale.startswith("de")
    line, state = page.locator(".tonight .line"), page.locator("#state")

    # The first evening: the link that the laptop shows, then what there is to take, and one tap.
    here.at(0, 21, 20)
    here.open("pair")
    assert page.locator("html").get_attribute("data-theme") == "dark"  # whatever the phone likes by day
    here.look("pairing", keys=True)
    here.open(f"pair#code={here.served.code}")
    line.wait_for()
    if scheme == "light":
        page.locator("#switch-theme").tap()
    assert page.locator("html").get_attribute("data-theme") == scheme
    page_kept(page, here.protocol)
    here.look("first evening", keys=True)
    here.tap("#record-dose")
    page.locator("#take-back").wait_for()
    here.until_recorded(0, dose_mg="0")
    said = "Aufgezeichnet, im Studienordner." if german else "Recorded, and in the trial folder."
    page.locator("#status", has_text=said).wait_for()  # and no longer that it waits
    here.look("first evening taken")

    # The usual morning: two more taps, three for the night.
    here.at(1, 7, 5)
    here.open()
    page.locator("form").wait_for()
    here.look("first morning", keys=True)
    here.rate("5")
    here.look("first morning rated")
    here.save()
    state.wait_for()
    assert here.taps <= 3
    here.until_recorded(0, severity="5", dose_mg="0")
    here.look("first morning saved", keys=True)

    # After midnight it still is the same night; the calendar's link leads to it.
    here.at(2, 0, 40)
    here.open("#tonight")
    page.locator("h1.line").wait_for()
    here.look("after midnight")
    before = line.inner_text()
    here.tap("#record-dose")
    here.until_recorded(1, dose_mg="0")
    here.at(2, 7, 30)
    here.open()
    here.rate("6")
    here.save()
    here.until_recorded(1, severity="6", dose_mg="0")
    assert here.taps <= 6

    # The arm changes. The dose is tapped, and then not taken after all.
    here.at(2, 21, 30)
    here.open()
    line.wait_for()
    assert line.inner_text().partition(":")[2] != before.partition(":")[2]
    assert "200" in line.inner_text()
    here.look("change of arm")
    here.tap("#record-dose")
    here.until_recorded(2, dose_mg="200")
    here.tap("#take-back")
    page.locator("#record-dose").wait_for()
    here.look("taken back")
    here.until_recorded(2)
    here.at(3, 7, 0)
    here.open()
    here.tap(DOSE.format("0"))
    here.rate("7")
    here.look("dose not taken")
    here.save()
    here.until_recorded(2, severity="7", dose_mg="0")

    # A correction later that day: the journal keeps both.
    here.at(3, 12, 0)
    here.open()
    here.tap("main > button.quiet")
    page.locator("form").wait_for()
    here.look("correcting", keys=True)
    here.rate("6")
    here.save()
    here.until_recorded(2, severity="6", dose_mg="0")
    lines = [one for one, *_ in audited(here.folder) if one.column == "severity" and one.old]
    assert [(one.old, one.new) for one in lines] == [("7", "6")]

    # A morning without a network: kept on the phone, and sent when there is one again.
    here.at(3, 21, 30)
    here.open()
    here.tap("#record-dose")
    here.until_recorded(3, dose_mg="200")
    here.at(4, 7, 0)
    here._phone.set_offline(True)
    here.open()
    here.rate("3")
    here.save()
    page.locator(".note", has_text="nof1 serve").first.wait_for()
    here.look("offline", keys=True)
    assert here.recorded(3) == {"dose_mg": "200"}
    here._phone.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    here.until_recorded(3, severity="3", dose_mg="200")

    # The first block is over, and a look was planned then.
    page.locator(".note", has_text="nof1 analyze").wait_for()
    here.look("planned look")

    # A side effect in words is told at once to be a sign.
    here.at(4, 21, 30)
    here.open()
    here.tap("#record-dose")
    here.until_recorded(4, dose_mg="200")
    here.at(5, 7, 0)
    here.open()
    note = page.locator(".note", has_text="nof1 analyze")
    note.wait_for()  # it comes late, and pushes nothing away
    assert note.bounding_box()["y"] > page.locator("form").bounding_box()["y"]
    here.rate("2")
    words = "Meine Beine sind ganz schwach" if german else "my legs feel weak"
    page.locator("#own-words").fill(words)
    page.locator(".told .alert").first.wait_for()
    here.look("side effect in words")
    here.save()
    here.until_recorded(4, severity="2", dose_mg="200", side_effects=words)
    here.look("side effect saved")

    # A night away: the laptop puts a pause in, and the page learns of it.
    evening = here.start + timedelta(days=5)
    assert nof1("amend", here.folder, "--pause", str(evening), "--nights", "1", "--reason", "away")[0] == 0
    here.at(5, 21, 30)
    here.open()
    until(page, lambda: line.count() == 1 and page.locator("#record-dose").count() == 0)
    here.look("pause this evening")
    here.at(6, 7, 0)
    here.open()
    here.look("pause in the morning")

    # A night that is missed, and found again from the next one.
    here.at(8, 7, 0)
    here.open()
    here.rate("5")
    here.save()
    missed = page.locator(f"main a[href='#night={here.start + timedelta(days=6)}']")
    missed.wait_for()
    here.look("a night is missing", keys=True)
    missed.tap()
    page.locator("form").wait_for()
    here.look("the missing night")
    page.locator("#top a[href='#nights']").tap()
    page.locator("ul.nights").wait_for()
    here.look("all nights", keys=True)

    # The last evening, the last morning.
    here.at(NIGHTS - 1, 21, 30)
    here.open()
    here.tap("#record-dose")
    here.until_recorded(NIGHTS - 1, dose_mg="0")
    here.look("last evening")
    here.at(NIGHTS, 7, 0)
    here.open()
    here.rate("4")
    here.save()
    here.until_recorded(NIGHTS - 1, severity="4", dose_mg="0")
    page.locator(".note", has_text="nof1 analyze").wait_for()
    here.look("last morning", keys=True)

    # The answer is computed on the laptop, and read on the phone.
    here.at(NIGHTS, 18, 0)
    assert nof1("analyze", here.folder, "--engine", "marginal")[0] == 0
    here.open()
    page.locator(".note a[href='#answer']").tap()
    page.locator(".result .headline").wait_for(timeout=60_000)
    here.look("the answer", keys=True)
    assert not here.problems, "\n".join(here.problems)


@pytest.mark.clock
def test_of_a_sealed_trial_the_phone_shows_packs_and_no_answer(live, sealed_trial):
    sealed = sealed_trial()
    here = live(sealed.folder, sealed.protocol, "en-GB", "dark")
    page = here.page
    here.at(8, 21, 30)
    here.open(f"pair#code={here.served.code}")
    page.locator(".tonight .line", has_text="take pack").wait_for()
    here.look("sealed evening")
    assert "magnesium" not in page.locator(".tonight").inner_text()
    here.at(14, 7, 0)
    here.open()
    page.locator(".note", has_text="nof1 unseal").wait_for()
    here.look("sealed at the end", keys=True)
    assert page.locator("a[href='#answer']").count() == 0
    page.evaluate("location.hash = '#answer'")
    page.get_by_text("no answer that fits").wait_for()
    assert page.locator(".result").count() == 0
    assert not here.problems, "\n".join(here.problems)
