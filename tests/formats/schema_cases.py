"""The small structure that the tests of schemas share."""

from gateway.formats.schema_message import SchemaMessage
from gateway.model.artefact import Kind, Reference
from gateway.model.structure import (
    Attachment,
    Attribute,
    Component,
    DataStructure,
    Representation,
)
from gateway.model.text import Text

FLOW = Reference(Kind.DATAFLOW, "LMIG", "DF_SMALL", "1.0.0")

_COUNTRIES = Reference(Kind.CODELIST, "LMIG", "CL_COUNTRY", "1.0.0")
_SEX = Reference(Kind.CODELIST, "SDMX", "CL_SEX", "2.1")
_STATUS = Reference(Kind.CODELIST, "SDMX", "CL_OBS_STATUS", "2.2")
_UNITS = Reference(Kind.CODELIST, "LMIG", "CL_UNIT_MEASURE", "1.0.0")


def _concept(id: str) -> Reference:
    return Reference(Kind.CONCEPT_SCHEME, "LMIG", "CS_LMIG", "1.0.0", id)


def _component(id: str, codelist: Reference | None = None, text: str | None = None) -> Component:
    return Component(id, _concept(id), Representation(codelist, text))


def _attribute(
    id: str, attachment: Attachment, codelist: Reference | None = None, text: str | None = None
) -> Attribute:
    return Attribute(
        id, _concept(id), Representation(codelist, text), attachment, mandatory=id == "OBS_STATUS"
    )


def structure(time: str | None = "ObservationalTimePeriod") -> DataStructure:
    """Coded dimensions, two of one code list; time of a type; attributes at each attachment."""
    return DataStructure(
        agency="LMIG",
        id="SMALL",
        version="1.0.0",
        name=Text("Pequeña", "Small"),
        dimensions=(
            _component("REF_AREA", _COUNTRIES),
            _component("COUNTERPART_AREA", _COUNTRIES),
            _component("SEX", _SEX),
        ),
        time=_component("TIME_PERIOD", text=time),
        measure=_component("OBS_VALUE", text="Double"),
        attributes=(
            _attribute("CONTACT", Attachment.DATASET, text="String"),
            _attribute("UNIT_MEASURE", Attachment.SERIES, _UNITS),
            _attribute("OBS_STATUS", Attachment.OBSERVATION, _STATUS),
            _attribute("COLLECTED", Attachment.OBSERVATION, text="GregorianDay"),
        ),
    )


CODES = {
    "REF_AREA": ("GT", "MX"),
    "COUNTERPART_AREA": ("GT", "MX"),
    "SEX": ("F", "M"),
    "UNIT_MEASURE": ("PS",),
    "OBS_STATUS": ("A", "M"),
}


def message(
    dimension_at_observation: str = "TIME_PERIOD",
    time: str | None = "ObservationalTimePeriod",
    *,
    deletion: bool = False,
    **codes: tuple[str, ...],
) -> SchemaMessage:
    """A question for the schema of the small structure, some allowed codes replaced."""
    allowed = {**CODES, **codes}
    return SchemaMessage(FLOW, structure(time), allowed, dimension_at_observation, deletion)
