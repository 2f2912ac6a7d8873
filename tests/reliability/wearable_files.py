"""Valid files of the makers of watches, rings and mats, before anything is done to them. The same chance makes the same files."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from random import Random

Grid = list[list[str]]
Maker = Callable[[Random, Sequence[date]], tuple[Grid, str]]  # rows, and the mark between cells


def sleeps_of(chance: Random, days: Sequence[date]) -> list[tuple[datetime, datetime, int]]:
    """Start, end and minutes asleep: a night for each day, sometimes in two parts or twice, and naps."""
    found = []
    for day in days:
        noon = datetime.fromisoformat(f"{day} 12:00")
        start = noon + timedelta(minutes=chance.randint(480, 860))
        end = start + timedelta(minutes=chance.randint(60, 560))
        found.append((start, end))
        kind = chance.random()
        if kind < 0.15:
            found.append((end + timedelta(minutes=30), end + timedelta(minutes=30 + chance.randint(20, 200))))
        elif kind < 0.25:
            found.append((start + timedelta(minutes=chance.randint(0, 40)), end))
        if chance.random() < 0.2:
            nap = noon + timedelta(minutes=chance.randint(-120, 380))
            found.append((nap, nap + timedelta(minutes=chance.randint(10, 170))))
    if chance.random() < 0.3:
        found.reverse()
    return [(start, end, int((end - start).total_seconds() // 66)) for start, end in found]


def _iso(moment: datetime, offset: str = "+01:00") -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000{offset}"


def _plain(moment: datetime, hours: int = 0) -> str:
    return f"{moment - timedelta(hours=hours):%Y-%m-%d %H:%M:%S}"


def _oura(chance: Random, days: Sequence[date]) -> tuple[Grid, str]:
    header = "id day bedtime_start bedtime_end total_sleep_duration time_in_bed awake_time latency deep_sleep_duration lowest_heart_rate type heart_rate"
    rows = [
        [
            f"k{number}", str(end.date()), _iso(start), _iso(end), str(60 * asleep), str(66 * asleep), "900", str(chance.randint(0, 2000)),
            "3600", str(chance.randint(40, 70)), chance.choice(("long_sleep",) * 4 + ("sleep", "late_nap", "rest", "deleted", "")),
            chance.choice(("{}", '{"interval":300.0,"items":[60.0,null]}')),
        ]
        for number, (start, end, asleep) in enumerate(sleeps_of(chance, days))
    ]  # fmt: skip
    return [header.split(), *rows], ";"


def _samsung(chance: Random, days: Sequence[date]) -> tuple[Grid, str]:
    prefix = chance.choice(("com.samsung.health.sleep.", "", "com.example.health.sleep."))
    ahead = chance.choice((0, 1, 9, -5))
    header = [f"{prefix}{name}" for name in ("start_time", "end_time", "time_offset", "deviceuuid", "comment")]
    header += ["sleep_score", "efficiency", "sleep_duration", "total_rem_duration"]
    rows = [
        [
            f"{_plain(start, ahead)}.000", f"{_plain(end, ahead)}.000", chance.choice((f"UTC{ahead:+03}00",) * 8 + ("", "UTC")), "dev1", "calm",
            str(chance.choice((0, chance.randint(30, 99)))), "0.0", chance.choice(("", str(asleep))), "70", "",
        ]
        for start, end, asleep in sleeps_of(chance, days)
    ]  # fmt: skip
    name = chance.choice(("com.samsung.shealth.sleep",) * 4 + ("com.samsung.shealth.stress",))
    header[0] = chance.choice(("", "\ufeff")) + header[0]
    return [[name, "7006003", "11"], header, *rows], ","


def _fitbit_scores(chance: Random, days: Sequence[date]) -> tuple[Grid, str]:
    header = "sleep_log_entry_id timestamp overall_score composition_score revitalization_score duration_score deep_sleep_in_minutes resting_heart_rate restlessness"
    rows = [
        [str(number), f"{end:%Y-%m-%dT%H:%M:%SZ}", str(chance.randint(30, 99)), "", "20", "30", "64", "52", "0.07"]
        for number, (_, end, _) in enumerate(sleeps_of(chance, days))
    ]
    return [header.split(), *rows], ","


def _fitbit_sleeps(chance: Random, days: Sequence[date]) -> tuple[Grid, str]:
    header = "sleep_id sleep_type minutes_in_sleep_period minutes_to_fall_asleep minutes_asleep minutes_awake start_utc_offset sleep_start end_utc_offset sleep_end data_source"
    rows = [
        [
            str(number), "STAGES", str(asleep + 30), "0", str(asleep), "30", "+01:00", f"{_plain(start, 1)}+0000", "+01:00", f"{_plain(end, 1)}+0000", "X",
        ]
        for number, (start, end, asleep) in enumerate(sleeps_of(chance, days))
    ]  # fmt: skip
    return [header.split(), *rows], ","


def _whoop(chance: Random, days: Sequence[date]) -> tuple[Grid, str]:
    header = ["Cycle start time", "Cycle end time", "Cycle timezone", "Sleep onset", "Wake onset", "Sleep performance %", "Asleep duration (min)", "In bed duration (min)", "Nap"]  # fmt: skip
    if chance.random() < 0.2:
        header = ["Hora de inicio del ciclo", "Hora de finalización del ciclo", "Zona horaria del ciclo", "Inicio del sueño", "Inicio de la vigilia", "Calificación del sueño (%)", "Duración del sueño (min)", "Tiempo en la cama (min)", "Siesta"]  # fmt: skip
    rows = [
        [
            _plain(start), "", "UTC+01:00", _plain(start), _plain(end), str(chance.randint(30, 100)), str(asleep), str(asleep + 30),
            chance.choice(("false", "false", "false", "true", "")),
        ]
        for start, end, asleep in sleeps_of(chance, days)
    ]  # fmt: skip
    return [header, *rows], ","


def _whoop_journal(chance: Random, days: Sequence[date]) -> tuple[Grid, str]:
    header = ["Cycle start time", "Cycle end time", "Cycle timezone", "Question text", "Answered yes", "Notes"]
    questions = ("Consumed caffeine?", "Have any alcoholic drinks?", "Steps", "severity", "Treatment")
    rows = [
        [chance.choice((_plain(start),) * 6 + ("",)), "", "UTC+01:00", question, chance.choice(("true", "false")), ""]
        for start, _, _ in sleeps_of(chance, days)
        for question in chance.sample(questions, chance.randint(1, 4))
    ]
    return [header, *rows], ","


def _garmin(chance: Random, days: Sequence[date]) -> tuple[Grid, str]:
    header = ["Sleep Score 4 Weeks", "Score", "Resting Heart Rate", "Body Battery", "Pulse Ox", "Quality", "Duration", "Sleep Need", "Bedtime", "Wake Time"]  # fmt: skip
    written = chance.choice(("{:%Y-%m-%d}", "{:%b %d, %Y}"))
    rows = [
        [
            written.format(day), chance.choice(("--", str(chance.randint(30, 99)))), str(chance.randint(45, 65)), "+35", "--", "Good",
            chance.choice(("--", "7h", "50min", f"{chance.randint(3, 9)}h {chance.randint(0, 59)}min")), "8h 0min", "11:20 PM", "6:40 AM",
        ]
        for day in days
    ]  # fmt: skip
    return [header, *rows], ","


def _sleep_cycle(chance: Random, days: Sequence[date]) -> tuple[Grid, str]:
    if chance.random() < 0.5:
        header = ["Start", "End", "Sleep quality", "Time in bed", "Wake up", "Sleep Notes", "Heart rate", "Activity (steps)"]  # fmt: skip
        rows = [
            [_plain(start), _plain(end), f"{chance.randint(20, 100)}%", f"{asleep // 60}:{asleep % 60:02}", ":)", "tea:late", "0", "812"]
            for start, end, asleep in sleeps_of(chance, days)
        ]  # fmt: skip
        return [header, *rows], ";"
    header = ["Start", "End", "Sleep Quality", "Regularity", "Awake (seconds)", "Deep (seconds)", "City", "Time in bed (seconds)", "Time asleep (seconds)", "Time before sleep (seconds)", "Notes"]  # fmt: skip
    rows = [
        [
            _plain(start), _plain(end), f"{chance.randint(20, 100)}%", "—", "1200.5", "3600", "Ulm", f"{66 * asleep}.25", str(60 * asleep), str(chance.randint(0, 3000)), "tea",
        ]
        for start, end, asleep in sleeps_of(chance, days)
    ]  # fmt: skip
    return [header, *rows], ";"


def _withings(chance: Random, days: Sequence[date]) -> tuple[Grid, str]:
    names = chance.choice(
        (
            ["from", "to", "light (s)", "deep (s)", "rem (s)", "awake (s)", "wake up"],
            ["von", "bis", "leicht (s)", "tief (s)", "rem (s)", "wach (s)", "Aufwachen"],
        )
    )
    rows = [
        [
            _iso(start), _iso(end), str(chance.choice((0, 40 * asleep))), str(chance.choice((0, 15 * asleep))), str(chance.choice((0, 5 * asleep))), "900",
            str(chance.randint(0, 9)), str(chance.randint(0, 4000)), "120", "62", "",
        ]
        for start, end, asleep in sleeps_of(chance, days)
    ]  # fmt: skip
    return [[*names, "Duration to sleep (s)", "Duration to wake up (s)", "Average heart rate", "Notes"], *rows], ","


def _zepp(chance: Random, days: Sequence[date]) -> tuple[Grid, str]:
    header = ["date", "deepSleepTime", "shallowSleepTime", "wakeTime", "start", "stop", "REMTime", "naps"]
    rows = []
    for day in days:
        worn = chance.random() < 0.8
        stages = [str(chance.randint(20, most)) if worn else "0" for most in (150, 400, 60)]
        naps = chance.choice(("", "", '[{"start":"14:00"}]'))
        rows.append(
            [str(day), *stages, f"{day} 00:20:00+0000", f"{day} 06:20:00+0000", chance.choice(("0", "61")), naps]
        )
    return [header, *rows], ","


TABLES: dict[str, Maker] = {
    "oura_account": _oura,
    "samsung_health": _samsung,
    "fitbit_takeout, scores": _fitbit_scores,
    "fitbit_takeout, sleeps": _fitbit_sleeps,
    "whoop": _whoop,
    "whoop, journal": _whoop_journal,
    "garmin": _garmin,
    "sleep_cycle": _sleep_cycle,
    "withings": _withings,
    "zepp": _zepp,
}


def fitbit_records(chance: Random, days: Sequence[date]) -> list[dict[str, object]]:
    """Records of sleep-*.json."""
    return [
        {
            "logId": number,
            "dateOfSleep": str(end.date()),
            "startTime": _iso(start, ""),
            "endTime": _iso(end, ""),
            "minutesToFallAsleep": 0,
            "minutesAsleep": asleep,
            "minutesAwake": 30,
            "timeInBed": asleep + 30,
            "type": "stages",
            "levels": {"summary": {"deep": {"count": 3, "minutes": 60}, "rem": {"minutes": 80}}, "data": []},
            chance.choice(("mainSleep", "isMainSleep")): chance.random() < 0.8,
        }
        for number, (start, end, asleep) in enumerate(sleeps_of(chance, days))
    ]
