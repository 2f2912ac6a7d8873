"""What holds of every page that the tests of this folder lay out."""

import pytest
import typst


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    """A page whose layout does not settle shows numbers of pages, or places, of an earlier try."""

    def compiled(*given, **settings):
        content, warnings = typst.compile_with_warnings(*given, **settings)
        assert [one.message for one in warnings if "converge" in one.message] == []
        return content

    monkeypatch.setattr(typst, "compile", compiled)
