"""Patterns of a grant: which providers, which dataflows, which part of the cube."""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from gateway.errors import BadSyntax
from gateway.model.artefact import Reference
from gateway.model.query import Condition, Filter, Key, Operator
from gateway.model.structure import DataStructure
from gateway.model.visibility import Region
from gateway.rest import grammar

EVERY = "*"
"""What stands for any number of letters, and alone for everything."""

_PROVIDER = re.compile(r"[A-Za-z0-9_*-]{1,64}")
_FLOW = re.compile(
    r"(?:(?P<agency>[A-Za-z0-9_.*-]{1,64}):)?(?P<id>[A-Za-z0-9_@$*-]{1,64})"
    r"(?:\((?P<version>[0-9A-Za-z.*-]{1,32})\))?"
)


def provider_pattern(text: str) -> str:
    """A pattern of a provider's id. Raises BadSyntax.

    >>> provider_pattern("GT_*")
    'GT_*'
    """
    if not _PROVIDER.fullmatch(text):
        raise BadSyntax(
            f"{text!r} is no pattern of providers.",
            spanish=f"{text!r} no es un patrón de proveedores.",
            subject="provider",
            allowed=("GT_IGM", "GT_*"),
        )
    return text


def flow_pattern(text: str) -> str:
    """A pattern of dataflows, what it leaves out put in its place. Raises BadSyntax.

    >>> flow_pattern("LMIG:DF_*"), flow_pattern("*")
    ('LMIG:DF_*(*)', '*')
    """
    if text == EVERY:
        return EVERY
    found = _FLOW.fullmatch(text)
    if found is None:
        raise BadSyntax(
            f"{text!r} is no pattern of dataflows.",
            spanish=f"{text!r} no es un patrón de flujos de datos.",
            subject="dataflow",
            allowed=("LMIG:DF_RETURNS(1.0.0)", "LMIG:DF_*", "*"),
        )
    part = {name: value or EVERY for name, value in found.groupdict().items()}
    return f"{part['agency']}:{part['id']}({part['version']})"


def means_flow(pattern: str, flow: Reference) -> bool:
    """Whether a pattern of dataflows means one; what is no pattern means none.

    >>> from gateway.model.artefact import Kind
    >>> means_flow("DF_*(1.*)", Reference(Kind.DATAFLOW, "LMIG", "DF_RETURNS", "1.0.0"))
    True
    """
    found = _FLOW.fullmatch(pattern)
    if found is None:
        return False
    names = {"agency": flow.agency, "id": flow.id, "version": flow.version}
    return all(fnmatchcase(names[part], said or EVERY) for part, said in found.groupdict().items())


def within(pattern: str, other: str) -> bool:
    """Whether every dataflow that a pattern means another one means too.

    A star of the first is matched as a sign: only a star of the other takes it in.

    >>> within("LMIG:DF_R*(1.0.0)", "LMIG:DF_*"), within("LMIG:*", "LMIG:DF_*")
    (True, False)
    """
    narrow, wide = _FLOW.fullmatch(pattern), _FLOW.fullmatch(other)
    if narrow is None or wide is None:
        return False
    return all(
        fnmatchcase(narrow[part] or EVERY, said or EVERY) for part, said in wide.groupdict().items()
    )


def means_provider(pattern: str, provider: str) -> bool:
    """Whether a pattern of providers means one."""
    return fnmatchcase(provider, pattern)


def region_parts(text: str) -> tuple[Key, tuple[Filter, ...]]:
    """The key and the filters of a region as the service spells them. Raises BadSyntax.

    >>> key, filters = region_parts("key=M.GT&c[SEX]=F,M")
    >>> [codes and sorted(codes) for codes in key], [each.component for each in filters]
    ([['M'], ['GT']], ['SEX'])
    """
    key: Key = ()
    filters: dict[str, Filter] = {}
    for part in text.split("&") if text else ():
        name, sign, value = part.partition("=")
        known = name == "key" or (name.startswith("c[") and name.endswith("]"))
        if not known or not sign or name in filters or (name == "key" and key):
            raise BadSyntax(
                f"{part!r} is no part of a region, or given twice.",
                spanish=f"{part!r} no es parte de una región, o está dos veces.",
                subject="region",
                allowed=("key=M.GT.MX", "c[SEX]=F", "key=M.GT&c[TIME_PERIOD]=ge:2023"),
            )
        if name == "key":
            key = grammar.key(value)
        else:
            filters[name] = grammar.component_filter(name, value)
    return key, tuple(filters.values())


def region_of(text: str, structure: DataStructure) -> Region | None:
    """A region in the components of a structure; None where it does not fit that structure."""
    key, filters = region_parts(text)
    known = {each.id for each in structure.components()}
    dimensions = structure.dimension_ids
    if len(key) > len(dimensions) or not {each.component for each in filters} <= known:
        return None
    return (*key_filters(key, dimensions), *filters)


def key_filters(key: Key, dimensions: Sequence[str]) -> Region:
    """A key as filters of the dimensions that it says something of."""
    return tuple(
        Filter(name, tuple((Condition(Operator.EQ, code),) for code in sorted(codes)))
        for name, codes in zip(dimensions, key, strict=False)
        if codes is not None
    )
