"""What a data set of SDMX-ML contains, spelled in fragments: generic, or structure-specific.

Source: SDMX-ML 2.1, SDMXDataGenericBase.xsd; SDMX-ML 2.1, 3.0 and 3.1,
SDMXDataStructureSpecific.xsd.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache, partial
from itertools import groupby

from gateway.formats import ml
from gateway.formats.escape import xml_attribute
from gateway.formats.fragments import Grammar, Group, rows, series
from gateway.formats.message import FLAT, Action, DataSet
from gateway.model.selection import Selection
from gateway.model.shapes import grouped, stated_of_whole
from gateway.model.structure import Component, DimensionGroup


def _value(id: str, code: str | None) -> str:
    """A component of generic data; nothing where it is absent."""
    if code is None:
        return ""
    return f"<gen:Value{xml_attribute('id', id)}{xml_attribute('value', code)}/>"


_SPECIFIC = Group(lambda id, value: "" if value is None else xml_attribute(id, value))
_GENERIC = Group(_value, "<gen:Attributes>", "</gen:Attributes>")


def divided(dataset: DataSet) -> Iterator[DataSet]:
    """The parts of a data set that can be told as one.

    What is said of the whole, or of a group, is told once a data set; two providers may say
    otherwise.
    """
    if any(each.group for each in dataset.subject.structure.attributes):
        yield from (replace(dataset, selections=(each,)) for each in dataset.selections)
        return
    for _, alike in groupby(dataset.selections, partial(_of_whole, dataset)):
        yield replace(dataset, selections=tuple(alike))


def _of_whole(dataset: DataSet, selection: Selection) -> dict[str, str]:
    return stated_of_whole(selection, dataset.shown.attributes)


def of_whole(dataset: DataSet) -> dict[str, str]:
    """The attributes of a data set that was divided."""
    return next((_of_whole(dataset, each) for each in dataset.selections), {})


def content(
    dataset: DataSet, shape: str, edition: ml.Edition, namespace: str | None
) -> Iterator[bytes]:
    """The content of a data set in chunks; `shape` is the dimension at its observations.

    `namespace` is the prefix of the structure-specific one; None for a generic message.
    """
    if above := _above(dataset, edition, namespace):
        yield above.encode()
    for group in dataset.subject.structure.groups:
        grammar = _group(group, namespace)
        yield from series(grammar, [_grouped(each, group, dataset) for each in dataset.selections])
    own = _without_groups(dataset)
    grammar = _generic(own, shape) if namespace is None else _specific(own, shape, edition)
    written = rows if own.shown.observations else series
    chunks = written(grammar, own.shaped(shape))
    if (first := next(chunks, None)) is not None:
        yield first
        yield from chunks
        if grammar.between:
            yield grammar.between.encode()


def _above(dataset: DataSet, edition: ml.Edition, namespace: str | None) -> str:
    """What is said of the whole, where that is not an XML attribute of the data set itself."""
    stated = of_whole(dataset).items()
    if not stated or (edition.is_21 and namespace is not None):
        return ""
    if namespace is None:
        values = "".join(_value(id, value) for id, value in stated)
        return f"{_GENERIC.opens}{values}{_GENERIC.closes}"
    return f"<Atts{''.join(xml_attribute(id, value) for id, value in stated)}/>"


def _grouped(selection: Selection, group: DimensionGroup, dataset: DataSet) -> Selection:
    attributes = dataset.subject.structure.attributes
    shown = dataset.shown.attributes
    ids = [each.id for each in attributes if each.group == group.id]
    return grouped(selection, group.dimensions, [e for e in ids if shown is None or e in shown])


def _without_groups(dataset: DataSet) -> DataSet:
    """The same, less the attributes that hang on groups: they are told with those."""
    every = dataset.subject.structure.attributes
    if not any(each.group for each in every):
        return dataset
    shown = dataset.shown.attributes
    own = [each.id for each in every if each.group is None]
    left = frozenset(id for id in own if shown is None or id in shown)
    return replace(dataset, shown=replace(dataset.shown, attributes=left))


def _group(group: DimensionGroup, namespace: str | None) -> Grammar:
    if namespace is None:
        opens = f"<gen:Group{xml_attribute('type', group.id)}><gen:GroupKey>"
        return _rowless(opens, _value, "</gen:GroupKey>", _GENERIC, "</gen:Group>")
    opens = f"<Group{xml_attribute('xsi:type', f'{namespace}:{group.id}')}"
    return _rowless(opens, xml_attribute, "", _SPECIFIC, "/>")


def _rowless(
    opens: str,
    dimension: Callable[[str, str], str],
    key_closes: str,
    attributes: Group,
    closes: str,
) -> Grammar:
    """A grammar of what stands without observations."""
    return Grammar(
        opens=opens,
        dimension=dimension,
        key_closes=key_closes,
        series_attributes=attributes,
        series_opens=closes,
        head=lambda *_: "",
        value_closes=lambda _: "",
        attributes=attributes,
        row_closes="",
    )


def _specific(dataset: DataSet, shape: str, edition: ml.Edition) -> Grammar:
    structure = dataset.subject.structure
    measure = structure.measure.id
    at = structure.time.id if shape == FLAT else shape
    opens = "" if shape == FLAT else "<Obs"
    grammar = Grammar(
        opens="<Series",
        dimension=xml_attribute,
        key_closes="",
        series_attributes=_SPECIFIC,
        series_opens=">",
        head=_head(opens, at, measure, _no_value(dataset, edition)),
        value_closes=lambda missing: "" if missing else '"',
        attributes=_SPECIFIC,
        row_closes="/>",
        between="</Series>",
    )
    return _flat(grammar, "<Obs", "/>") if shape == FLAT else grammar


@lru_cache(maxsize=64)
def _head(opens: str, at: str, measure: str, no_value: str) -> Callable[[str, bool], str]:
    """What stands before a value; clients ask for the same periods again and again."""

    @lru_cache(maxsize=1024)
    def head(period: str, missing: bool) -> str:
        opened = f"{opens}{xml_attribute(at, period)}"
        return f"{opened}{no_value}" if missing else f'{opened} {measure}="'

    return head


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

    def head(period: str, missing: bool) -> str:
        if shape == FLAT:
            opened = f"{_value(time, period)}</gen:ObsKey>"
        else:
            opened = f"<gen:Obs><gen:ObsDimension{id}{xml_attribute('value', period)}/>"
        return opened if missing else f'{opened}<gen:ObsValue value="'

    grammar = Grammar(
        opens="<gen:Series><gen:SeriesKey>",
        dimension=_value,
        key_closes="</gen:SeriesKey>",
        series_attributes=_GENERIC,
        head=head,
        value_closes=lambda missing: "" if missing else '"/>',
        attributes=_GENERIC,
        row_closes="</gen:Obs>",
        between="</gen:Series>",
    )
    return _flat(grammar, "<gen:Obs><gen:ObsKey>", "</gen:Obs>") if shape == FLAT else grammar
