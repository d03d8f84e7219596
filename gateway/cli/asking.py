"""``gateway get``: answer a service path with no server."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import click

from gateway.cli.opening import home_option, opened, write_out
from gateway.errors import BadSyntax, NoResults
from gateway.exchange import Exchange
from gateway.formats import table
from gateway.formats.table import Format, M
from gateway.model.query import DataQuery, RegistrationQuery, SchemaQuery, StructureQuery
from gateway.rest.service import DIALECTS, Question, question


def _pieces(exchange: Exchange, asked: Question, dialect: int, name: str | None) -> Iterator[bytes]:
    """The answer in the format of a name, or in the dialect's default."""
    seen = exchange.everything()
    match asked:
        case DataQuery():
            return _named(table.DATA[dialect], name).write(exchange.data(asked, seen))
        case RegistrationQuery():
            found = exchange.registrations(asked, seen, _service(exchange))
            return _named(table.REGISTRATIONS, name).write(found)
        case SchemaQuery():
            return _named(table.SCHEMAS[dialect], name).write(exchange.schema(asked))
        case StructureQuery():
            structures = table.named(table.STRUCTURES[dialect], name or "xml")
            return structures.write(exchange.structures(asked))


def _named(offers: Sequence[Format[M]], name: str | None) -> Format[M]:
    return table.named(offers, name) if name else offers[0]


def _service(exchange: Exchange) -> str:
    """The address that clients reach, as the settings have it."""
    serve = exchange.settings.serve
    return exchange.settings.issuer_at(serve.host, serve.port)


@click.command(
    epilog="Example:  gateway get /sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0/M.GT.MX --format csv"
)
@click.argument("path")
@click.option("--format", "name", help="A short name (csv, ss, generic) or a media type.")
@home_option
def get(path: str, name: str | None, home: Path | None) -> None:
    """Answer PATH, such as /sdmx/v1/dataflow/LMIG, on standard output.

    The path is the one that a client sends to the service, with its parameters. No token is
    asked for: who can read the home folder can read everything in it.
    """
    parts = urlsplit(path)
    version, _, rest = unquote(parts.path).strip("/").removeprefix("sdmx/").partition("/")
    if version not in DIALECTS:
        raise BadSyntax(f"{path} is no service path.", allowed=("/sdmx/v1/…", "/sdmx/v2/…"))
    dialect = DIALECTS[version]
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    name = name or dict(pairs).get("format")
    asked = question(dialect, rest, [pair for pair in pairs if pair[0] != "format"])
    with opened(home) as exchange:
        try:
            pieces = _pieces(exchange, asked, dialect.number, name)
        except NoResults as error:
            click.echo(f"gateway: {error.sentence()}", err=True)
            raise click.exceptions.Exit(1) from error
        write_out(pieces)
