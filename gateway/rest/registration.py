"""SDMX-REST 2.2.2, registrations: by id, by provider, or by what they are of.

Source: SDMX-REST 2.2.2, registration.md. SDMX-REST 1.5 has no such resource.
"""

from collections.abc import Mapping
from itertools import product

from gateway.errors import BadSyntax
from gateway.model.query import ProviderPattern, RegistrationQuery
from gateway.rest import grammar, v2
from gateway.rest.parameters import Pairs, moment, read, segments

PARAMETERS = ("updatedAfter", "updatedBefore")
_FORM = "registration/{context}/{agency}/{id}/{version}"
_FORMS = ("registration/id/{id}", "registration/provider/{agency}/{provider}", _FORM)


def registration_query(path: str, pairs: Pairs) -> RegistrationQuery:
    """The question of a path below ``/registration`` and its parameters."""
    by, *parts = segments(path, 4, _FORM) or ["*"]
    bounds = {"id": 1, "provider": 2}
    if len(parts) > bounds.get(by, 3):
        raise BadSyntax(
            f"The path has {len(parts) + 1} parts.",
            spanish=f"La ruta tiene {len(parts) + 1} partes.",
            subject=path,
            allowed=_FORMS,
        )
    parameters = read(pairs, PARAMETERS)
    after, before = moment(parameters, "updatedAfter"), moment(parameters, "updatedBefore")
    if by == "id":
        return RegistrationQuery(_ids(parts, path), updated_after=after, updated_before=before)
    if by == "provider":
        return RegistrationQuery((), _providers(parts), updated_after=after, updated_before=before)
    return _by_context(by, parts, parameters)


def _by_context(context: str, parts: list[str], parameters: Mapping[str, str]) -> RegistrationQuery:
    agency, id, version = (*parts, *("*", "*", "*")[len(parts) :])
    return RegistrationQuery(
        context=v2.data_context(context),
        pattern=v2.artefact_pattern(agency, id, version),
        updated_after=moment(parameters, "updatedAfter"),
        updated_before=moment(parameters, "updatedBefore"),
    )


def _ids(parts: list[str], path: str) -> tuple[str, ...]:
    if not parts:
        raise BadSyntax(
            "The path names no registration.",
            spanish="La ruta no nombra ningún registro.",
            subject=path,
            allowed=_FORMS[:1],
        )
    return grammar.ids(parts[0], ",", every=())


def _providers(parts: list[str]) -> tuple[ProviderPattern, ...]:
    agencies, ids = (
        grammar.ids(part, ",", every=v2.EVERY) or (None,)
        for part in (*parts, *("*", "*")[len(parts) :])
    )
    return tuple(ProviderPattern(id, agency) for agency, id in product(agencies, ids))
