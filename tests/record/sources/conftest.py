"""What the tests of the sources share."""

import pytest


@pytest.fixture
def table():
    """A function that gives an export's rows, each as the cells that hold something by their columns' names."""

    def rows_of(export):
        rows = list(export.rows())
        assert all(len(row.cells) >= len(export.columns) for row in rows if any(row.cells))
        return [{name: cell for name, cell in zip(export.header, row.cells, strict=False) if cell} for row in rows]

    return rows_of


@pytest.fixture
def roles():
    """A function that gives the names of an export's columns of a role."""
    return lambda export, role: [column.name for column in export.columns if column.role == role]


@pytest.fixture
def measures():
    """A function that gives the columns that hold a measure: name to measure, unit, merge and what it belongs to."""
    return lambda export: {
        column.name: (column.measure, column.unit, column.merge, column.belongs)
        for column in export.columns
        if column.measure
    }


@pytest.fixture
def nights(plan):
    """A function that gives what would be taken of an export: days of January 2026, each with its values as numbers."""

    def taken(export, *pairs, **options):
        made = plan(export, *pairs, **options)
        return {
            change.night.day: {name: float(text) for name, text in change.cells.items() if text}
            for change in made.changes
        }

    return taken
