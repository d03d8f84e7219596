"""What offices state of one another, made by hand, and what a comparison finds in it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from gateway.mirror import result
from gateway.mirror.comparison import Measure
from gateway.mirror.comparisons import Comparisons
from gateway.mirror.hierarchy import Hierarchy, hierarchy
from gateway.mirror.ledger import Sums
from gateway.mirror.remarks import Remark
from gateway.mirror.sides import BROKEN_DOWN, Statement
from gateway.model.query import Wanted
from gateway.model.structure import DataStructure
from gateway.model.visibility import Visibility
from gateway.registry import Registry
from gateway.releases.cube import Cube
from gateway.releases.index import index_of
from tests import figures
from tests.figures import NOON, Row
from tests.homes import region

GUATEMALA: Row = {
    "FREQ": "M",
    "REF_AREA": "GT",
    "COUNTERPART_AREA": "MX",
    "INDICATOR": "RETURNS",
    "DIRECTION": "IN",
    "CITIZENSHIP": "GT",
    "STATUS_TYPE": "_T",
    "SEX": "_T",
    "AGE": "_T",
    "OCCUPATION": "_T",
    "ACTIVITY": "_T",
    "COUNT_BASIS": "EVT",
    "DATA_SOURCE": "GT_IGM",
    "TIME_PERIOD": "2023-01",
    "OBS_VALUE": "0",
    "OBS_STATUS": "A",
    "CONF_STATUS": "F",
    "UNIT_MEASURE": "EVENT",
    "UNIT_MULT": "0",
    "DECIMALS": "0",
    "COMPARABILITY": "PARTIAL",
}
"""What Guatemala says that it received from Mexico, as every row says it that says no other."""

MEXICO: Row = {
    **GUATEMALA,
    "REF_AREA": "MX",
    "COUNTERPART_AREA": "GT",
    "DIRECTION": "OUT",
    "DATA_SOURCE": "MX_UPMRIP",
}
"""What Mexico says that it sent to Guatemala."""


@cache
def registry() -> Registry:
    """The region's own definitions."""
    return Registry(region())


def structure(flow: str) -> DataStructure:
    """The structure of one of the region's dataflows."""
    return registry().structure(registry().dataflow(f"LMIG:{flow}(1.0.0)"))


@cache
def lists() -> Sequence[Hierarchy]:
    """The code lists of the dimensions that may be broken down."""
    by_id = {each.id: each for each in structure("DF_RETURNS").dimensions}
    return tuple(
        hierarchy(id, registry().scheme(codelist))
        for id in BROKEN_DOWN
        if (codelist := by_id[id].representation.codelist) is not None
    )


def statement(
    usual: Row,
    rows: Iterable[Row],
    name: str = "",
    *,
    in_part: bool = False,
    years: Mapping[int, str] | None = None,
) -> Statement:
    """What an office states: each row says what is not as usual."""
    content = figures.observations(rows, structure("DF_RETURNS"), usual)
    seen = Cube(name, index_of(content)).select(Wanted(), Visibility(NOON))
    return Statement(name or str(usual["DATA_SOURCE"]), 1, seen, in_part, years or {})


def months(values: Iterable[float | None], year: int = 2023, **same: str) -> list[Row]:
    """A row for each month from January of a year on."""
    return [
        {
            "TIME_PERIOD": f"{year + number // 12}-{number % 12 + 1:02}",
            "OBS_VALUE": None if value is None else f"{value:g}",
            **same,
        }
        for number, value in enumerate(values)
    ]


def compared(
    *statements: Statement, remarks: Sequence[Remark] = (), sums: Sums | None = None
) -> list[Row]:
    """Every observation of the comparison of some statements, as a reader finds it."""
    return observations(Comparisons(statements, lists(), sums or Sums(), remarks))


def observations(made: Comparisons) -> list[Row]:
    """All that is told of some comparisons."""
    return figures.rows(result.told(structure("DF_MIRROR"), made).selection)


def told(
    found: Iterable[Row], measure: Measure, **where: str
) -> dict[str, tuple[str | None, str | None, str | None]]:
    """By period: the value, the status and the reason of one measure where some codes stand.

    Of Guatemala's view, unless another REF_AREA is asked for.
    """
    wanted = {"REF_AREA": "GT", "FREQ": "M", **where, "MIRROR_MEASURE": str(measure)}
    return {
        str(row["TIME_PERIOD"]): (row["OBS_VALUE"], row["MIRROR_STATUS"], row["MIRROR_REASON"])
        for row in found
        if all(row[id] == code for id, code in wanted.items())
    }
