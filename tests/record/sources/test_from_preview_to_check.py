"""Every source as a person takes it: a file of several nights, the preview, what it asks, the import, and a folder that is sound."""

import json
import re
from itertools import pairwise

import pytest

from nof1.plan.orders.draw import draw_order
from nof1.record.sources import NAMES
from nof1.record.trial import Trial

from . import test_apple_health as health
from . import test_diary_page as page
from .test_recognition import JSON_SAMPLES, SAMPLES

FIRST, NIGHTS = 5, 6  # of January 2026

# Of a sample, how its dates are written, each with the same date so many days later.
_FORMS = (
    (r"2026([-/])01\1(\d\d)", lambda found, day: f"2026{found[1]}01{found[1]}{int(found[2]) + day:02}"),
    (r"January (\d)", lambda found, day: f"January {int(found[1]) + day}"),
    (r"(\d\d)\. 01\. 2026", lambda found, day: f"{int(found[1]) + day:02}. 01. 2026"),
    (r"(\d\d)-Jan-2026", lambda found, day: f"{int(found[1]) + day:02}-Jan-2026"),
    (r"8th Dec 2026", lambda found, day: f"{FIRST + day}th Jan 2026"),
)
# Counts of days, and numbers of rows, that go on with the dates.
_COUNTED = {
    "nof1kit": (",1.0,", lambda day: f",{day + 1}.0,"),
    "studyu": (",p,0,", lambda day: f",p,{day},"),
}
# What a person says beside --yes, where the file does not: which column the rating is, or what else only they know.
_SAID = {
    "bearable": ["--map", "severity=Symptom: Restless legs"],
    "daylio": ["--map", "severity=mood", "--scale", "severity=meh=4"],
    "google_forms": ["--map", "severity=How bad were your legs?"],
    "microsoft_forms": ["--map", "severity=How bad were your legs?"],
    "oura": ["--unit", "sleep_minutes=seconds"],
    "plain": ["--map", "severity=How bad?"],
    "qualtrics": ["--map", "severity=Q1"],
    "samsung_health: steps": ["--measure", "stress=score"],
    "simple_health_export": ["--zone", "Europe/Berlin"],
    "studyu": ["--map", "severity=legs", "--zone", "Europe/Berlin"],
    "whoop: journal": ["--measure", "caffeine_drunk=Consumed caffeine?"],
}


def later(text, day):
    for form, shifted in _FORMS:
        text = re.sub(form, lambda found, shifted=shifted: shifted(found, day), text)
    return text


def of_sample(key, protocol):
    head, _, last = SAMPLES[key].rstrip("\n").rpartition("\n")
    if key == "studyu":  # the sample holds what every such file has; a study asks something, too
        head, last = f"{head},legs", f"{last},6"
    old, new = _COUNTED.get(key, ("", None))
    rows = [later(last.replace(old, new(day)) if new else last, day) for day in range(NIGHTS)]
    return "\n".join([head, *rows]) + "\n"


def of_health(_, protocol):
    days = [f"2026-01-{FIRST + day:02}" for day in range(NIGHTS + 1)]
    records = [
        made
        for day, after in pairwise(days)
        for made in (
            health.record("StepCount", 6512, f"{day} 09:00:00 +0100", f"{day} 10:00:00 +0100", unit="count"),
            health.record("DietaryCaffeine", 80, f"{day} 09:00:00 +0100", unit="mg", source="Diary"),
            health.sleep("AsleepCore", f"{day} 23:00:00 +0100", f"{after} 06:00:00 +0100"),
        )
    ]
    return health.document(*records).decode()


def of_json(key, protocol):
    (night,) = json.loads(JSON_SAMPLES[key.partition(":")[0]])
    return json.dumps([json.loads(later(json.dumps(night), day)) for day in range(NIGHTS)])


def of_page(_, protocol):
    return page.exported(protocol, *(page.night(FIRST + day, severity="4", dose_mg="") for day in range(NIGHTS)))


def of_table(head, row):
    return lambda key, protocol: head + "".join(row.format(f"2026-01-{FIRST + day:02}") for day in range(NIGHTS))


OTHERS = {
    "apple_health": of_health,
    "diary_page": of_page,
    "fitbit_takeout: json": of_json,
    "nof1_diary": of_table("night,severity,dose_mg,note\n", "{},4,,slept\n"),
    "plain": of_table("Date,How bad?,Sleep (h)\n", "{},4,5.93\n"),
    "rejected_rows": of_table(
        "file,sha256,lines,rows,reason,night,severity,sleep_minutes\n", f"a.csv,{'a' * 64},2,1,mended,{{}},4,355.8\n"
    ),
}
MAKERS = dict.fromkeys(SAMPLES, of_sample) | OTHERS


def test_every_source_has_a_file_here():
    assert {key.partition(":")[0] for key in MAKERS} == set(NAMES)


@pytest.mark.slow
@pytest.mark.clock
@pytest.mark.parametrize("key", MAKERS)
def test_a_file_goes_from_preview_to_a_sound_folder(key, nof1, tmp_path, protocol):
    folder = tmp_path / "trial"
    Trial(protocol, draw_order(protocol), ()).write(folder)
    path = tmp_path / "my file"
    path.write_text(MAKERS[key](key, protocol))
    said = _SAID.get(key, [])
    before = sorted(folder.iterdir())
    status, out, err = nof1("import", folder, path, *said)
    assert (status, sorted(folder.iterdir())) == (1, before), err
    assert "Nothing was taken. Look at the preview" in err, err
    assert f" read = {NIGHTS} taken" in out
    status, out, err = nof1("import", folder, path, *said, "--yes", "--json")
    assert (status, json.loads(out)["taken"], json.loads(out)["rejected"]) == (0, NIGHTS, 0), err
    status, out, err = nof1("check", folder, "--json")
    levels = {finding["level"] for finding in json.loads(out)["findings"]}
    assert (status, levels <= {"ok", "note"}) == (0, True), out
    status, out, err = nof1("import", folder, path, *said, "--yes")
    assert (status, "recorded already; nothing was changed" in out) == (0, True), out + err
