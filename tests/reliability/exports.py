"""Valid files of programs that write forms, food and Apple Health as tables, before anything is done to them.

Each maker is given the days of a file and gives its rows, and the map that a person would choose.
"""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

Grid = list[list[str]]
Maker = Callable[[Random, list[date]], tuple[Grid, dict[str, str]]]


def _rating(chance: Random) -> str:
    return str(chance.randint(0, 10))


def myfitnesspal(chance: Random, days: list[date]) -> tuple[Grid, dict[str, str]]:
    if chance.random() < 0.4:
        header = [
            "Date",
            "Exercise",
            "Type",
            "Exercise Calories",
            "Exercise Minutes",
            "Sets",
            "Kilograms",
            "Steps",
            "Note",
        ]
        rows = [[str(day), "Walking", "Cardio", "178.0", str(chance.randint(1, 90)), "", "", "", ""] for day in days]
        rows += [[str(day), "MFP iOS calorie adjustment", "Cardio", "14", "1", "", "", "1829", ""] for day in days]
        return [header, *rows], {}
    header = ["Date", "Meal", "Time", "Calories", "Fat (g)", "Sodium (mg)", "Iron", "Note"]
    rows = [
        [
            str(day),
            meal,
            chance.choice(("", "8:02 AM", "12:30 AM")),
            f"{chance.uniform(0, 900):.1f}",
            "9.5",
            "300",
            "8",
            "",
        ]
        for day in days
        for meal in ("Breakfast", "Dinner")
    ]
    return [header, *rows], {}


def microsoft_forms(chance: Random, days: list[date]) -> tuple[Grid, dict[str, str]]:
    header = [
        "ID",
        *chance.choice(
            (("Start time", "Completion time", "Email", "Name"), ("Startzeit", "Fertigstellungszeit", "E-Mail", "Name"))
        ),
    ]
    rows = [
        [
            str(number),
            f"{day:%m/%d/%Y} 21:00",
            f"{day:%m/%d/%Y} 21:{chance.randint(10, 59)}",
            "kim@example.org",
            "Kim",
            _rating(chance),
            "well",
        ]
        for number, day in enumerate(days, start=1)
    ]
    return [[*header, "How bad?", "Anything else?"], *rows], {"severity": "How bad?", "note": "Anything else?"}


def redcap(chance: Random, days: list[date]) -> tuple[Grid, dict[str, str]]:
    header = [
        "record_id",
        "redcap_event_name",
        "redcap_repeat_instance",
        "diary_timestamp",
        "severity",
        "aids___1",
        "diary_complete",
    ]
    rows = [
        [
            "1",
            "daily_arm_1",
            str(number),
            chance.choice((f"{day} 21:40:00", "[not completed]", f"{day} 21:41:00")),
            _rating(chance),
            "1",
            "2",
        ]
        for number, day in enumerate(days, start=1)
    ]
    return [header, *rows, ["1", "baseline_arm_1", "", "", "", "", "2"]], {
        "severity": "severity"
    } if chance.random() < 0.5 else {}


def qualtrics(chance: Random, days: list[date]) -> tuple[Grid, dict[str, str]]:
    header = ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Finished", "RecordedDate", "ResponseId", "Q1"]
    asked = [
        "Start Date",
        "End Date",
        "Response Type",
        "IP Address",
        "Progress",
        "Finished",
        "Recorded Date",
        "Response ID",
        "How bad?",
    ]
    zone = chance.choice(
        ('{"ImportId":"x"}', '{"ImportId":"x","timeZone":"Europe/Berlin"}', '{"ImportId":"x","timeZone":"UTC"}')
    )
    rows = [
        [
            f"{day} 20:58:00",
            f"{day} 21:03:00",
            chance.choice(("IP Address", "Survey Preview", "0")),
            "*",
            "100",
            "True",
            f"{day} 21:03:00",
            f"R_{day}",
            _rating(chance),
        ]
        for day in days
    ]
    return [header, asked, [zone] * len(header), *rows], {"severity": "Q1"}


def health_auto_export(chance: Random, days: list[date]) -> tuple[Grid, dict[str, str]]:
    header = ["Date/Time", "Apple Exercise Time (min)", "Caffeine (mg)", "Magnesium (mg)", "Step Count (count)"]
    slept = [
        "Sleep Analysis [Total] (hr)",
        "Sleep Analysis [In Bed] (hr)",
        "Sleep Analysis [Deep] (hr)",
        "Sleep Analysis [Awake] (hr)",
    ]
    with_sleep = chance.random() < 0.7
    rows = [
        [
            f"{day} {chance.choice(('00:00:00',) * 9 + ('05:00:00',))}",
            "20",
            str(chance.randint(0, 300)),
            "310",
            str(chance.randint(0, 15000)),
        ]
        + ([chance.choice((f"{chance.uniform(3, 9):.2f}", "0")), "8", "1.2", "0"] if with_sleep else [])
        for day in days
    ]
    return [header + (slept if with_sleep else []), *rows], {}


def qs_access(chance: Random, days: list[date]) -> tuple[Grid, dict[str, str]]:
    header = ["Start", "Finish", "Active Calories (kcal)", "Distance (mi)", "Steps (count)"]
    rows = [
        [
            f"{day:%d-%b-%Y} 00:00",
            f"{day + timedelta(days=1):%d-%b-%Y} 00:00",
            "0.0",
            "5.7",
            f"{chance.randint(0, 15000)}.0",
        ]
        for day in days
    ]
    return [header, *rows], {}


def simple_health_export(chance: Random, days: list[date]) -> tuple[Grid, dict[str, str]]:
    head = ["type", "sourceName", "sourceVersion", "productType", "device", "startDate", "endDate"]
    rows: Grid = [["sep=,"]] if chance.random() < 0.7 else []
    if chance.random() < 0.5:
        rows.append([*head, "value", "HKTimeZone"])
        for day in days:
            for stage in ("inBed", "asleepCore", "HKCategoryValueSleepAnalysisAsleepREM"):
                begin = f"{day} 2{chance.randint(0, 2)}:{chance.randint(10, 59)}:00 +0000"
                rows.append(
                    [
                        "HKCategoryTypeIdentifierSleepAnalysis",
                        "Watch",
                        "26",
                        "Watch7",
                        "",
                        begin,
                        f"{day} 23:30:00 +0000",
                        stage,
                        "Europe/Berlin",
                    ]
                )
        return rows, {}
    kind, unit = chance.choice((("StepCount", "count"), ("DietaryCaffeine", "mg"), ("RestingHeartRate", "count/min")))
    rows.append([*head, "unit", "value"])
    for day in days:
        for hour in (8, 13, 22):
            at = f"{day} {hour:02}:{chance.randint(10, 59)}:00 +0000"
            rows.append(
                [
                    f"HKQuantityTypeIdentifier{kind}",
                    chance.choice(("Phone", "Watch")),
                    "26",
                    "Watch7",
                    "",
                    at,
                    at,
                    unit,
                    str(chance.randint(30, 200)),
                ]
            )
    return rows, {}


def words(chance: Random, days: list[date]) -> tuple[Grid, dict[str, str]]:
    """A rating in words, as Daylio has it."""
    scale = chance.sample(("awful", "Bad", "so so", "good", "none", "rad"), 4)
    return [["date", "How bad?"], *([str(day), chance.choice(scale)] for day in days)], {"severity": "How bad?"}


MAKERS: dict[str, Maker] = {
    "myfitnesspal": myfitnesspal,
    "microsoft_forms": microsoft_forms,
    "redcap": redcap,
    "qualtrics": qualtrics,
    "health_auto_export": health_auto_export,
    "qs_access": qs_access,
    "simple_health_export": simple_health_export,
    "plain, words": words,
}
