"""Text in screenfuls: nothing scrolls away unread."""

import pytest

from nof1.cli.terminal import pages
from nof1.cli.terminal.pages import Pages, tell


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


class Reader:
    """Presses Enter, and keeps what was on the screen since the last time."""

    def __init__(self, capsys):
        self.capsys, self.screens = capsys, []

    def __call__(self, prompt):
        self.screens.append(self.capsys.readouterr().out + prompt)
        return ""


def test_what_does_not_fit_waits_and_nothing_is_lost(capsys):
    reader = Reader(capsys)
    Pages(reader).block([(f"line {i}", None) for i in range(60)])
    shown = [*reader.screens, capsys.readouterr().out]
    assert all(len(one.split("\n")) <= 24 for one in shown)
    assert [line for one in shown for line in one.split("\n") if line.startswith("line")] == [
        f"line {i}" for i in range(60)
    ]


def test_what_belongs_together_waits_before_rather_than_within(capsys):
    reader = Reader(capsys)
    page = Pages(reader)
    page.block([(f"before {i}", None) for i in range(10)])
    page.block([(f"question {i}", None) for i in range(20)], together=True)
    assert "question" not in reader.screens[0]
    assert capsys.readouterr().out.count("question") == 20


def test_a_pipe_gets_every_text_on_a_line_of_its_own(capsys):
    tell([("word " * 60, None), ("end", "bold")])
    assert capsys.readouterr().out == "word " * 60 + "\nend\n"


def test_who_leaves_at_a_pause_sees_no_traceback(monkeypatch):
    def leave(_):
        raise EOFError

    monkeypatch.setattr(pages, "is_terminal", lambda: True)
    monkeypatch.setattr(pages.Pages, "__init__", lambda self: _begin(self, leave))
    tell([(f"line {i}", None) for i in range(60)])


def _begin(self, read):
    self._read, self._shown, self._rows = read, 0, 24
