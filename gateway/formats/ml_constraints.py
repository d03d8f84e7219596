"""Constraints in SDMX-ML: the codes that are allowed, and those that data have.

Source: SDMXStructureConstraint.xsd of each edition. What data have is a constraint of its own kind
in 3.1, without identity; before, it is a maintained one that states the actual, with the counts as
annotations.
"""

from gateway.formats import ml
from gateway.model.artefact import Artefact, Kind
from gateway.model.structure import METRICS, AvailabilityConstraint, DataConstraint

_ROLES = {Kind.DATA_CONSTRAINT: "Allowed", Kind.AVAILABILITY_CONSTRAINT: "Actual"}


def set_role(element: ml.Element, artefact: Artefact, edition: ml.Edition) -> None:
    """What a constraint states: 2.1 and 3.0 have an attribute for it, 3.1 a kind for each."""
    if artefact.kind in _ROLES and edition.version != "3.1":
        element.set("type" if edition.is_21 else "role", _ROLES[artefact.kind])


def add_constraint(parent: ml.Element, constraint: Artefact, edition: ml.Edition) -> None:
    """What it is attached to, and the allowed codes."""
    if not isinstance(constraint, DataConstraint):
        return
    attachment = ml.add(parent, edition.struct("ConstraintAttachment"))
    for reference in constraint.attached:
        ml.add_reference(ml.add(attachment, edition.struct(reference.kind)), reference, edition)
    region = ml.add(parent, edition.struct("CubeRegion"), include="true")
    for component, codes in constraint.region:
        _add_values(region, component, codes, edition)


def add_metrics(
    parent: ml.Element, constraint: AvailabilityConstraint, edition: ml.Edition
) -> None:
    """The counts as annotations."""
    annotations = ml.add(parent, edition.com("Annotations"))
    for id, count in constraint.metrics:
        annotation = ml.add(annotations, edition.com("Annotation"), id=id)
        ml.add(annotation, edition.com("AnnotationTitle"), str(count))
        ml.add(annotation, edition.com("AnnotationType"), METRICS)


def add_availability(
    parent: ml.Element, constraint: AvailabilityConstraint, edition: ml.Edition
) -> None:
    """A constraint as 3.1 has it, with its counts as attributes."""
    counts = {"seriesCount": constraint.series, "obsCount": constraint.observations}
    said = {name: str(count) for name, count in counts.items()}
    element = ml.add(parent, edition.struct(constraint.kind), **said)
    add_available(element, constraint, edition)


def add_available(parent: ml.Element, constraint: Artefact, edition: ml.Edition) -> None:
    """What it tells of, the codes that data have, and the time between their first and last day.

    In 3.0 every period stands for itself, for sdmx1 2.28 reads no range there (2026-11).
    """
    if not isinstance(constraint, AvailabilityConstraint):
        return
    attachment = ml.add(parent, edition.struct("ConstraintAttachment"))
    of = ml.add(attachment, edition.struct(constraint.of.kind))
    ml.add_reference(of, constraint.of, edition)
    region = ml.add(parent, edition.struct("CubeRegion"), include="true")
    for component, codes in constraint.region:
        _add_values(region, component, codes, edition)
    if constraint.periods and edition.version == "3.0":
        _add_values(region, constraint.time, constraint.periods, edition)
    elif constraint.periods:
        _add_time(region, constraint, edition)


def _add_values(
    region: ml.Element, component: str, codes: tuple[str, ...], edition: ml.Edition
) -> None:
    key = ml.add(region, _spelled("KeyValue", edition), id=component)
    for code in codes:
        ml.add(key, _spelled("Value", edition), code)


def _add_time(region: ml.Element, constraint: AvailabilityConstraint, edition: ml.Edition) -> None:
    first, last = constraint.days
    key = ml.add(region, _spelled("KeyValue", edition), id=constraint.time)
    between = ml.add(key, _spelled("TimeRange", edition))
    for name, day in (("StartPeriod", first), ("EndPeriod", last)):
        ml.add(between, _spelled(name, edition), day.isoformat(), isInclusive="true")


def _spelled(name: str, edition: ml.Edition) -> str:
    """A name of a region: 2.1 has them in its common namespace."""
    return edition.com(name) if edition.is_21 else edition.struct(name)
