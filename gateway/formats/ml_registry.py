"""Registrations in SDMX-ML 2.1, 3.0 and 3.1: the answer of a registry to a question for them.

Source: SDMXRegistryRegistration.xsd and SDMXRegistryBase.xsd of each version.
"""

from collections.abc import Iterator

from lxml import etree

from gateway.formats import ml
from gateway.formats.registry_message import Registration, RegistrationMessage


def write_21(message: RegistrationMessage) -> Iterator[bytes]:
    """The message in SDMX-ML 2.1, as one chunk."""
    yield _message(message, ml.ML_21)


def write_30(message: RegistrationMessage) -> Iterator[bytes]:
    """The message in SDMX-ML 3.0, as one chunk."""
    yield _message(message, ml.ML_30)


def write_31(message: RegistrationMessage) -> Iterator[bytes]:
    """The message in SDMX-ML 3.1, as one chunk."""
    yield _message(message, ml.ML_31)


def _message(message: RegistrationMessage, edition: ml.Edition) -> bytes:
    names = {part[:3]: edition.namespace(part) for part in ("message", "registry", "common")}
    root = etree.Element(edition.mes("RegistryInterface"), nsmap=names)
    header = ml.add_header(root, message.header, edition)
    ml.add(header, edition.mes("Receiver"), id="not_supplied")  # which the schema wants
    response = ml.add(root, edition.mes("QueryRegistrationResponse"))
    ml.add(response, _reg("StatusMessage", edition), status="Success")
    for each in message.registrations:
        result = ml.add(response, _reg("QueryResult", edition), timeSeriesMatch="false")
        _add(ml.add(result, _reg("DataResult", edition)), each, edition)
    return ml.serialised(root)


def _add(result: ml.Element, registration: Registration, edition: ml.Edition) -> None:
    updated = registration.updated.isoformat()
    element = ml.add(result, _reg("Registration", edition), id=registration.id, lastUpdated=updated)
    agreement = ml.add(element, _reg("ProvisionAgreement", edition))
    ml.add_reference(agreement, registration.agreement, edition)
    source = ml.add(
        ml.add(element, _reg("Datasource", edition)),
        _reg("QueryableDataSource", edition),
        isRESTDatasource="true",
        isWebServiceDatasource="false",
    )
    ml.add(source, edition.com("DataURL"), registration.url)
    name = "ContentConstraint" if edition.is_21 else "Constraint"
    for each in registration.constraints:
        ml.add_reference(ml.add(result, _reg(name, edition)), each, edition)


def _reg(name: str, edition: ml.Edition) -> str:
    return f"{{{edition.namespace('registry')}}}{name}"
