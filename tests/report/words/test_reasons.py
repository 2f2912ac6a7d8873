"""Every reason in both languages: with all its numbers, and the next step where it is not left out."""

import copy
import pickle
import re
import string

import pytest

from nof1.analyze.reasons import REMEDIES, TEXTS, Reason, as_told, reason_of, refused
from nof1.errors import InputError, RefusalError
from nof1.language import speaking
from nof1.report.words.reasons import reason_sentence


def filled(code):
    """A reason whose numbers all have a point."""
    places = {name: spec for _, name, spec, _ in string.Formatter().parse(TEXTS[code]) if name}
    values = {
        name: 2.345 if spec or name in ("limit", "most", "least") else f"<{name}>" for name, spec in places.items()
    }
    return Reason(code, values | ({"families": ("normal", "duration")} if "families" in values else {}))


@pytest.mark.parametrize("code", TEXTS)
def test_a_reason_is_said_in_both_languages(code):
    reason = filled(code)
    english = reason_sentence(reason)
    assert english == str(reason)
    with speaking("de") as german:
        german.missing.clear()
        told = reason_sentence(reason)
        assert not german.missing
    assert (told != english) == (code != "as told")
    assert not re.search(r"\d\.\d", told)
    for value in reason.values.values():
        assert isinstance(value, tuple | float) or value in told


def test_the_next_step_is_left_out_where_it_was_taken():
    reason = Reason("not for the quick engine", {"families": ("normal", "duration"), "family": "rating"})
    assert reason_sentence(reason, remedy=False) == (
        'The quick engine is for the families normal and duration, not for "rating".'
    )
    assert reason_sentence(reason).endswith(" Sample instead: 'nof1 analyze' without --engine marginal.")
    assert set(REMEDIES) < set(TEXTS)
    with speaking("de"):
        assert "normal und duration" in reason_sentence(reason, remedy=False)


def test_an_error_knows_its_reason_also_from_another_process():
    error = refused(RefusalError, "not settled", rhat=1.234)
    assert str(error) == "The sampler did not settle (R-hat 1.23)."
    for one in (error, pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert reason_of(one) == Reason("not settled", {"rhat": 1.234})
    assert reason_of(InputError("As it came.")) == as_told("As it came.")
