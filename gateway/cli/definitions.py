"""``gateway dsd``: for the maintainer of the region's definitions."""

import sys
from pathlib import Path

import click

from gateway.cli.opening import home_option, opened
from gateway.cli.output import write_out
from gateway.errors import BadConfiguration, BadFile, NotFound, SemanticError, StorageFault
from gateway.exchange import Exchange
from gateway.formats import table
from gateway.formats.message import StructureMessage
from gateway.formats.negotiation import Wish, choose
from gateway.model.artefact import ItemScheme, Kind
from gateway.model.query import ArtefactPattern, VersionPattern
from gateway.registry.checking import check as check_folder
from gateway.registry.codes import from_csv, to_csv
from gateway.settings import defaults, find_home


@click.group(epilog="Example:  gateway dsd check")
def dsd() -> None:
    """The region's definitions: check them, edit code lists as spreadsheets, export."""


@dsd.command(epilog="Example:  gateway dsd check --home my-gateway")
@home_option
def check(home: Path | None) -> None:
    """Look for every fault in dsd/ and in the provisions, each with its file and line.

    Exit status 1 where something is found.
    """
    found = check_folder(find_home(home).dsd)
    try:  # what the folder alone cannot tell: provisions, and versions served before
        with opened(home) as exchange:
            changed = exchange.definitions.changed(exchange.registry)
            found = [
                f"{each} changed after it was first served: raise its version" for each in changed
            ]
            count = len(list(exchange.registry))
    except BadConfiguration as error:
        found = found or error.message.splitlines()
    for fault in found:
        click.echo(fault)
    if found:
        raise click.exceptions.Exit(1)
    click.echo(f"All is well: {count} artefacts.")


@dsd.command(
    epilog="Example:  gateway dsd codes CL_AGE > ages.csv; gateway dsd codes CL_AGE --from ages.csv"
)
@click.argument("codelist")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A CSV as this command writes it: its codes become the next version of the list.",
)
@home_option
def codes(codelist: str, source: Path | None, home: Path | None) -> None:
    """Write the codes of CODELIST as CSV, or take them back in with --from.

    What comes back is a new version in a file of its own; the published one stays as it is.
    """
    with opened(home) as exchange:
        latest = _codelist(exchange, codelist)
        if source is None:
            sys.stdout.write(to_csv(latest))
            return
        changed = _read(source, latest)
        if changed is latest:
            click.echo(f"{latest.reference} has these codes already; nothing was written.")
            return
        path = _write(exchange, changed)
        users = [
            str(each.reference)
            for each in exchange.registry
            if latest.reference in each.references()
        ]
    click.echo(f"{path} states {changed.reference}.")
    if users:
        click.echo(f"Still on {latest.reference}: {', '.join(users)}.")


@dsd.command(epilog="Example:  gateway dsd export --format xml-3.0 > definitions.xml")
@click.option("--format", "name", default="xml", show_default=True, help="A structure format.")
@home_option
def export(name: str, home: Path | None) -> None:
    """Write every definition as one message on standard output."""
    offers = table.STRUCTURES[1]
    with opened(home) as exchange:
        message = exchange.everything_defined()
        wanted = choose(offers, Wish(parameters={"format": name}))
        write_out(wanted.format.write(message))


def _codelist(exchange: Exchange, id: str) -> ItemScheme:
    pattern = ArtefactPattern((), (id,), (VersionPattern(VersionPattern.LATEST),))
    found = exchange.registry.matching([Kind.CODELIST], pattern)
    if len(found) > 1:
        raise NotFound(
            f"Several agencies have a {id}.",
            spanish=f"Varias agencias tienen {id}.",
            allowed=[str(each.reference) for each in found],
        )
    latest = found[0]
    if not isinstance(latest, ItemScheme):
        raise NotFound(f"{id} is no code list.", spanish=f"{id} no es una lista de códigos.")
    return latest


def _read(source: Path, latest: ItemScheme) -> ItemScheme:
    if latest.agency == "SDMX":
        raise SemanticError(
            f"{latest.reference} is SDMX's own; it is not for us to change.",
            spanish=f"{latest.reference} es de SDMX; no nos toca cambiarla.",
        )
    try:
        return from_csv(source.read_text(encoding="utf-8"), latest)
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(
            f"{source} cannot be read ({error}).", spanish=f"No se puede leer {source} ({error})."
        ) from error


def _write(exchange: Exchange, changed: ItemScheme) -> Path:
    """A file of its own in the home's `dsd/`; taken back where the whole no longer holds."""
    folder = exchange.home.dsd
    if folder == defaults() / "dsd":
        raise StorageFault(
            "This home has no dsd/ of its own to be edited: gateway init HOME makes one.",
            spanish="Esta carpeta no tiene dsd/ propio que editar: gateway init CARPETA hace uno.",
        )
    path = folder / f"{changed.agency}-{changed.id}-{changed.version}.xml"
    if path.exists():
        raise StorageFault(f"{path} is there already.", spanish=f"{path} ya existe.")
    message = StructureMessage(exchange.file_header(path.stem), (changed,))
    path.write_bytes(b"".join(table.STRUCTURE_21.write(message)))
    if faults := check_folder(folder):
        path.unlink()
        raise BadFile("\n".join(faults))
    return path
