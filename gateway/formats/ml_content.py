"""What a data set of SDMX-ML contains, spelled in fragments: generic, or structure-specific.

Source: SDMX-ML 2.1, SDMXDataGenericBase.xsd; SDMX-ML 2.1, 3.0 and 3.1,
SDMXDataStructureSpecific.xsd.
"""

from collections.abc import Iterator
from dataclasses import replace

from gateway.formats import ml
from gateway.formats.escape import xml_attribute
from gateway.formats.fragments import Grammar, Group, rows, series
from gateway.formats.message import FLAT, Action, DataSet
from gateway.model.structure import Component


def divided(dataset: DataSet) -> Iterator[DataSet]:
    """The parts of a data set that can be told as one."""
    yield dataset


def content(dataset: DataSet, shape: str, edition: ml.Edition, *, generic: bool) -> Iterator[bytes]:
    """The content of a data set in chunks; `shape` is the dimension at its observations."""
    grammar = _generic(dataset, shape) if generic else _specific(dataset, shape, edition)
    written = rows if dataset.shown.observations else series
    chunks = written(grammar, dataset.shaped(shape))
    if (first := next(chunks, None)) is not None:
        yield first
        yield from chunks
        yield grammar.between.encode()


def _specific(dataset: DataSet, shape: str, edition: ml.Edition) -> Grammar:
    structure = dataset.subject.structure
    measure = structure.measure.id
    at = structure.time.id if shape == FLAT else shape
    no_value = _no_value(dataset, edition)

    def head(period: str, missing: bool) -> str:
        opened = f"{'' if shape == FLAT else '<Obs'}{xml_attribute(at, period)}"
        return f"{opened}{no_value}" if missing else f'{opened} {measure}="'

    attributes = Group(lambda id, value: "" if value is None else xml_attribute(id, value))
    grammar = Grammar(
        opens="<Series",
        dimension=xml_attribute,
        key_closes="",
        series_attributes=attributes,
        series_opens=">",
        head=head,
        value_closes=lambda missing: "" if missing else '"',
        attributes=attributes,
        row_closes="/>",
        between="</Series>",
    )
    return _flat(grammar, "<Obs", "/>") if shape == FLAT else grammar


def _flat(grammar: Grammar, opens: str, closes: str) -> Grammar:
    """A row for each observation, its whole key before it and its series' attributes behind."""
    return replace(
        grammar,
        opens=opens,
        key_closes="",
        series_attributes=None,
        series_opens="",
        row_closes="",
        between="",
        suffix=grammar.attributes,
        suffix_closes=closes,
        every_row=True,
        one_group=bool(grammar.attributes.opens),
    )


def _no_value(dataset: DataSet, edition: ml.Edition) -> str:
    """How a value is said to be missing, rather than left out.

    3.1 has signs for it; not in what is deleted, where they would ask to delete only the value.
    Source: SDMX 3.1, SDMXCommon.xsd, MissingType.
    """
    if edition != ml.ML_31 or not dataset.shown.measure or dataset.action is Action.DELETE:
        return ""
    measure = dataset.subject.structure.measure
    return xml_attribute(measure.id, "NaN" if _is_number(measure) else "#N/A")


def _is_number(measure: Component) -> bool:
    return measure.representation.text_type in ("Float", "Double")


def _generic(dataset: DataSet, shape: str) -> Grammar:
    time = dataset.subject.structure.time.id
    id = "" if shape in (time, FLAT) else xml_attribute("id", shape)

    def value(id: str, code: str | None) -> str:
        if code is None:
            return ""
        return f"<gen:Value{xml_attribute('id', id)}{xml_attribute('value', code)}/>"

    def head(period: str, missing: bool) -> str:
        if shape == FLAT:
            opened = f"{value(time, period)}</gen:ObsKey>"
        else:
            opened = f"<gen:Obs><gen:ObsDimension{id}{xml_attribute('value', period)}/>"
        return opened if missing else f'{opened}<gen:ObsValue value="'

    attributes = Group(value, "<gen:Attributes>", "</gen:Attributes>")
    grammar = Grammar(
        opens="<gen:Series><gen:SeriesKey>",
        dimension=value,
        key_closes="</gen:SeriesKey>",
        series_attributes=attributes,
        head=head,
        value_closes=lambda missing: "" if missing else '"/>',
        attributes=attributes,
        row_closes="</gen:Obs>",
        between="</gen:Series>",
    )
    return _flat(grammar, "<gen:Obs><gen:ObsKey>", "</gen:Obs>") if shape == FLAT else grammar
