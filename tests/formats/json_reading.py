"""A reader of SDMX-JSON data for the tests: by the field guide, position by position."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from tests import json_judging

Row = dict[str, str | None]

VERSIONS = {"json-1.0": "1.0", "json-2.0": "2.0", "json": "2.1"}
"""The version of each format, by the first of its names."""


def faults(name: str, content: bytes) -> list[str]:
    """What the official schema says against a message; nothing where it is valid."""
    return json_judging.faults(VERSIONS[name], "data", content)


def parsed(content: bytes) -> dict[str, Any]:
    """A message with its numbers as they are spelled; a key that comes twice is refused."""
    found = json.loads(
        content, parse_float=Decimal, parse_constant=_refused, object_pairs_hook=_once
    )
    assert isinstance(found, dict)
    return found


def _refused(word: str) -> float:
    raise ValueError(f"{word} is no JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    assert len(found) == len(pairs), "a key comes twice"
    return found


def rows(content: bytes) -> list[Row]:
    """Every observation of every data set that deletes nothing."""
    return [row for dataset in read(content) if dataset["action"] != "Delete"
            for row in dataset["rows"]]  # fmt: skip


def read(content: bytes) -> list[dict[str, Any]]:
    """Each data set: what it says of itself, its `rows`, and its `series` where it has them."""
    data = parsed(content)["data"]
    structures = data.get("structures") or [data["structure"]]
    if "structure" in data:  # in 1.0 the value needs no definition, and is always there
        data["structure"]["measures"] = {"observation": [{"id": "OBS_VALUE"}]}
    return [_dataset(each, structures[each.get("structure", 0)]) for each in data["dataSets"]]


def _dataset(dataset: dict[str, Any], structure: dict[str, Any]) -> dict[str, Any]:
    levels = structure["dimensions"]
    whole = _key("0:" * (len(levels["dataSet"]) - 1) + "0", levels["dataSet"])
    whole |= _values(dataset.get("attributes", []), structure["attributes"]["dataSet"])
    series = []
    found: list[Row] = []
    for name, one in dataset.get("series", {}).items():
        key = whole | _key(name, levels["series"])
        key |= _values(one.get("attributes", []), structure["attributes"]["series"])
        series.append(key)
        found += [key | row for row in _observations(one.get("observations", {}), structure)]
    found += [whole | row for row in _observations(dataset.get("observations", {}), structure)]
    groups = dataset.get("dimensionGroupAttributes", {})
    for row in [*found, *series]:
        for name, values in groups.items():
            if _in_group(row, name, structure):
                row.update(_values(values, structure["attributes"]["dimensionGroup"]))
    return {**dataset, "rows": found, "series": series}


def _observations(observations: dict[str, Any], structure: dict[str, Any]) -> Iterator[Row]:
    measures = structure.get("measures", {"observation": []})
    components = [*measures["observation"], *structure["attributes"]["observation"]]
    for name, values in observations.items():
        yield _key(name, structure["dimensions"]["observation"]) | _values(values, components)


def _key(name: str, dimensions: list[dict[str, Any]]) -> Row:
    """The values behind the positions of a key."""
    if not dimensions:
        return {}
    places = [int(part) for part in name.split(":")]
    return {
        each["id"]: _value(each["values"][place])
        for each, place in zip(dimensions, places, strict=True)
    }


def _values(values: list[Any], components: list[dict[str, Any]]) -> Row:
    """Positions into the components' values, or where these list none the values themselves."""
    found: Row = {}
    for component, value in zip(components, values, strict=False):
        if value is None:
            continue
        listed = component.get("values")
        found[component["id"]] = str(value) if listed is None else _value(listed[value])
    return found


def _value(value: Mapping[str, str]) -> str:
    return value.get("id") or value.get("value") or value["name"]


def _in_group(row: Row, name: str, structure: dict[str, Any]) -> bool:
    """Whether a row has the values of a part of a key, whose places are those of the structure."""
    dimensions = [one for level in structure["dimensions"].values() for one in level]
    by_place = {each["keyPosition"]: each for each in dimensions}
    return all(
        not place or row.get(by_place[n]["id"]) == _value(by_place[n]["values"][int(place)])
        for n, place in enumerate(name.split(":"))
    )
