"""What is beside the SDMX mounts, as OpenAPI has it: OAuth, submissions, and how the gateway is."""

import re
from collections.abc import Iterable, Mapping, Sequence

from gateway import errors
from gateway.access.clients import (
    AUDIT_READ,
    DATA_APPROVE,
    DATA_READ,
    DATA_SUBMIT,
    METRICS_READ,
)
from gateway.access.tokens import TOKEN_PATH
from gateway.formats import table
from gateway.model.text import Language, Text
from gateway.web import auditing, comparing, overview
from gateway.web.addresses import RESOURCE_METADATA
from gateway.web.oauth import metadata
from gateway.web.oauth.clients import GRANTS_OF_PEOPLE
from gateway.web.openapi import answers, parameters

_FORM = "application/x-www-form-urlencoded"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WORD = {"type": "string"}
_KINDS = (
    *(errors.BadSyntax, errors.SemanticError, errors.NotFound, errors.Conflict, errors.BadFile),
    *(errors.TooLarge, errors.Unauthenticated, errors.Forbidden, errors.TooOften),
    errors.StorageFault,
)


def paths(language: Language) -> dict[str, object]:
    """All of it, in a language."""
    of_data = _submissions(language) | _audit(language) | _mirror(language) | _overview(language)
    return _oauth(language) | of_data | _state(language)


def _operation(
    id: str,
    tag: str,
    title: str,
    responses: Mapping[str, object],
    *,
    scopes: Sequence[str] = (),
    security: list[Mapping[str, object]] | None = None,
    body: object = None,
    parameters: Iterable[object] = (),
) -> dict[str, object]:
    tokens: list[Mapping[str, object]] = [{"oauth2": [each]} for each in scopes]
    if scopes:
        tokens.append({"bearer": []})
    found: dict[str, object] = {
        "operationId": id,
        "summary": title,
        "tags": [tag],
        "parameters": [*parameters],
        "responses": {**responses, "405": answers.problem(405), "414": answers.problem(414)},
        "security": tokens if security is None else security,
    }
    return found | ({} if body is None else {"requestBody": body})


def _said(*media_types: str, description: str = "OK") -> dict[str, object]:
    return {"description": description, "content": answers.body(*media_types)}


def _form(media_type: str, required: Sequence[str], **fields: object) -> dict[str, object]:
    schema = {"type": "object", "properties": fields, "required": [*required]}
    return {"required": True, "content": {media_type: {"schema": schema}}}


_REFUSED = {
    code: {
        "description": "OAuth error",
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/OAuthError"}}
        },
    }
    for code in ("400", "401", "429")
}  # fmt: skip


def _oauth(language: Language) -> dict[str, object]:
    """The endpoints of programs, and what clients find them by."""
    proof = {"client_id": _WORD, "client_assertion": _WORD, "client_assertion_type": _WORD}
    grants = {"type": "string", "enum": ["client_credentials", *GRANTS_OF_PEOPLE]}
    more = dict.fromkeys(("code", "redirect_uri", "code_verifier", "refresh_token"), _WORD)
    token = {"grant_type": grants, "scope": _WORD, "resource": _WORD, "device_code": _WORD, **more}
    asks: tuple[tuple[str, Text, Sequence[str], Mapping[str, object]], ...] = (
        (TOKEN_PATH, Text("Un token", "A token"), ("grant_type",), token),
        (metadata.DEVICE_PATH, Text("Códigos para un aparato", "Codes for a device"), (),
         {"scope": _WORD}),
        (metadata.REVOCATION_PATH, Text("Devolver un token", "Give a token back"), ("token",),
         {"token": _WORD, "token_type_hint": _WORD}),
        (metadata.INTROSPECTION_PATH, Text("Qué es un token", "What a token is"), ("token",),
         {"token": _WORD, "token_type_hint": _WORD}),
    )  # fmt: skip
    told = {"200": _said("application/json"), **_REFUSED}
    found: dict[str, object] = {
        path: {
            "post": _operation(
                path.strip("/").replace("/", "_"), "OAuth 2", title.said(language), told,
                body=_form(_FORM, required, **fields, **proof), security=[{"client": []}, {}],
            )
        }
        for path, title, required, fields in asks
    }  # fmt: skip
    return found | _descriptions(language)


def _descriptions(language: Language) -> dict[str, object]:
    title = Text("Lo que el servidor dice de sí", "What the server says of itself").said(language)
    known = (
        *(metadata.SERVER_METADATA, metadata.OPENID_ALIAS),
        *(RESOURCE_METADATA, metadata.KEYS_PATH),
    )
    told = {"200": _said("application/json")}
    return {
        path: {"get": _operation(re.sub(r"\W+", "_", path).strip("_"), "OAuth 2", title, told)}
        for path in known
    }


def _submissions(language: Language) -> dict[str, object]:
    problems = answers.problems(_KINDS, 2)
    done = {"200": _said("application/json"), "202": _said("application/json"), **problems}
    # Refused with its findings, or refused as a request: both are 422.
    handing_in = _form(
        "multipart/form-data", ("file", "provision"),
        file={"type": "string", "contentMediaType": "application/octet-stream"},
        provision=_WORD, visible_from={"type": "string", "format": "date-time"},
        check={"type": "string", "enum": ["true", "false"]},
    )  # fmt: skip
    id = {"name": "id", "in": "path", "required": True, "schema": {**_WORD, "minLength": 1}}
    reason = _form(_FORM, ("because",), because=_WORD)
    one = "/submissions/{id}"

    def operation(
        name: str, es: str, en: str, responses: Mapping[str, object], scopes: Sequence[str],
        body: object = None, *, named: bool = True,
    ) -> dict[str, object]:  # fmt: skip
        return _operation(
            name, "Submissions", Text(es, en).said(language), responses, scopes=scopes, body=body,
            parameters=[id] if named else [],
        )  # fmt: skip

    either = (DATA_SUBMIT, DATA_APPROVE)
    whole = {"200": _said("application/json"), **problems}
    hand_in = {**done, "201": _said("application/json")}
    book = {"200": _said(_XLSX), **problems}
    return {
        "/submissions": {"post": operation("hand_in", "Entregar un archivo", "Hand a file in",
                                           hand_in, (DATA_SUBMIT,), handing_in, named=False)},
        one: {"get": operation("submission", "Cómo está", "How it stands", whole, either)},
        f"{one}/report.xlsx": {"get": operation("report", "El archivo, marcado",
                                                "The file with its faults", book, either)},
        f"{one}/approve": {"post": operation("approve", "Aprobar", "Approve", done,
                                             (DATA_APPROVE,))},
        f"{one}/refuse": {"post": operation("refuse", "Rechazar", "Refuse", whole,
                                            (DATA_APPROVE,), reason)},
    }  # fmt: skip


_OVERVIEWS: Mapping[str, Text] = {
    "corridors": Text(
        "Quién declara cuántos se movieron de dónde a dónde en un período",
        "Who says how many moved from where to where in a period",
    ),
    "coverage": Text(
        "Qué país declara qué flujo, con qué desglose y con cuánto retraso",
        "Which country states which flow, to which breakdown, and how late",
    ),
    "reconciliation": Text(
        "Totales junto a la suma de sus partes, y lo que falta",
        "Totals beside the sums of their parts, and what is missing",
    ),
}
_OVERVIEW_KINDS = (
    *(errors.BadSyntax, errors.SemanticError, errors.NoResults, errors.NotAcceptable),
    *(errors.Unauthenticated, errors.Forbidden, errors.TooOften, errors.StorageFault),
)


def _overview(language: Language) -> dict[str, object]:
    """The overviews of all that is compared."""
    of_manner = parameters.of_manner(table.LISTINGS, language)
    return {
        f"/mirror/{name}": {
            "get": _operation(
                f"mirror_{name}", "Gateway", title.said(language),
                {"200": answers.served(table.LISTINGS, title.said(language)),
                 "304": {"description": "Not modified: the caller has it already"},
                 **answers.problems(_OVERVIEW_KINDS, 2)},
                scopes=(DATA_READ,), parameters=[*_asked_of(name), *of_manner],
            )
        }
        for name, title in _OVERVIEWS.items()
    }  # fmt: skip


def _asked_of(name: str) -> list[dict[str, object]]:
    """What can be asked of an overview, each with what it may be."""
    examples: Mapping[str, Mapping[str, object]] = {
        "period": {"pattern": "^[0-9]{4}(-([SQ][1-4]|[01][0-9]))?$"},
        overview.AS_OF: {"format": "date-time"},
    }
    return [
        {"name": each, "in": "query", "schema": {**_WORD, **examples.get(each, {})}}
        for each in overview.PARAMETERS[name]
    ]


def _audit(language: Language) -> dict[str, object]:
    title = Text("Quién pidió los datos de un proveedor", "Who asked for a provider's data")
    told = {"200": _said("application/json"), **answers.problems(_KINDS, 2)}
    asked = [
        {"name": each, "in": "query", "schema": {"type": "string"}} for each in auditing.PARAMETERS
    ]
    said = title.said(language)
    return {
        "/audit": {
            "get": _operation(
                "audit", "Gateway", said, told, scopes=(AUDIT_READ,), parameters=asked
            )
        }
    }


def _mirror(language: Language) -> dict[str, object]:
    """The workbook of a comparison."""
    title = Text("El libro de una comparación espejo", "The workbook of a mirror comparison")
    wanted = ("dataflow", "between")
    asked = [
        {"name": each, "in": "query", "required": each in wanted, "schema": _WORD}
        for each in comparing.PARAMETERS
    ]
    told = {"200": _said(_XLSX), "304": {"description": "Not modified"}}
    return {
        comparing.PATH: {
            "get": _operation(
                "pair", "Mirror", title.said(language),
                {**told, **answers.problems(_KINDS, 2)}, scopes=(DATA_READ,), parameters=asked,
            )
        }
    }  # fmt: skip


def _state(language: Language) -> dict[str, object]:
    tag = "Gateway"
    known: tuple[tuple[str, Text, Mapping[str, object]], ...] = (
        ("health", Text("Si vive", "Whether it lives"), {"200": _said("application/json")}),
        ("ready", Text("Si puede responder", "Whether it can answer"),
         {"200": _said("application/json"), "503": _said("application/json",
                                                         description="Not ready")}),
        ("limits", Text("Cuánto se puede pedir", "How much may be asked"),
         {"200": _said("application/json", "text/html")}),
        ("openapi.json", Text("Este documento", "This document"),
         {"200": _said("application/json")}),
        ("metrics", Text("Lo que ha hecho", "What it has done"),
         {"200": _said("text/plain"), **answers.problems(
             (errors.NotFound, errors.Unauthenticated, errors.Forbidden), 2)}),
    )  # fmt: skip
    return {
        f"/{path}": {
            "get": _operation(
                path.partition(".")[0], tag, title.said(language), responses,
                scopes=(METRICS_READ,) if path == "metrics" else (),
                security=[{"oauth2": [METRICS_READ]}, {"bearer": []}, {}]
                if path == "metrics" else None,
            )
        }
        for path, title, responses in known
    }  # fmt: skip
