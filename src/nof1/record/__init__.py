"""What happened: the diary, imported files, and the trial that joins them with the plan. Knows no model.

Each function below does all that the command of its name does, with the same refusals; it is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nof1.record.adopting.from_table import people_from_table
    from nof1.record.adopting.people import adopt_people
    from nof1.record.amending import amend
    from nof1.record.checking.folder import accept, check
    from nof1.record.diary.missed import log_missed
    from nof1.record.diary.night import log
    from nof1.record.importing.taking import import_file
    from nof1.record.papers import diary_page
    from nof1.record.sharing.folder import share
    from nof1.record.so_far import status
    from nof1.record.stopping import stop
    from nof1.record.unsealing import open_period, unseal

_HOMES = {
    "accept": "nof1.record.checking.folder",
    "adopt_people": "nof1.record.adopting.people",
    "amend": "nof1.record.amending",
    "check": "nof1.record.checking.folder",
    "diary_page": "nof1.record.papers",
    "import_file": "nof1.record.importing.taking",
    "log": "nof1.record.diary.night",
    "log_missed": "nof1.record.diary.missed",
    "open_period": "nof1.record.unsealing",
    "people_from_table": "nof1.record.adopting.from_table",
    "share": "nof1.record.sharing.folder",
    "status": "nof1.record.so_far",
    "stop": "nof1.record.stopping",
    "unseal": "nof1.record.unsealing",
}

__all__ = [
    "accept",
    "adopt_people",
    "amend",
    "check",
    "diary_page",
    "import_file",
    "log",
    "log_missed",
    "open_period",
    "people_from_table",
    "share",
    "status",
    "stop",
    "unseal",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'nof1.record' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
