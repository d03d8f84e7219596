"""A reader of SDMX-ML data in every edition, form and shape, by nobody but lxml."""

from collections.abc import Iterable, Iterator

from lxml import etree

Rows = list[dict[str, str | None]]

_MISSING = ("NaN", "#N/A")
"""How 3.1 says that a value is missing. Source: SDMX 3.1, SDMXCommon.xsd, MissingType."""


def ml_rows(content: bytes) -> Rows:
    """Every observation with its whole key and all attributes that are said of it anywhere."""
    return [row for each in ml_datasets(content) for row in each]


def ml_datasets(content: bytes) -> list[Rows]:
    """The observations of each data set; of series without any, their keys."""
    root = etree.fromstring(content)
    at = {
        str(each.get("structureID")): str(each.get("dimensionAtObservation"))
        for each in root.iterfind("{*}Header/{*}Structure")
    }
    return [_rows(each, at[_own(each, "structureRef")]) for each in root.iterfind("{*}DataSet")]


def _own(dataset: etree._Element, name: str) -> str:
    found = (str(value) for key, value in dataset.attrib.items() if key.endswith(name))
    return next(found)


def _rows(dataset: etree._Element, at: str) -> Rows:
    apart = [*dataset.iterfind("{*}Atts"), *dataset.iterfind("{*}Group")]
    partial = [_said(each) for each in apart]
    keys = ("FREQ", "AREA", "SEX", "TIME_PERIOD")
    above = _said(dataset)
    return [
        {**above, **{k: v for each in partial if _fits(each, row, keys) for k, v in each.items()}}
        | row
        for row in _observations(dataset, at)
    ]


def _fits(part: dict[str, str | None], row: dict[str, str | None], keys: Iterable[str]) -> bool:
    return all(row.get(key) == part[key] for key in keys if key in part)


def _observations(dataset: etree._Element, at: str) -> Iterator[dict[str, str | None]]:
    for one in dataset.iterfind("{*}Obs"):
        yield _observation(one, at)
    for series in dataset.iterfind("{*}Series"):
        key = _said(series)
        rows = [key | _observation(one, at) for one in series.iterfind("{*}Obs")]
        yield from rows or [key]


def _observation(one: etree._Element, at: str) -> dict[str, str | None]:
    found = _said(one)
    if (dimension := one.find("{*}ObsDimension")) is not None:
        assert dimension.get("id", at) == at
        found[at] = dimension.get("value")
    if (value := one.find("{*}ObsValue")) is not None:
        found["OBS_VALUE"] = value.get("value")
    if found.get("OBS_VALUE") in _MISSING:
        found["OBS_VALUE"] = None
    return found


_PARTS = ("Attributes", "SeriesKey", "GroupKey", "ObsKey")


def _said(element: etree._Element) -> dict[str, str | None]:
    """The components that an element states: as its own attributes, or as values in its parts."""
    own = {str(key): str(value) for key, value in element.attrib.items() if "}" not in key}
    if etree.QName(element).namespace:
        own = {}
    own.pop("type", None)
    parts = (element.find(f"{{*}}{name}") for name in _PARTS)
    values = (value for part in parts if part is not None for value in part)
    return {**own, **{str(each.get("id")): each.get("value") for each in values}}
