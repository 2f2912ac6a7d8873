"""How a trial is carried out, in the person's own words: what a reader of the protocol asks, beyond design and analysis.

The items follow SPENT 2019 (BMJ 2020;368:m122), worded by content.
"""

from typing import Literal

from nof1.plan.design.fields import Clock, Frozen, Text

# Of anything but magnesium in restless legs, where nobody says why.
WHY_ANYTHING = (
    "Whether it helps or harms differs between people, and averages of groups do not say what it does in one person."
)


class Conduct(Frozen):
    """Everything has a default that says what is true of a planned trial if nothing else is said.

    Attributes
    ----------
    why, why_comparator : str
        Why a trial in one person, and why against this comparator. A `Protocol` of anything but magnesium in restless legs fills in
        another reason.
    diagnosis, conditions, medicines : str
        Diagnosis, other conditions, other medicines.
    co_treatment : str
        What else may be taken or done during the trial.
    tailored : str
        What was fitted to this person.
    setting, purpose, consent, access, results_to, registration : str
        Where; self-care or research; consent; who may see the data; how results come back; registration number.
    helper : str
        Who keeps a sealed order and packs.
    dose_time, entry_time : str
        Local times of the evening dose and of the morning entry, such as "21:30".
    enrolled, funding, conflicts, data_sharing, involvement : str or None
        Who took the person into the trial; who pays, or gives products; conflicts of interest; whether and where the data can be had; what
        people with restless legs had a say in. None where nobody said: then they are in no file and no hash, and papers say "not stated".
    """

    why: Text = (
        "Whether magnesium calms or worsens restless legs differs between people, and averages of groups do not say what "
        "it does in one person."
    )
    why_comparator: Text = "The same person's nights without it are the fairest comparison there is."
    diagnosis: Text = ""
    conditions: Text = ""
    medicines: Text = ""
    co_treatment: Text = "Other treatment stays as it is where possible; changes are noted in the diary."
    tailored: Text = ""
    setting: Text = "at home"
    purpose: Literal["self-care", "research"] = "self-care"
    consent: Text = ""
    access: Text = "The person alone, and whoever they show it to."
    results_to: Text = "The person gets the results page and may take it to a doctor."
    registration: Text = ""
    helper: Text = ""
    dose_time: Clock = "21:30"
    entry_time: Clock = "08:00"
    enrolled: Text | None = None
    funding: Text | None = None
    conflicts: Text | None = None
    data_sharing: Text | None = None
    involvement: Text | None = None

    def stated(self) -> dict[str, str]:
        """Every field with what somebody said of it; "" where it has the default, which nobody need have said.

        Examples
        --------
        >>> Conduct(setting="at work").stated()["setting"], Conduct().stated()["setting"]
        ('at work', '')
        """
        defaults = {name: field.default for name, field in type(self).model_fields.items()}
        return {
            name: "" if text is None or text in (defaults[name], WHY_ANYTHING) else text
            for name, text in self.model_dump().items()
        }


# Of nights that were lived before: every text empty, since nobody was asked. The times are not written and nothing reads them.
NOTHING_STATED = Conduct(why="", why_comparator="", co_treatment="", setting="", access="", results_to="")
