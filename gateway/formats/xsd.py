"""XML schemas of the structure-specific data of one structure, for SDMX-ML 2.1, 3.0 and 3.1.

A schema restricts the abstract types of the standard's SDMXDataStructureSpecific.xsd. It also
imports SDMXMessage.xsd, so that a validator that is given it alone judges whole messages; the
standard's schemas are looked for beside it, under their official names.

Source: SDMX 2.1 and 3.1, section 3A, part IV, “Mapping to Structure-Specific Schemas”; below that
is “the mapping”. For 3.0 we follow the mapping of 3.1, save for what SDMXCommon.xsd 3.0 lacks.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from gateway.formats import ml
from gateway.formats.schema_message import SchemaMessage
from gateway.model.structure import Attachment, Attribute, Component

_XS = "http://www.w3.org/2001/XMLSchema"
_TIME = "ObservationalTimePeriod"
_YEAR_START = "REPORTING_YEAR_START_DAY"

_PLAIN = {  # the mapping, “Representation with Simple Text Format”
    "String": "string",
    "BigInteger": "integer",
    "Integer": "int",
    "Long": "long",
    "Short": "short",
    "Decimal": "decimal",
    "Float": "float",
    "Double": "double",
    "Boolean": "boolean",
    "URI": "anyURI",
    "Count": "integer",
    "InclusiveValueRange": "decimal",
    "ExclusiveValueRange": "decimal",
    "Incremental": "decimal",
    "GregorianYear": "gYear",
    "GregorianYearMonth": "gYearMonth",
    "GregorianDay": "date",
    "DateTime": "dateTime",
    "Month": "gMonth",
    "MonthDay": "gMonthDay",
    "Day": "gDay",
    "Time": "time",
    "Duration": "duration",
    "GeospatialInformation": "string",
    "XHTML": "string",  # has no form as an XML attribute, the only form that our messages know
}
"""SDMX types that are XML Schema's own; every other is SDMXCommon's, by its name and “Type”."""

_UNIONS = (
    "StandardTimePeriod",
    "BasicTimePeriod",
    "GregorianTimePeriod",
    "ReportingTimePeriod",
)
"""Types of time, narrower unions, that XML Schema 1.0 does not let replace the widest one."""

_UNDER_TIME_21 = {
    "DataSetType": "TimeSeriesDataSetType",
    "SeriesType": "TimeSeriesType",
    "ObsType": "TimeSeriesObsType",
}
"""The base types of 2.1 where time is at the observation."""

_OPEN = ("xs:string", "xs:anyURI", "xs:float", "xs:double")
"""Types that already admit the sign of an intentionally missing value, `#N/A` or `NaN`."""


def write_21(message: SchemaMessage) -> Iterator[bytes]:
    """The schema for SDMX-ML 2.1."""
    yield ml.serialised(_Writer(message, ml.ML_21, message.list_names()).schema())


def write_30(message: SchemaMessage) -> Iterator[bytes]:
    """The schema for SDMX-ML 3.0."""
    yield ml.serialised(_Writer(message, ml.ML_30, message.list_names()).schema())


def write_31(message: SchemaMessage) -> Iterator[bytes]:
    """The schema for SDMX-ML 3.1."""
    yield ml.serialised(_Writer(message, ml.ML_31, message.list_names()).schema())


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes one schema; `lists` names the simple type of each coded component."""

    message: SchemaMessage
    edition: ml.Edition
    lists: dict[str, str]

    def schema(self) -> ml.Element:
        schema = self._root()
        for name, codes in self.message.lists().items():
            _add_enumeration(schema, name, codes)
        self._add_groups(schema)
        self._add_data_set(schema)
        if not self.message.flat:
            self._add_series(schema)
        if not self.edition.is_21:
            self._add_atts(schema)
        self._add_observation(schema)
        return schema

    def _root(self) -> ml.Element:
        namespace, common = self.message.namespace, self.edition.namespace("common")
        specific = self.edition.namespace("data/structurespecific")
        imported = {
            common: "SDMXCommon.xsd",
            specific: "SDMXDataStructureSpecific.xsd",
            self.edition.namespace("message"): "SDMXMessage.xsd",
        }
        root = etree.Element(
            f"{{{_XS}}}schema",
            {
                "targetNamespace": namespace,
                "elementFormDefault": "qualified",
                "attributeFormDefault": "unqualified",
            },
            nsmap={
                None: namespace,  # type: ignore[dict-item]  # the stubs know no default namespace
                "xs": _XS,
                "common": common,
                "dsd": specific,
            },
        )
        for imports, location in imported.items():
            _add(root, "import", namespace=imports, schemaLocation=location)
        return root

    def _add_data_set(self, schema: ml.Element) -> None:
        """The mapping, “DataSetType”."""
        restriction = self._add_type(schema, "DataSetType")
        sequence = restriction[0]
        provider = "common:DataProviderReferenceType"
        _add_local(sequence, "DataProvider", provider, minOccurs="0")
        content = "Obs" if self.message.flat else "Series"
        if not self.edition.is_21:
            choice = _add(sequence, "choice", minOccurs="0", maxOccurs="unbounded")
            _add_local(choice, "Atts", "AttsType")
            if self.message.structure.groups:
                _add_local(choice, "Group", "GroupType")
            _add_local(choice, content, f"{content}Type")
            return
        if self.message.structure.groups:
            _add_local(sequence, "Group", "GroupType", minOccurs="0", maxOccurs="unbounded")
        choice = _add(sequence, "choice", minOccurs="0")
        _add_local(choice, content, f"{content}Type", maxOccurs="unbounded")
        self._add_attributes(restriction, self._of(Attachment.DATASET))

    def _add_groups(self, schema: ml.Element) -> None:
        """The mapping, “GroupType”: an abstract one, and one for each group by its id."""
        groups = self.message.structure.groups
        if not groups:
            return
        _add(self._add_type(schema, "GroupType"), "anyAttribute", namespace="##local")
        schema[-1].set("abstract", "true")
        dimensions = {each.id: each for each in self.message.structure.dimensions}
        for group in groups:
            type = _add(schema, "complexType", name=group.id)
            restriction = _add(_add(type, "complexContent"), "restriction", base="GroupType")
            sequence = _add(restriction, "sequence")
            _add(sequence, "element", ref="common:Annotations", minOccurs="0")
            key = [dimensions[id] for id in group.dimensions]
            self._add_components(restriction, key, use="required")
            own = (e for e in self.message.structure.attributes if e.group == group.id)
            self._add_attributes(restriction, [*own])
            _add(restriction, "attribute", name="type", type="common:IDType", fixed=group.id)

    def _add_series(self, schema: ml.Element) -> None:
        """The mapping, “SeriesType”."""
        structure = self.message.structure
        restriction = self._add_type(schema, "SeriesType")
        _add_local(restriction[0], "Obs", "ObsType", minOccurs="0", maxOccurs="unbounded")
        self._add_key(restriction, self.message.of_series)
        if self._under_time and not self.edition.is_21:  # 2.1 has a base type of its own for that
            self._add_components(restriction, [structure.time], use="prohibited")
        self._add_attributes(restriction, self._of(Attachment.SERIES))

    @property
    def _under_time(self) -> bool:
        return self.message.at_observation is self.message.structure.time

    def _of(self, attachment: Attachment) -> list[Attribute]:
        """The attributes of a series or a data set that do not stand at its observations."""
        found = (e for e in self.message.structure.attributes if e.attachment is attachment)
        return [each for each in found if each not in self._observed()]

    def _observed(self) -> list[Attribute]:
        """The attributes that do."""
        structure, at = self.message.structure, self.message.dimension_at_observation
        return [e for e in structure.attributes if structure.stands_at_observation(e, at)]

    def _add_atts(self, schema: ml.Element) -> None:
        """The mapping, “AttsType”: any part of the key, and values of any attributes."""
        restriction = self._add_type(schema, "AttsType")
        self._add_components(restriction, self.message.structure.dimensions, use="optional")
        self._add_components(restriction, [self.message.structure.time], use="optional")
        self._add_attributes(restriction, self.message.structure.attributes)

    def _add_observation(self, schema: ml.Element) -> None:
        """The mapping, “ObsType”.

        For the flat form 2.1's text prohibits time, but its SDMXDataStructureSpecificBase.xsd
        wants a full key and 3.1's text requires time: so it is required. The same schema admits
        to a flat observation the attributes of any dimension, which 3.1's text leaves out.
        """
        structure, at = self.message.structure, self.message.at_observation
        restriction = self._add_type(schema, "ObsType")
        key = (*structure.dimensions, structure.time) if at is None else (at,)
        if self.edition.is_21 and self._under_time:  # whose type for such observations wants it
            self._add_components(restriction, key, use="required")
        else:
            self._add_key(restriction, key)
        if structure.time not in key:
            self._add_components(restriction, [structure.time], use="prohibited")
        self._add_value(restriction, structure.measure)
        self._add_attributes(restriction, self._observed())
        if self.edition.is_21:  # “type” tells explicit measures apart, which we do not have
            _add(restriction, "attribute", name="type", type="common:IDType", use="prohibited")

    def _add_type(self, schema: ml.Element, name: str) -> ml.Element:
        """A restriction of the standard's type of a name, its sequence begun with annotations."""
        own = self._under_time and self.edition.is_21
        base = _UNDER_TIME_21.get(name, name) if own else name
        type = _add(schema, "complexType", name=name)
        restriction = _add(_add(type, "complexContent"), "restriction", base=f"dsd:{base}")
        _add(_add(restriction, "sequence"), "element", ref="common:Annotations", minOccurs="0")
        return restriction

    def _add_attributes(self, restriction: ml.Element, attributes: Sequence[Attribute]) -> None:
        """The values of some attributes: every one may be left out.

        “The usage is optional”, says the mapping of 2.1 and of 3.1 at each level, whatever the
        structure's assignment status: a message may update a part of the data.
        """
        for attribute in attributes:
            self._add_value(restriction, attribute)
        if self.edition.is_21 and not _declares(attributes, _YEAR_START):
            _add(restriction, "attribute", name=_YEAR_START, type="xs:gMonthDay", use="prohibited")

    def _add_components(
        self, restriction: ml.Element, components: Iterable[Component], *, use: str
    ) -> None:
        for each in components:
            _add(restriction, "attribute", name=each.id, type=self._type(each), use=use)

    def _add_key(self, restriction: ml.Element, dimensions: Iterable[Component]) -> None:
        use = "optional" if self.message.deletion else "required"
        self._add_components(restriction, dimensions, use=use)

    def _add_value(self, restriction: ml.Element, component: Component) -> None:
        """A measure or attribute, which may be left out and from 3.1 on be marked as missing."""
        type = self._type(component)
        if self.edition != ml.ML_31 or type in _OPEN:
            self._add_components(restriction, [component], use="optional")
            return
        attribute = _add(restriction, "attribute", name=component.id, use="optional")
        union = f"{type} common:MissingType"
        _add(_add(attribute, "simpleType"), "union", memberTypes=union)

    def _type(self, component: Component) -> str:
        """The mapping, “Simple / Primitive Type Determination”."""
        if component.id in self.lists:
            return self.lists[component.id]
        text = component.representation.text_type
        if component is self.message.structure.time:
            text = _TIME if text is None or text in _UNIONS else text
        text = text or "String"  # the standard's default
        return f"xs:{_PLAIN[text]}" if text in _PLAIN else f"common:{text}Type"


def _add_enumeration(schema: ml.Element, name: str, codes: tuple[str, ...]) -> None:
    """The mapping, “Representation with Codelist Enumeration”."""
    type = _add(schema, "simpleType", name=name)
    restriction = _add(type, "restriction", base="common:IDType")
    for code in codes:
        _add(restriction, "enumeration", value=code)
    if not codes:  # no enumeration would allow every code; no id is as short as this
        _add(restriction, "maxLength", value="0")


def _add_local(parent: ml.Element, name: str, type: str, **occurs: str) -> None:
    _add(parent, "element", name=name, type=type, form="unqualified", **occurs)


def _add(parent: ml.Element, tag: str, /, **attributes: str) -> ml.Element:
    return etree.SubElement(parent, f"{{{_XS}}}{tag}", attributes)


def _declares(attributes: Sequence[Attribute], id: str) -> bool:
    return any(each.id == id for each in attributes)
