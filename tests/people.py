"""People who do not exist, and what a professional expects of the safety screen for each. Levels: stop, ask, apart, nothing.

The highest level that is expected; lower ones may come as well. "nothing" means nothing above a note.
"""

from dataclasses import dataclass, field

from nof1.plan.protocol.safety.medicines import answered_by
from nof1.plan.protocol.safety.screen import Medicine, Safety, questions

# Unless said: age 45, no illness, no medicine, ferritin 110 µg/L and transferrin saturation 30 % last month, kidneys normal last year.
HEALTHY = {
    "age": 45,
    "kidney_measured": True,
    "ferritin": 110,
    "ferritin_on": "2025-10-30",
    "transferrin_saturation": 30,
    "transferrin_saturation_on": "2025-10-30",
    "other_magnesium_mg": 0,
} | {one.id: False for one in questions() if one.kind == "yes-no" and one.id not in ("kidney_measured",)}


@dataclass(frozen=True)
class Person:
    name: str
    expect: str
    facts: tuple[str, ...] = ()  # findings that must be among those of the highest level
    collides: bool = False
    answers: dict = field(default_factory=dict)
    medicines: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def safety(self):
        names = [name for name, _ in self.medicines]
        told = HEALTHY | {id_: yes for id_, yes in answered_by(names).items() if yes} | self.answers
        return Safety(answers=told, medicines=tuple(Medicine(name=name, times=times) for name, times in self.medicines))


PEOPLE = (
    Person("kidney disease stage 4 (eGFR 22)", "stop", ("kidney_severe",), answers={"kidney_severe": True}),
    Person(
        "never had kidneys checked, 70 years old",
        "ask",
        ("kidney_severe", "kidney_measured"),
        answers={"age": 70, "kidney_severe": "unknown", "kidney_measured": False},
    ),
    Person("child of 12", "stop", ("age",), answers={"age": 12}),
    Person(
        "gabapentin 600 mg at 21:30",
        "apart",
        ("absorption_medicines",),
        collides=True,
        medicines=(("gabapentin 600 mg", ("21:30",)),),
    ),
    Person(
        "gabapentin 600 mg at 17:00",
        "apart",
        ("absorption_medicines",),
        medicines=(("gabapentin 600 mg", ("17:00",)),),
    ),
    Person(
        "levothyroxine 100 µg at 07:00", "apart", ("levothyroxine",), medicines=(("levothyroxine 100 µg", ("07:00",)),)
    ),
    Person(
        "ropinirole 2 mg; legs now start at 15:00 and arms too",
        "stop",
        ("augmentation",),
        answers={"augmentation": True},
        medicines=(("ropinirole 2 mg", ()),),
    ),
    Person("ropinirole 2 mg, no change of pattern", "ask", ("dopamine",), medicines=(("ropinirole 2 mg", ()),)),
    Person("ferritin 20 µg/L, measured last month", "ask", ("ferritin",), answers={"ferritin": 20}),
    Person("ferritin never measured", "ask", ("ferritin",), answers={"ferritin": "unknown"}),
    Person(
        "digoxin, furosemide, spironolactone, age 80, heart failure",
        "stop",
        ("heart_failure_with",),
        answers={"age": 80, "heart_failure": True},
        medicines=(("digoxin", ()), ("furosemide", ()), ("spironolactone", ())),
    ),
    Person(
        "Crohn's disease with chronic diarrhoea", "stop", ("chronic_diarrhoea",), answers={"chronic_diarrhoea": True}
    ),
    Person(
        "sertraline and diphenhydramine every night",
        "ask",
        ("provoking_medicines",),
        medicines=(("sertraline", ()), ("diphenhydramine", ())),
    ),
    Person(
        "runner with a resting pulse of 52, feels well, blood pressure 118/75",
        "nothing",
        answers={"pulse_low": True, "pulse_symptoms": False},
    ),
    Person("healthy, 45, ferritin 110 last month, takes nothing", "nothing"),
)


# What an answers file says of the screen of the healthy one.
SCREENED = {"safety": {"answers": HEALTHY, "medicines": []}}
