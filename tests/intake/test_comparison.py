"""A file against the release before it: what jumped, what vanished, what goes on."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.exchange import Exchange
from gateway.exchange.submission import standard_of, submit
from gateway.intake.checks import Checked, check_file
from gateway.model.finding import Severity
from gateway.model.release import State
from tests.intake import layouts
from tests.intake.books import AIR, places
from tests.intake.test_microdata import HEADINGS, RECORDS, csv

EMIF = "MX_EMIF_SUR"


def book(changed: Mapping[tuple[str, str], object] | None = None, without: str = "") -> bytes:
    """The made-up table with other figures in some cells, or without a row."""
    cells = layouts.grid(layouts.Layout(figures=changed))
    if without:
        row = next(at for at, cell in cells.items() if cell.value == without)[0]
        cells = {at: cell for at, cell in cells.items() if at[0] != row}
    return layouts.xls(cells)


@pytest.fixture
def released(exchange: Exchange, tmp_path: Path) -> Exchange:
    """A gateway with the made-up table released."""
    path = tmp_path / "before.xls"
    path.write_bytes(book())
    assert submit(exchange, path, AIR).state is State.RELEASED
    return exchange


def held(exchange: Exchange, content: bytes, name: str = "x.xls", provision: str = AIR) -> Checked:
    """What is said of a content beside what was released."""
    supply = exchange.provision(provision)
    return check_file(content, name, supply, standard_of(exchange, supply))


def test_the_same_again_is_no_news(released: Exchange) -> None:
    """No figure jumped, no country vanished."""
    assert held(released, book()).findings == ()


def test_a_jump_is_remarked_on_with_both_values(released: Exchange) -> None:
    """Where the totals agree with it, a figure five times as large is only remarked on."""
    before = layouts.figure("Guatemala", "Cancún, A. I.")
    groups = ("Guatemala", "América Central", "América", "Extranjeros", "Total General")
    more = {
        (label, heading): layouts.figure(label, heading) + 4 * before
        for label in groups
        for heading in ("Cancún, A. I.", "Total")
    }

    result = held(released, book(more))

    assert {each.severity for each in result.findings} == {Severity.WARNING}
    jump = next(each for each in result.findings if each.value == str(5 * before))
    assert jump.rule == "jump"
    assert str(before) in jump.message.es
    assert result.observations is not None


def test_a_country_that_vanished_is_named(released: Exchange) -> None:
    """Its row is missing, and so are its figures in the totals."""
    less = {
        (label, heading): layouts.figure(label, heading) - layouts.figure("Guatemala", heading)
        for label in ("América Central", "América", "Extranjeros", "Total General")
        for heading in layouts.PLAIN.columns
    }

    result = held(released, book(less, without="Guatemala"))

    said = [(each.rule, each.value) for each in result.findings if each.rule == "vanished"]
    assert said == [("vanished", "GT")]
    assert {each.severity for each in result.findings} == {Severity.WARNING}


def test_what_two_rules_would_say_of_a_cell_is_said_once(released: Exchange) -> None:
    """A wrong figure is also a jump: only the fault is told."""
    result = held(released, book({("España", "Cancún, A. I."): 99_999}))

    assert [rule for rule, _ in places(result.findings)] == ["figure_disagrees"]


def test_other_periods_go_on(exchange: Exchange, tmp_path: Path) -> None:
    """A quarter's records replace that quarter, and leave the one before as it was."""
    for name, count in (("PSM 2019_T3.csv", 6), ("PSM 2019_T4.csv", 6), ("PSM 2019_T4.csv", 4)):
        path = tmp_path / name
        path.write_bytes(csv(HEADINGS, RECORDS[:count]))
        assert submit(exchange, path, EMIF).state is State.RELEASED

    current = exchange.store.catalogue.current(EMIF)
    assert current is not None
    found = exchange.store.observations(current, exchange.provision(EMIF).structure)
    totals = {
        row["TIME_PERIOD"]: row["OBS_VALUE"]
        for row in found.table.to_pylist()
        if (row["SEX"], row["AGE"]) == ("_T", "_T")
    }
    assert totals == {"2019-Q3": 132.25, "2019-Q4": 130.75}
