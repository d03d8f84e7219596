"""``gateway backup`` and ``gateway restore``: everything in one file, while the gateway serves."""

from pathlib import Path

import click

from gateway.cli.opening import home_option, opened
from gateway.exchange.backup import adopt
from gateway.exchange.backup import backup as write_backup
from gateway.exchange.backup import restore as put_back
from gateway.settings import find_home


@click.command(epilog="Example:  gateway backup gateway-2026-11-23.tar")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@home_option
def backup(file: Path, home: Path | None) -> None:
    """Write everything that the gateway holds to FILE: one moment's state, while it serves.

    It holds the key that signs tokens: keep it where others cannot read it.
    """
    with opened(home) as exchange:
        done = write_backup(exchange, file)
    size = file.stat().st_size
    click.echo(f"{file}: {done.releases} releases, {done.files} files, {size:,} bytes.")


@click.command(epilog="Example:  gateway restore gateway-2026-11-23.tar --home /srv/gateway")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="Put it in place of what is there.")
@home_option
def restore(file: Path, home: Path | None, *, replace: bool) -> None:
    """Put back what `gateway backup` wrote to FILE, into an empty home or over what is there.

    Whoever asks meanwhile reads the old state or the new one. The config/, dsd/ and keys/ that a
    home has stay as they are; what it lacks of them is put there too.
    """
    adopted = adopt(file, find_home(home))
    with opened(home) as exchange:
        done = put_back(exchange, file, replace=replace)
        faults = [*exchange.store.faults()]
    own = "".join(f", {name}/" for name in adopted)
    click.echo(f"{done.releases} releases, {done.files} files{own} are back.")
    for fault in faults:
        click.echo(fault)
    if faults:
        raise click.exceptions.Exit(1)
