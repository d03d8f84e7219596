"""``gateway get``: answer a service path with no server."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import click

from gateway.cli.opening import home_option, opened, write_out
from gateway.errors import BadSyntax, NoResults
from gateway.exchange import Exchange
from gateway.formats import table
from gateway.model.query import DataQuery, SchemaQuery, StructureQuery
from gateway.rest.service import DIALECTS, question


def _open(
    exchange: Exchange, asked: StructureQuery | SchemaQuery, dialect: int, name: str | None
) -> Iterator[bytes]:
    if isinstance(asked, SchemaQuery):
        offers = table.SCHEMAS[dialect]
        schema = table.named(offers, name) if name else offers[0]
        return schema.write(exchange.schema(asked))
    structures = table.named(table.STRUCTURES[dialect], name or "xml")
    return structures.write(exchange.structures(asked))


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
            if isinstance(asked, DataQuery):
                offers = table.DATA[dialect.number]
                data = table.named(offers, name) if name else offers[0]
                pieces = data.write(exchange.data(asked, exchange.everything()))
            else:
                pieces = _open(exchange, asked, dialect.number, name)
        except NoResults as error:
            click.echo(f"gateway: {error.sentence()}", err=True)
            raise click.exceptions.Exit(1) from error
        write_out(pieces)
