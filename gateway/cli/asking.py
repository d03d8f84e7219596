"""``gateway get``: answer a service path with no server."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import click

from gateway.cli.opening import home_option, opened, remembered
from gateway.cli.output import format_named, output_option, refuse_unreadable, write_out
from gateway.errors import BadSyntax
from gateway.exchange import Exchange
from gateway.exchange.taken import question_at
from gateway.formats import table
from gateway.formats.negotiation import Wish, choose, parted
from gateway.model.query import (
    AvailabilityQuery,
    DataQuery,
    MetadataQuery,
    RegistrationQuery,
    SchemaQuery,
    StructureQuery,
)
from gateway.rest.service import DIALECTS, Question


def _answer(
    exchange: Exchange, path: str, asked: Question, dialect: int, wish: Wish, output: Path | None
) -> Iterator[bytes]:
    """The answer in pieces, for a file or for standard output."""
    match asked:
        case AvailabilityQuery():
            found = exchange.availability(asked, exchange.everything())
            available = choose(table.STRUCTURES[dialect], _in_xml(wish))
            return available.format.write(found.told(available.manner))
        case DataQuery():
            data = choose(table.DATA[dialect], wish)
            refuse_unreadable(data, output, "data")
            message = exchange.data(asked, exchange.everything())
            return data.format.write(message.told(data.manner).asked_for(path))
        case MetadataQuery():
            said = choose(table.METADATA[dialect], wish)
            return said.format.write(exchange.metadata_sets(asked).told(said.manner))
        case RegistrationQuery():
            registered = exchange.registrations(asked, exchange.everything(), _service(exchange))
            return choose(table.REGISTRATIONS, wish).format.write(registered)
        case SchemaQuery():
            schema = choose(table.SCHEMAS[dialect], wish)
            return schema.format.write(exchange.schema(asked))
        case StructureQuery():
            structures = choose(table.STRUCTURES[dialect], _in_xml(wish))
            return structures.format.write(exchange.structures(asked).told(structures.manner))


def _in_xml(wish: Wish) -> Wish:
    """The same wish, for SDMX-ML where it names no format: people read it more easily."""
    if "format" in wish.parameters:
        return wish
    return Wish(parameters={**wish.parameters, "format": "xml"})


def _service(exchange: Exchange) -> str:
    """The address that clients reach, as the settings have it."""
    serve = exchange.settings.serve
    return exchange.settings.issuer_at(serve.host, serve.port)


@click.command(
    epilog="Example:  gateway get /sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0/M.GT.MX --format csv"
)
@click.argument("path")
@click.option("--format", help="A short name (csv, ss, generic, xlsx) or a media type.")
@click.option("--lang", callback=remembered, help="The language of names: es, en, or all.")
@click.option("--labels", help="In SDMX-CSV: id, name or both.")
@output_option
@home_option
def get(path: str, output: Path | None, home: Path | None, **options: str | None) -> None:
    """Answer PATH, such as /sdmx/v1/dataflow/LMIG, on standard output or in a file.

    The path is the one that a client sends to the service, with its parameters; the options
    stand for parameters of the same name. No token is asked for: who can read the home folder can
    read everything in it.
    """
    parts = urlsplit(path)
    version, _, rest = unquote(parts.path).strip("/").removeprefix("sdmx/").partition("/")
    if version not in DIALECTS:
        raise BadSyntax(
            f"{path} is no service path.",
            spanish=f"{path} no es una ruta del servicio.",
            allowed=("/sdmx/v1/…", "/sdmx/v2/…"),
        )
    dialect = DIALECTS[version]
    own = [(option, value) for option, value in options.items() if value is not None]
    wishes, pairs = parted([*parse_qsl(parts.query, keep_blank_values=True), *own])
    asked = question_at(dialect, rest, pairs)
    if (named := format_named(wishes.get("format"), output)) is not None:
        wishes["format"] = named
    with opened(home) as exchange:
        pieces = _answer(exchange, path, asked, dialect.number, Wish(parameters=wishes), output)
        write_out(pieces, output)
