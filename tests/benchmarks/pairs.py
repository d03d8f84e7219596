"""Two countries that state a million rows of one another, compared; and again after a revision."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from gateway.exchange import Exchange
from gateway.formats import table
from gateway.model.observations import REPORTED, Observations, columns
from gateway.model.release import Replaces
from gateway.model.selection import as_arrow
from gateway.releases.publishing import Publisher, Supply
from tests.asking import asked
from tests.benchmarks.clock import seconds
from tests.benchmarks.figures import MONTHS, coded
from tests.benchmarks.measures import Measure
from tests.mirror.stating import GUATEMALA, MEXICO, Row

FLOW = "data/dataflow/LMIG/DF_MIRROR/1.0.0"
ROWS = "data/dataflow/LMIG/DF_RETURNS/1.0.0"
_SIDES: Mapping[str, Row] = {"GT_IGM_RETURNS": GUATEMALA, "MX_UPMRIP_RETURNS": MEXICO}
_VARIED: Mapping[str, tuple[str, ...]] = {"SEX": ("F", "M"), "AGE": ("Y0T17", "Y_GE18")}


def pairing(exchange: Exchange, count: int) -> Iterator[Measure]:
    """Half of the rows on either side: made, asked for, and made again when a month is revised."""
    sides = {each: _side(exchange, usual, count // 2) for each, usual in _SIDES.items()}
    for each, content in sides.items():
        _publish(exchange, each, content)
    own = seconds(_drain(exchange, ROWS))
    # All is compared, at every frequency, to tell of few: a rank is one among all.
    few = f"{FLOW}/*.GT.MX.*.*.{_citizenships(exchange)[0]}"
    first = seconds(_drain(exchange, few))
    than = "both sides' rows as CSV"
    yield Measure(f"compare {count:,}, at all frequencies", first, "CPU s", first / own, than)
    one = seconds(_drain(exchange, f"{FLOW}/M.GT.MX"))
    yield Measure("its months as one side sees them, as CSV", one, "CPU s", one / own, than)
    years = seconds(_drain(exchange, f"{FLOW}/A.GT.MX"))
    yield Measure("its years as one side sees them, as CSV", years, "CPU s", years / one, "months")
    _publish(exchange, "GT_IGM_RETURNS", _revised(sides["GT_IGM_RETURNS"]))
    again = seconds(_drain(exchange, few))
    yield Measure("compare again, one month revised", again, "CPU s", again / first, "first")


def _drain(exchange: Exchange, path: str) -> Callable[[], object]:
    """A question answered, and its answer written chunk by chunk."""
    query = asked(path)

    def written() -> int:
        message = exchange.data(query, exchange.everything())
        return sum(len(chunk) for chunk in table.CSV.write(message))

    return written


def _publish(exchange: Exchange, provision: str, content: Observations) -> None:
    flow = "LMIG:DF_RETURNS(1.0.0)"
    supply = Supply(provision, flow, content.sorted(), Replaces.YEARS, "x.csv", b"x")
    Publisher(exchange.store).publish(supply, datetime.now(UTC))


def _citizenships(exchange: Exchange) -> list[str]:
    """Countries, by codes of two letters."""
    structure = exchange.provision("GT_IGM_RETURNS").structure
    return sorted(code for code in exchange.registry.codes(structure)["CITIZENSHIP"]
                  if len(code) == 2 and code.isalpha())  # fmt: skip


def _side(exchange: Exchange, usual: Row, count: int) -> Observations:
    """Months of ten years by citizenship, sex, age and kind of return, as many as asked for."""
    structure = exchange.provision("GT_IGM_RETURNS").structure
    kinds = sorted(exchange.registry.codes(structure)["STATUS_TYPE"] - {"_T", "_U", "_Z"})
    varied = {"CITIZENSHIP": _citizenships(exchange), **_VARIED, "STATUS_TYPE": kinds}
    series, month = np.divmod(np.arange(max(120, count // 120 * 120)), len(MONTHS))
    values = np.random.default_rng(len(usual["DATA_SOURCE"] or "")).integers(1, 1000, len(series))
    own = {
        structure.time.id: coded(MONTHS, month),
        structure.measure.id: as_arrow(values.astype(np.float64)),
        REPORTED: as_arrow(values).cast(pa.string()),
    }
    for id, codes in varied.items():
        own[id] = coded(codes, series % len(codes))
        series = series // len(codes)
    constant = np.zeros(len(month), np.int64)
    schema = columns(structure)
    arrays = [
        own[field.name] if field.name in own
        else coded([said], constant) if (said := usual.get(field.name)) is not None
        else pa.nulls(len(month), field.type)
        for field in schema
    ]  # fmt: skip
    return Observations(structure, pa.table(arrays, schema=schema))


def _revised(content: Observations) -> Observations:
    """The same with the values of the last month greater by one."""
    table_, structure = content.table, content.structure
    last = np.array(table_.column(structure.time.id).to_pylist()) == MONTHS[-1]
    values = np.array(table_.column(structure.measure.id).to_pylist()) + last
    numbers = as_arrow(values)
    spelled = as_arrow(values.astype(np.int64)).cast(pa.string())
    for name, column in ((structure.measure.id, numbers), (REPORTED, spelled)):
        place = table_.schema.get_field_index(name)
        field = table_.schema.field(place)
        table_ = table_.set_column(place, field, column.cast(field.type))
    return Observations(structure, table_)
