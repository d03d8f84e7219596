"""The words of `provision.toml`: what a statistician may write in it, and what each word means.

config/README.md explains every key with an example. Unknown keys are refused by name.
"""

from typing import Literal

import msgspec


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the table is, by what it says.

    `heading` is the text of its first heading, over the row labels (or several, one of which is
    there); a sheet that says it again further down goes on with the same table. The table goes on
    to the first label that starts with one of `ends`. `header_rows` counts the rows of headings,
    `labels` the columns of row labels. Where `sheets` is given, it is a pattern, and sheets whose
    name it does not find are left out.
    """

    heading: str | tuple[str, ...]
    ends: tuple[str, ...] = ()
    header_rows: int = 1
    labels: int = 1
    layout: Literal["cross", "records", "microdata"] = "cross"
    sheets: str | None = None

    @property
    def headings(self) -> tuple[str, ...]:
        """The texts that the first heading may have."""
        return (self.heading,) if isinstance(self.heading, str) else self.heading


class Rows(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the rows' labels are nested, which rows state totals, and which are no figures.

    `observe` names totals that are observations too. `leave_out` names rows that are skipped, such
    as percentages; a name that ends in ``*`` stands for every label that starts so. `add` names
    rows that have one code with another row, to which they are added: parts of a country.
    """

    add: tuple[str, ...] = ()
    hierarchy: Literal["indent", "columns", "flat"] = "flat"
    totals: tuple[str, ...] = ()
    observe: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which headings state totals, which of those are observations too, and which are left out.

    With `fill` a heading goes on to the right over headings that are empty beside it.
    """

    totals: tuple[str, ...] = ()
    observe: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    fill: bool = False


class Labels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What in a label or heading is typography.

    `marks` is a pattern for footnote marks at the end of a label; raised marks are known by their
    style. `drop` are patterns that are taken out. Where `footnotes` names an attribute, it gets
    the text that stands below the table behind the same mark.
    """

    marks: str | None = None
    drop: tuple[str, ...] = ()
    footnotes: str | None = None


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a component's value is read: exactly one of the first six.

    `row` and `column` are levels of the row labels and of the headings, from 1, outermost first;
    ``"last"`` is a row's own label and ``"path"`` all of them with `` > `` between: code maps then
    know it whole, as ``Group > *``, or by the last label alone. `field` is the
    heading of a column of records. `title` and `sheet` are patterns, whose first group stands in
    the lines above the table or in the sheet's name. `period` says that the value is the frequency
    of the period that was read. `codes` names code maps; the first that knows a label gives its
    code. Without a map the label itself is the code, with blanks where `pad` and `prefix` say so:
    leading zeros up to `pad` figures, `prefix` before them. `bands` give a code to the numbers from
    a first to a last one. `empty` is the code of an empty cell; with `optional`, which is for
    attributes, an empty cell states none.
    """

    row: int | Literal["last", "path"] | None = None
    column: int | Literal["last"] | None = None
    field: str | None = None
    title: str | None = None
    sheet: str | None = None
    period: bool | None = None
    codes: tuple[str, ...] = ()
    pad: int = 0
    prefix: str = ""
    bands: dict[str, tuple[int, int]] = {}
    empty: str | None = None
    optional: bool = False

    @property
    def sources(self) -> int:
        """How many places are named; one is right."""
        named = (self.row, self.column, self.field, self.title, self.sheet, self.period)
        return len(named) - named.count(None)


class Time(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the period is read: as a whole, or its year and perhaps its month.

    `until` is the last month that a year's figures reach: where it is not December, they are
    provisional and say so. A title that names no month speaks of the whole year.
    """

    year: Place | None = None
    month: Place | None = None
    period: Place | None = None
    until: Place | None = None

    def places(self) -> dict[str, Place]:
        """The places that are named, by the part of the period that they give."""
        given = {
            "year": self.year,
            "month": self.month,
            "period": self.period,
            "until": self.until,
        }
        return {name: place for name, place in given.items() if place is not None}


class Values(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How figures are written.

    Words for zero, and for a missing value with its OBS_STATUS. `decimal` and `thousands` are the
    marks in figures that stand as text; blanks between thousands are always understood. `field` is
    the column of records that holds the figure.
    """

    zero: tuple[str, ...] = ()
    missing: dict[str, str] = {}
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", "."] = ""
    field: str | None = None


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A remark that, where a sheet says it below or above its table, sets attributes."""

    says: str
    sets: dict[str, str]


class Microdata(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Records of persons: which column weighs them, and which columns are never read.

    `weight` is the column of weights; without one each record counts once. `ignore` names columns
    that may be in the file and are not read. A column that is neither used nor ignored stops the
    file, so that no name of a person is ever taken in. `only` says which records are counted: a
    column, and the values that it must have. `totals` names components that are also stated for
    all their values together, as ``_T``.
    """

    weight: str | None = None
    ignore: tuple[str, ...] = ()
    only: dict[str, tuple[str, ...]] = {}
    totals: tuple[str, ...] = ()


class Checks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is out of the ordinary for this source.

    Periods before `first_year` are refused. A figure that is `jump` times the one released before,
    or less than its reciprocal, is remarked on where either is at least `jump_from`. A zero is
    remarked on where the series was at least `zero_from` in each of the periods beside it. With
    `every_period` a period that is missing between others is remarked on.
    """

    every_period: bool = True
    first_year: int = 1950
    jump: float = 3.0
    jump_from: float = 100
    zero_from: float = 100


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    es: str
    en: str


class ProvisionFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of a `provision.toml`."""

    id: str
    name: _Words
    provider: str
    dataflow: str
    table: Table
    components: dict[str, str | Place]
    time: Time
    attributes: dict[str, str | Place]
    rows: Rows = Rows()
    columns: Columns = Columns()
    labels: Labels = Labels()
    values: Values = Values()
    notes: tuple[Note, ...] = ()
    microdata: Microdata = Microdata()
    checks: Checks = Checks()
    replaces: Literal["everything", "years", "periods"] = "everything"
    approval: Literal["none", "four eyes"] = "none"
    blanked: tuple[str, ...] = ()
    sample: str | None = None
    version: str = "1.0.0"

    def places(self) -> dict[str, Place]:
        """Every place with the key that it stands under."""
        named = {**self.components, **self.attributes}
        found = {name: place for name, place in named.items() if isinstance(place, Place)}
        return {**found, **{f"time.{name}": each for name, each in self.time.places().items()}}
