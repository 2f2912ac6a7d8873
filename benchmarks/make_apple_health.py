"""A large made-up export of Apple Health, for measuring; nothing in it is anybody's.

Run alone it measures reading one: python benchmarks/make_apple_health.py 1000
"""

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

PHONE = "Alex\N{RIGHT SINGLE QUOTATION MARK}s iPhone"
WATCH = "Alex\N{RIGHT SINGLE QUOTATION MARK}s Apple\N{NO-BREAK SPACE}Watch"
DIARY = "Food Diary"
# The declarations have the shape of the real ones: elements and attributes, no entity, no default.
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 13 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary)*)>
<!ATTLIST HealthData locale CDATA #REQUIRED>
<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>
<!ATTLIST Record type CDATA #REQUIRED unit CDATA #IMPLIED value CDATA #IMPLIED sourceName CDATA #REQUIRED>
<!ELEMENT MetadataEntry EMPTY>
<!ATTLIST MetadataEntry key CDATA #REQUIRED value CDATA #REQUIRED>
]>
<HealthData locale="en_US">
 <ExportDate value="2026-01-01 12:00:00 +0000"/>
 <Me HKCharacteristicTypeIdentifierDateOfBirth="" HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexNotSet"/>
"""
TAIL = "</HealthData>\n"
CLINICAL = '<?xml version="1.0"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Made up</title></ClinicalDocument>\n'
STAGES = ("AsleepCore", "AsleepDeep", "AsleepCore", "AsleepREM", "Awake")


def write_export(path, megabytes, seed=0, zipped=False, nights=None, start=date(2024, 1, 1)):
    """Write a made-up export that streams to disk and is the same for the same arguments.

    Of its records about 35 % are heart rates, 30 % energies, 15 % steps, and each night has sleep of a watch and a phone.

    Parameters
    ----------
    path : str or Path
        Where to write it.
    megabytes : float
        Least size of the XML; days are made fuller or the nights run on until it is reached.
    seed : int
    zipped : bool
        Whether to write the archive that the phone makes, with the clinical XML beside.
    nights : int, optional
        How many nights to spread it over; without it, as many as the size takes at 3,000 records a day.
    start : date
        Evening of the first night.
    """
    path = Path(path)
    pieces = _pieces(megabytes * 1e6, random.Random(seed), nights, start)
    if not zipped:
        with path.open("wb") as stream:
            stream.writelines(pieces)
        return
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_member("apple_health_export/export_cda.xml"), CLINICAL)
        with archive.open(_member("apple_health_export/Export.xml"), "w", force_zip64=True) as stream:
            for piece in pieces:
                stream.write(piece)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


def _pieces(size: float, chance: random.Random, nights: int | None, start: date) -> Iterator[bytes]:
    """The XML, a day at a time."""
    yield HEAD.encode()
    written = len(HEAD)
    day = 0
    while written < size or (nights is not None and day < nights):
        per_day = size / nights if nights else 1e6
        text = _day(datetime(start.year, start.month, start.day) + timedelta(days=day), per_day, chance).encode()  # noqa: DTZ001
        yield text
        written += len(text)
        day += 1
    yield TAIL.encode()


def _day(day: datetime, size: float, chance: random.Random) -> str:
    lines = [*_sleep(day, chance), *_food(day, chance), _workout(day)]
    device = f"&lt;&lt;HKDevice: 0x{chance.getrandbits(36):x}&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,2, software:10.1&gt;"
    written = sum(map(len, lines))
    second = 0
    while written < size:
        second = (second + 29) % 86_400
        at = day + timedelta(seconds=second)
        kind = chance.random()
        if kind < 0.35:
            inner = f'\n  <MetadataEntry key="HKMetadataKeyHeartRateMotionContext" value="{chance.randrange(3)}"/>\n </Record>'
            line = _record(
                "HKQuantityTypeIdentifierHeartRate", at, 0, "count/min", chance.randint(48, 150), device, inner
            )
        elif kind < 0.55:
            line = _record(
                "HKQuantityTypeIdentifierActiveEnergyBurned", at, 60, "kcal", chance.randint(1, 900) / 1000, device
            )
        elif kind < 0.65:
            line = _record(
                "HKQuantityTypeIdentifierBasalEnergyBurned", at, 60, "kcal", chance.randint(1, 900) / 1000, device
            )
        elif kind < 0.80:
            watch = chance.random() < 0.6
            line = _record(
                "HKQuantityTypeIdentifierStepCount", at, 60, "count", chance.randint(1, 90), device if watch else ""
            )
        elif kind < 0.81:
            line = _record("HKQuantityTypeIdentifierAppleExerciseTime", at, 60, "min", 1, device)
        else:
            line = _record(
                "HKQuantityTypeIdentifierDistanceWalkingRunning", at, 60, "km", chance.randint(1, 90) / 1000, device
            )
        lines.append(line)
        written += len(line)
    return "".join(lines)


def _record(kind, at, seconds, unit, value, device="", inner="", source=""):
    start, end = (f"{moment:%Y-%m-%d %H:%M:%S} -0800" for moment in (at, at + timedelta(seconds=seconds)))
    source = source or (WATCH if device else PHONE)
    device = f' device="{device}"' if device else ""
    unit = f' unit="{unit}"' if unit else ""
    return (
        f' <Record type="{kind}" sourceName="{source}" sourceVersion="10.1"{device}{unit} creationDate="{end}" '
        f'startDate="{start}" endDate="{end}" value="{value}"{">" + inner if inner else "/>"}\n'
    )


def _sleep(day: datetime, chance: random.Random) -> Iterator[str]:
    kind, value = "HKCategoryTypeIdentifierSleepAnalysis", "HKCategoryValueSleepAnalysis"
    at = day + timedelta(hours=22, minutes=chance.randrange(90))
    zone = '\n  <MetadataEntry key="HKTimeZone" value="America/Los_Angeles"/>\n </Record>'
    yield _record(kind, at, 8 * 3600, "", value + "InBed", inner=zone)
    for part in range(15):
        seconds = chance.randrange(900, 2400)
        yield _record(kind, at, seconds, "", value + STAGES[part % 5], inner=zone, source=WATCH)
        at += timedelta(seconds=seconds)


def _food(day: datetime, chance: random.Random) -> Iterator[str]:
    yield _record("HKQuantityTypeIdentifierRestingHeartRate", day, 0, "count/min", chance.randint(50, 70), source=WATCH)
    for hour in (8, 13, 16):
        at = day + timedelta(hours=hour)
        for kind, unit, value in (
            ("DietaryCaffeine", "mg", chance.randint(0, 120)),
            ("DietaryMagnesium", "mg", chance.randint(20, 150)),
            ("DietaryEnergyConsumed", "kcal", chance.randint(200, 900)),
        ):
            yield _record("HKQuantityTypeIdentifier" + kind, at, 0, unit, value, source=DIARY)


def _workout(day: datetime) -> str:
    at = f"{day:%Y-%m-%d} 17:00:00 -0800"
    return (
        f' <Workout workoutActivityType="HKWorkoutActivityTypeWalking" duration="30" durationUnit="min" sourceName="{WATCH}" startDate="{at}" endDate="{at}">\n'
        '  <MetadataEntry key="HKIndoorWorkout" value="0"/>\n'
        f'  <WorkoutStatistics type="HKQuantityTypeIdentifierActiveEnergyBurned" startDate="{at}" endDate="{at}" sum="120" unit="kcal"/>\n'
        " </Workout>\n"
    )


# Measuring -------------------------------------------------------------------------------------------------------


def measure(path, reader="ours"):
    """Rows, seconds and the peak of the memory in MB of reading a file in a process of its own."""
    command = [sys.executable, __file__, "--read", str(path), "--reader", reader]
    done = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return int(done[0]), float(done[1]), float(done[2])


def _read(path: str, reader: str) -> None:
    clock = time.perf_counter()
    if reader == "ours":
        from nof1.record.opening.opened import open_file
        from nof1.record.sources import apple_health

        found = apple_health.recognize(open_file(path))
        with closing(found.rows()) as rows:
            count = sum(1 for _ in rows)
    else:
        from xml.etree import ElementTree  # the file is our own

        from defusedxml.ElementTree import iterparse as defused

        iterparse = defused if reader == "defusedxml" else ElementTree.iterparse
        count = 0
        for _, element in iterparse(path, events=("end",)):
            count += element.tag == "Record"
            element.clear()
    seconds = time.perf_counter() - clock
    print(count, seconds, peak())


def peak() -> float:
    """Most memory that this process has held, in MB. What getrusage tells is on Linux at least what the parent held."""
    status = Path("/proc/self/status")
    if status.exists():
        return float(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("megabytes", nargs="?", type=float, default=1000)
    parser.add_argument("--read")
    parser.add_argument("--reader", default="ours")
    arguments = parser.parse_args()
    if arguments.read:
        _read(arguments.read, arguments.reader)
        return
    with tempfile.TemporaryDirectory() as folder:
        for zipped in (False, True):
            path = Path(folder) / f"export.{'zip' if zipped else 'xml'}"
            write_export(path, arguments.megabytes, zipped=zipped)
            rows, seconds, peak = measure(path)
            print(
                f"{path.name}: {path.stat().st_size / 1e6:,.0f} MB, {rows:,} rows, {seconds:.1f} s, {peak:.0f} MB peak"
            )
            path.unlink()
        path = Path(folder) / "small.xml"
        write_export(path, min(100, arguments.megabytes))
        for reader in ("ours", "ElementTree", "defusedxml"):
            _, seconds, peak = measure(path, reader)
            print(f"{reader}, {path.stat().st_size / 1e6:,.0f} MB: {seconds:.1f} s, {peak:.0f} MB peak")


if __name__ == "__main__":
    main()
