"""Flat tables: one row an observation, the columns of all structures together, absent ones empty.

A field is spelled with the commas that lead to it, so that a row of one structure steps over the
columns of the others. Source for their order: SDMX-CSV 2.0, field guide, columns; time stands
behind the other dimensions, and attributes of series behind those of observations.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.errors import NotServed
from gateway.formats.fragments import Grammar, Group, Lead, rows, series
from gateway.formats.message import FLAT, Action, DataMessage, DataSet, Times
from gateway.model.labels import Labels
from gateway.model.period import span
from gateway.model.selection import Coded, Selection
from gateway.model.structure import Attachment
from gateway.model.text import Text

Leads = tuple[tuple[Lead, ...], Callable[[str], str] | None]
"""Keys in front of a row, and how the period closes the last of them."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a table spells its cells, a field or two each, with commas between but not before.

    `header` and `cell` are given the id of a component; `fields` says how many each has. `absent`
    is what stands for a value that is not there, and `period` spells what stands under time.
    """

    header: Callable[[str], str]
    cell: Callable[[str, str], str]
    fields: Callable[[str], int]
    period: Callable[[str], str]
    absent: str = ""


@dataclass(frozen=True, slots=True)
class Own:
    """The components that a data set tells, by what they are.

    What is stated of the whole is told of each `series`, behind their own attributes.
    """

    dimensions: tuple[str, ...]
    time: tuple[str, ...] = ()
    measure: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()
    series: tuple[str, ...] = ()


def refuse_more_than_a_state(message: DataMessage, format: str, allowed: tuple[str, ...]) -> None:
    """Raise NotServed for history and changes, for a format that cannot tell what came and went.

    `allowed` are what tells changes.
    """
    refuse_history(message, format)
    if any(each.action is not Action.INFORMATION for each in message.datasets):
        raise NotServed(
            f"{format} tells one state of the data: it cannot say what was changed or deleted.",
            spanish=f"{format} dice un solo estado de los datos: no puede decir qué cambió o se "
            "borró.",
            subject="updatedAfter",
            allowed=allowed,
        )


def refuse_history(message: DataMessage, format: str) -> None:
    """Raise NotServed for history, which has no place in a row, with what can tell it."""
    if any(dataset.valid_from or dataset.valid_to for dataset in message.datasets):
        raise NotServed(
            f"{format} cannot say since when an observation held.",
            spanish=f"{format} no puede decir desde cuándo valió una observación.",
            subject="includeHistory",
            allowed=("format=json", "format=xml-3.1", "format=structurespecific"),
        )


def own(dataset: DataSet) -> Own:
    """The components of a data set that are shown; without observations, those of its series."""
    structure, shown = dataset.subject.structure, dataset.shown
    observed, on_series, of_whole = (
        tuple(
            id
            for id in structure.attribute_ids(each)
            if shown.attributes is None or id in shown.attributes
        )
        for each in (Attachment.OBSERVATION, Attachment.SERIES, Attachment.DATASET)
    )
    # A column of what nobody states would be empty in most files of most dataflows.
    stated = {id for each in dataset.selections for id in each.of_whole}
    on_series += tuple(id for id in of_whole if id in stated)
    if not shown.observations:
        return Own(structure.dimension_ids, series=on_series)
    measure = (structure.measure.id,) if shown.measure else ()
    return Own(structure.dimension_ids, (structure.time.id,), measure, observed, on_series)


def columns(datasets: Iterable[DataSet]) -> tuple[str, ...]:
    """The columns of a table with all these data sets: those of the first, then what others add.

    An attribute that is a series' here and an observation's there stands between the two kinds.
    """
    found = [own(each) for each in datasets]
    observed = dict.fromkeys(id for each in found for id in each.observed)
    on_series = dict.fromkeys(id for each in found for id in each.series)
    return tuple(
        dict.fromkeys(
            [
                *(id for each in found for id in each.dimensions),
                *(id for each in found for id in each.time),
                *(id for each in found for id in each.measure),
                *(id for id in observed if id not in on_series),
                *(id for id in observed if id in on_series),
                *on_series,
            ]
        )
    )


def component_labels(datasets: Iterable[DataSet]) -> Labels:
    """The names of the columns of a table; where several structures have one, the first's."""
    found = [each.subject.labels for each in datasets]
    components = {id: name for each in reversed(found) for id, name in each.components.items()}
    coded: dict[str, dict[str, Text]] = {id: {} for each in found for id in each.codes}
    return Labels(found[0].of, components, coded)


def spelled(period: str, times: Times) -> str:
    """A period as it was reported, or normalised: the day on which it begins.

    The guides leave open whether that is the beginning, middle or end; their example has the
    beginning. What is already a moment stays one.

    >>> spelled("2024-Q3", Times.NORMALIZED)
    '2024-07-01'
    """
    if times is Times.ORIGINAL or ("T" in period[5:] and "/" not in period and len(period) > 10):
        return period
    return span(period)[0].isoformat()


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a table, and how many fields stand before the first of them."""

    columns: tuple[str, ...]
    leading: int

    def header(self, spelling: Spelling) -> str:
        """The names of the columns."""
        return ",".join(spelling.header(id) for id in self.columns)

    def rows(
        self,
        dataset: DataSet,
        spelling: Spelling,
        opens: str,
        leads: Callable[[Selection], Leads] = lambda _: ((), None),
    ) -> Iterator[bytes]:
        """The lines of a data set; `opens` fills the leading fields, but for what `leads` adds."""
        write = rows if dataset.shown.observations else series
        for each in dataset.spread().shaped(FLAT):
            selection = _ordered(each, self.columns)
            grammar = self._grammar(dataset, selection, spelling)
            lead, period = leads(selection)
            grammar = replace(grammar, opens=opens, leads=lead, lead_period=period)
            yield from write(grammar, [selection])

    def _grammar(self, dataset: DataSet, selection: Selection, spelling: Spelling) -> Grammar:
        told = own(dataset)
        on_rows = tuple(selection.attributes) if dataset.shown.observations else ()
        order = (*selection.keys, *told.time, *told.measure, *on_rows, *selection.series_attributes)
        gaps, closes = self._gaps(order, spelling.fields)
        second = {id: "," * (spelling.fields(id) - 1) for id in (*told.time, *told.measure)}

        def cell(id: str, value: str | None) -> str:
            if value is None:
                return gaps[id] + "," * (spelling.fields(id) - 1)
            return gaps[id] + spelling.cell(id, value)

        def head(period: str, _: bool) -> str:
            spelled = [gaps[id] + spelling.period(period) + second[id] for id in told.time]
            return "".join([*spelled, *(gaps[id] for id in told.measure)])

        def value_closes(missing: bool) -> str:
            return "".join((spelling.absent if missing else "") + second[id] for id in told.measure)

        alone = not dataset.shown.observations
        return Grammar(
            opens="",
            dimension=cell,
            key_closes="",
            series_attributes=Group(cell) if alone else None,
            series_opens=f"{closes}\n" if alone else "",
            head=head,
            value_closes=value_closes,
            attributes=Group(cell),
            row_closes="",
            suffix=Group(cell),
            suffix_closes=f"{closes}\n",
            every_row=True,
        )

    def _gaps(
        self, order: Sequence[str], fields: Callable[[str], int]
    ) -> tuple[dict[str, str], str]:
        """The commas before each component of a row, and those behind the last.

        Raises NotServed where the row would have to go back: two structures attach the same two
        attributes the other way round.
        """
        starts, end = {}, self.leading
        for id in self.columns:
            starts[id] = end
            end += fields(id)
        gaps, done = {}, self.leading
        for id in order:
            if starts[id] < done:
                raise NotServed(
                    f"{id} is attached differently in the structures of this table: "
                    "ask for one dataflow at a time.",
                    spanish=f"{id} va a distintos niveles en las estructuras de esta tabla: pida "
                    "un flujo de datos a la vez.",
                    subject=id,
                )
            gaps[id] = "," * (starts[id] - max(done - 1, 0))
            done = starts[id] + fields(id)
        return gaps, "," * (end - done)


def _ordered(selection: Selection, columns: Sequence[str]) -> Selection:
    """A selection whose columns come in the order of a table."""
    return replace(
        selection,
        keys=_sorted(selection.keys, columns),
        attributes=_sorted(selection.attributes, columns),
        series_attributes=_sorted(selection.series_attributes, columns),
    )


def _sorted(found: Mapping[str, Coded], columns: Sequence[str]) -> dict[str, Coded]:
    return {id: found[id] for id in columns if id in found}
