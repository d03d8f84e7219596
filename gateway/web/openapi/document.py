"""The whole document. Source: OpenAPI 3.1.1."""

from gateway import __version__
from gateway.access.clients import (
    AUDIT_READ,
    DATA_APPROVE,
    DATA_CONFIDENTIAL,
    DATA_EMBARGOED,
    DATA_READ,
    DATA_SUBMIT,
    METRICS_READ,
    SCOPES,
)
from gateway.access.tokens import TOKEN_PATH
from gateway.exchange import Exchange
from gateway.model.text import Language, Text
from gateway.web.oauth.metadata import AUTHORIZE_PATH
from gateway.web.openapi import others, service
from gateway.web.openapi.service import Example

PATH = "/openapi.json"

_TITLE = Text(
    "Pasarela regional de estadísticas de migración", "Regional migration-statistics gateway"
)
_ABOUT = Text(
    "SDMX-REST 2.2.2 en /sdmx/v2 y 1.5 en /sdmx/v1. Las partes finales de un camino pueden "
    "omitirse. Las estructuras son abiertas; los datos piden un token.",
    "SDMX-REST 2.2.2 at /sdmx/v2 and 1.5 at /sdmx/v1. Parts at the end of a path may be left out. "
    "Structures are open; data take a token.",
)
_SCOPES = {
    DATA_READ: Text("Leer datos", "Read data"),
    DATA_SUBMIT: Text("Entregar archivos", "Hand files in"),
    DATA_APPROVE: Text("Aprobar lo entregado", "Approve what was handed in"),
    DATA_CONFIDENTIAL: Text("Leer datos confidenciales", "Read confidential data"),
    DATA_EMBARGOED: Text("Leer datos bajo embargo", "Read data under embargo"),
    AUDIT_READ: Text("Leer quién pidió qué", "Read who asked for what"),
    METRICS_READ: Text("Leer cuentas de uso", "Read counts of use"),
}


def document(exchange: Exchange, issuer: str, language: Language) -> dict[str, object]:
    """What this gateway answers, in a language."""
    return {
        "openapi": "3.1.1",
        "info": {
            "title": _TITLE.said(language),
            "version": __version__,
            "description": _ABOUT.said(language),
        },
        "servers": [{"url": issuer}],
        "paths": service.paths(language, _example(exchange)) | others.paths(language),
        "components": {"securitySchemes": _schemes(issuer, language), "schemas": _SCHEMAS},
    }


def _example(exchange: Exchange) -> Example:
    """The first dataflow that is supplied, else the first that there is."""
    supplied = [each.flow for each in exchange.provisions.values()]
    for flow in (*supplied, *exchange.registry.dataflows):
        return Example(flow.agency, flow.id, flow.version)
    return Example("*", "*", "*")


def _schemes(issuer: str, language: Language) -> dict[str, object]:
    """How a caller may come. A token is bound to a key where its client asks for that."""
    scopes = {name: _SCOPES[name].said(language) for name in SCOPES}
    token = issuer + TOKEN_PATH
    flows = {
        "clientCredentials": {"tokenUrl": token, "scopes": scopes},
        "authorizationCode": {
            "authorizationUrl": issuer + AUTHORIZE_PATH,
            "tokenUrl": token,
            "refreshUrl": token,
            "scopes": scopes,
        },
    }
    return {
        "oauth2": {"type": "oauth2", "flows": flows},
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT (RFC 9068)"},
        "basic": {
            "type": "http",
            "scheme": "basic",
            "description": Text("Usuario token, y el token por contraseña",
                                "User name token, with the token as password").said(language),
        },
        "client": {
            "type": "http",
            "scheme": "basic",
            "description": Text("Identificador y secreto del cliente",
                                "Id and secret of the client").said(language),
        },
    }  # fmt: skip


_WORD = {"type": "string"}
_SCHEMAS = {
    "Errors": {
        "type": "object",
        "required": ["errors"],
        "properties": {
            "errors": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["code", "title", "detail"],
                    "properties": {"code": {"type": "integer"}, "title": _WORD, "detail": _WORD},
                },
            }
        },
    },
    "OAuthError": {
        "type": "object",
        "required": ["error"],
        "properties": {"error": _WORD, "error_description": _WORD},
    },
}
