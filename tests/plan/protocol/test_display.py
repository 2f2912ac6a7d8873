"""How a protocol shows itself: what was decided, in a few lines and as harmless HTML."""

from html import unescape

import pytest

NASTY = "<script>alert(\"x\")</script> & 'quoted'"


def test_it_says_what_was_decided(protocol):
    for shown in (repr(protocol), unescape(protocol._repr_html_())):
        assert protocol.title in shown
        assert "randomized-blocks, 4 periods of 3 nights" in shown
        assert "14, 2026-01-05 to 2026-01-18" in shown
        assert f"{protocol.outcome.title}, 0 to 10, lower is better" in shown
        assert protocol.sha256()[:16] in shown
    assert "magnesium (citrate 200 mg) against off" in repr(protocol)
    assert "200 mg elemental" in protocol._repr_html_()
    assert str(protocol) == repr(protocol)


def test_a_few_lines_whatever_the_title(make_protocol):
    protocol = make_protocol(title="x" * 400, question="y" * 400)
    lines = repr(protocol).splitlines()
    assert len(lines) < 10
    assert max(map(len, lines)) < 130


def test_nothing_that_a_person_wrote_is_markup(make_protocol):
    arms = [
        {"name": "off", "label": NASTY, "dose_mg": 0},
        {"name": "on", "label": NASTY, "form": NASTY, "dose_mg": 200},
    ]
    protocol = make_protocol(title=NASTY, question=NASTY, arms=arms, outcome={"label": NASTY})
    html = protocol._repr_html_()
    assert "<script" not in html
    assert unescape(html).count(NASTY) == 6
    assert "://" not in html


def test_simulated_is_said(make_protocol):
    assert "simulated" not in repr(make_protocol())
    for shown in (repr(make_protocol(simulated=True)), make_protocol(simulated=True)._repr_html_()):
        assert "simulated: no person recorded these nights" in shown


@pytest.mark.parametrize(("concealed", "words"), [("helper", "sealed with a helper"), ("alone", "known to nobody")])
def test_who_knows_the_order(planned, concealed, words):
    assert words in repr(planned("alternating", blocks=3, concealed=concealed))


def test_every_kind_of_design(planned):
    lengths = planned("randomized-blocks", blocks=2, period_nights={"off": 3, "citrate": 5})
    assert "4 periods, nights of one: 3 on off, 5 on citrate" in repr(lengths)
    assert "8 periods of 1 night," in repr(planned("mirrored-pairs", pairs=2))
