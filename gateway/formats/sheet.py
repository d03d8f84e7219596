"""The rows of a sheet as fragments: each text by its number among the strings of the workbook.

Columns are those of CSV with labels: a code has its name in the column beside it. Columns that
say the same in every row are folded away, and the notes say what they hold.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gateway.formats.flat import columns, component_labels, own
from gateway.formats.fragments import Grammar, Group, rows, series
from gateway.formats.message import FLAT, DataMessage, DataSet, Subject
from gateway.model.selection import (
    Chunk,
    Coded,
    Rows,
    Selection,
    as_arrow,
    as_codes,
    as_scalar,
    as_strings,
)
from gateway.model.text import Language

MOST_DECIMALS = 9
"""A number with more is shown with so many; the cell keeps them all."""

_MOST_DIGITS = 15
"""What a spreadsheet's numbers keep; a longer one stands as text, so that no digit is lost."""

_LONGEST = 32_767
"""Signs in a cell."""

_WIDEST = 40
_NOTHING = as_scalar("")


class Strings:
    """The strings of a workbook by their numbers, which go on from those that it has already."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._numbers: dict[str, int] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def cell(self, text: str) -> str:
        """The cell of a text, cut where it is longer than a cell can be; an empty one of none."""
        if not text:
            return "<c/>"
        whole = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        number = self._numbers.setdefault(whole, len(self._numbers))
        return f'<c t="s"><v>{self._first + number}</v></c>'


@dataclass(frozen=True)
class Sheet:
    """One dataflow's table: its name in the workbook, and the data sets that fill it."""

    name: str
    datasets: tuple[DataSet, ...]
    language: Language

    @property
    def subject(self) -> Subject:
        """What the table is of."""
        return self.datasets[0].subject

    @cached_property
    def rows(self) -> int:
        """How many rows stand below the header."""
        return sum(
            len(each) if dataset.shown.observations else each.series
            for dataset in self.datasets
            for each in dataset.selections
        )

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The components, in the order of their columns."""
        return columns(self.datasets)

    @cached_property
    def headers(self) -> list[str]:
        """The header of each column: a component's id, or its name over the names of codes."""
        names = component_labels(self.datasets).components
        found: list[str] = []
        for id in self.ids:
            found.append(id)
            if self._coded(id):
                found.append(names[id].said(self.language) if id in names else id)
        return found

    @cached_property
    def constants(self) -> Mapping[str, str]:
        """What stands in every row, by component; nothing of those that differ or are absent."""
        used = {id: self._used(id) for id in self.ids}
        return {id: next(iter(found)) or "" for id, found in used.items() if len(found) == 1}

    def used(self, id: str) -> list[str]:
        """The codes of a component that are in use, in the order of their list."""
        found = self._used(id)
        return [code for code in self.subject.labels.codes.get(id, {}) if code in found]

    def _used(self, id: str) -> set[str | None]:
        """The values of a column; those of time and of the measure are not gathered."""
        found: set[str | None] = set()
        for dataset in self.datasets:
            for each in dataset.selections:
                parts = (each.keys, each.series_attributes, each.attributes)
                column = next((part[id] for part in parts if id in part), None)
                if column is not None:
                    found |= _values(column)
        return found

    def widths(self) -> Iterator[tuple[int, bool]]:
        """How wide each column is, and whether it is folded away."""
        for id in self.ids:
            folded = id in self.constants
            texts = [*(value or "" for value in self._used(id))] or ["2024-12-31"]
            yield _width([id, *texts]), folded
            if self._coded(id):
                names = self.subject.labels.codes.get(id, {})
                said = [names[code].said(self.language) for code in texts if code in names]
                yield _width(said), folded

    def _coded(self, id: str) -> bool:
        return id in self.subject.labels.codes

    def cells(self, strings: Strings, styles: Sequence[str]) -> Iterator[bytes]:
        """The rows, in chunks that are ready to be packed; a style for each number of decimals."""
        for dataset in self.datasets:
            grammar = self._grammar(dataset, strings)
            write = rows if dataset.shown.observations else series
            shaped = (_with_numbers(each, strings, styles) for each in dataset.shaped(FLAT))
            yield from write(grammar, shaped)

    def _grammar(self, dataset: DataSet, strings: Strings) -> Grammar:
        names, told = dataset.subject.labels.codes, own(dataset)

        def cell(id: str, value: str | None) -> str:
            spelled = strings.cell(value or "")
            if id not in names:
                return spelled
            name = names[id].get(value or "")
            return spelled + ("<c/>" if name is None else strings.cell(name.said(self.language)))

        alone = not dataset.shown.observations
        return Grammar(
            opens="<row>",
            dimension=cell,
            key_closes="",
            series_attributes=Group(cell) if alone else None,
            series_opens="</row>" if alone else "",
            head=lambda period, _: strings.cell(period),
            value_closes=lambda missing: "<c/>" if missing and told.measure else "",
            attributes=Group(cell),
            row_closes="",
            suffix=Group(cell),
            suffix_closes="</row>",
            every_row=True,
        )


def sheets(message: DataMessage) -> list[Sheet]:
    """A sheet for each thing that data sets are of, none with another's name."""
    found: dict[str, Sheet] = {}
    subjects = dict.fromkeys(each.subject.of for each in message.datasets)
    for number, of in enumerate(subjects, 1):
        datasets = tuple(each.spread() for each in message.datasets if each.subject.of == of)
        taken = of.id.lower() in found or len(of.id) > 31
        name = f"{of.id[:26]}_{number}" if taken else of.id
        found[name.lower()] = Sheet(name, datasets, message.manner.languages[0])
    return [*found.values()]


def _values(column: Coded) -> set[str | None]:
    """The values that a column has in its rows; None for absent."""
    used = np.flatnonzero(np.bincount(column.codes, minlength=1)).tolist()
    return {column.values[code] if code < len(column.values) else None for code in used}


def _width(texts: Sequence[str]) -> int:
    return min(_WIDEST, max((len(text) for text in texts), default=8) + 3)


def _with_numbers(selection: Selection, strings: Strings, styles: Sequence[str]) -> Selection:
    return selection.with_rows(_Cells(selection.rows, strings, as_strings(styles)))


@dataclass(frozen=True, slots=True)
class _Cells:
    """Rows whose values are spelled as cells: numbers in the style of their decimals."""

    rows: Rows
    strings: Strings
    styles: pa.StringArray

    def __len__(self) -> int:
        return len(self.rows)

    def chunk(self, start: int, stop: int) -> Chunk:
        """The observations from one place up to another, in memory."""
        found = self.rows.chunk(start, stop)
        return replace(found, values=self._spelled(found.values))

    def _spelled(self, values: pa.StringArray) -> pa.StringArray:
        whole = pc.fill_null(values, _NOTHING)
        point = as_codes(pc.find_substring(whole, "."))
        length = as_codes(pc.binary_length(whole))
        decimals = np.where(point < 0, 0, length - point - 1).clip(0, MOST_DECIMALS)
        numbers = pc.binary_join_element_wise(
            as_scalar('<c s="'),
            self.styles.take(as_arrow(decimals.astype(np.int32))),
            as_scalar('"><v>'),
            whole,
            as_scalar("</v></c>"),
            _NOTHING,
        )
        plain = pc.match_substring_regex(whole, r"^-?[0-9]+(\.[0-9]+)?$")
        signs = (point >= 0).astype(np.int32) + as_codes(
            pc.cast(pc.starts_with(whole, "-"), pa.int32())
        )
        exact = pc.less_equal(as_arrow(length - signs), as_scalar(_MOST_DIGITS))
        return self._with_texts(values, numbers, pc.and_(plain, exact))

    def _with_texts(
        self, values: pa.StringArray, numbers: pa.StringArray, kept: pa.BooleanArray
    ) -> pa.StringArray:
        """The values that are no number for a spreadsheet as texts, and missing ones as none."""
        others = np.flatnonzero(as_codes(pc.cast(kept, pa.int8())) == 0).tolist()
        if others:
            spelled = numbers.to_pylist()
            for place in others:
                spelled[place] = self.strings.cell(values[place].as_py())
            numbers = as_strings(spelled)
        return pc.if_else(values.is_null(), values, numbers)
