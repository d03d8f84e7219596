"""``gateway releases``: what was released, what it changed, and the proof that it is still so."""

import sys
from datetime import datetime
from pathlib import Path

import click
import pyarrow as pa
from pyarrow import csv
from rich.markup import escape
from rich.table import Table

from gateway.cli.opening import home_option, opened
from gateway.cli.output import wide_console
from gateway.exchange import keeping
from gateway.model.observations import REPORTED
from gateway.model.release import Changes, Release
from gateway.releases.changes import SIDE
from gateway.releases.statement import Record

_SHOWN = 40
"""Differing observations that are printed; all of them are in the CSV."""


@click.group(epilog="Example:  gateway releases list")
def releases() -> None:
    """What was released: list, compare, prove, withdraw, index."""


@releases.command("list", epilog="Example:  gateway releases list --provision GT_IGM_RETURNS")
@click.option("--provision", help="Only the releases of one provision.")
@home_option
def list_releases(provision: str | None, home: Path | None) -> None:
    """List releases, oldest first: inserted (+), revised (~) and deleted (-) observations."""
    with opened(home) as exchange:
        found = exchange.records(provision)
        now = exchange.clock()
    headings = ("Provision", "Release", "Released at", "Observations", "Changed", "Years", "Source")
    table = Table(*headings, "Remark")
    for each in found:
        release = each.release
        years = f"{release.parts[0].year}–{release.parts[-1].year}" if release.parts else ""
        table.add_row(
            release.provision,
            str(release.number),
            _seconds(release.released_at),
            str(release.observations),
            _counted(each.changes),
            years,
            escape(release.source_name),
            _remark(release, found, now),
        )
    wide_console().print(table)


def _counted(changes: tuple[Changes, ...]) -> str:
    sums = (sum(getattr(each, name) for each in changes) for name in Changes.__slots__[1:4])
    return " ".join(f"{sign}{count}" for sign, count in zip("+~-", sums, strict=True) if count)


def _remark(release: Release, history: list[Record], now: datetime) -> str:
    if release.withdraws is not None:
        return f"withdraws {release.withdraws}: {escape(release.because or '')}"
    for each in history:
        if (each.release.provision, each.release.withdraws) == (release.provision, release.number):
            return f"withdrawn by {each.release.number}"
    return f"embargo until {_seconds(release.visible_from)}" if release.visible_from > now else ""


def _seconds(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


@releases.command("show", epilog="Example:  gateway releases show GT_IGM_RETURNS 1")
@click.argument("provision")
@click.argument("number", type=int)
@home_option
def show_release(provision: str, number: int, home: Path | None) -> None:
    """Show one release with its parts, what it changed, and its digests."""
    with opened(home) as exchange:
        found = keeping.record(exchange, provision, number)
    release = found.release
    lines = {
        "provision": release.provision,
        "release": release.number,
        "dataflow": release.dataflow,
        "released at": release.released_at.isoformat(),
        "visible from": release.visible_from.isoformat(),
        "withdraws": release.withdraws,
        "because": release.because,
        "source": release.source_name,
        "source sha256": release.source_sha256,
        "observations": release.observations,
        "findings": len(found.findings),
        "digest before": release.previous_digest,
        "digest": release.digest,
    }
    for name, value in lines.items():
        if value is not None:
            click.echo(f"{name:14} {value}")
    for part in release.parts:
        click.echo(f"part {part.year:<9} {part.sha256}  {part.observations} observations")
    for each in found.changes:
        counts = f"{each.inserted} inserted, {each.revised} revised, {each.deleted} deleted"
        click.echo(f"changes {each.year:<6} {counts}")


@releases.command("diff", epilog="Example:  gateway releases diff GT_IGM_RETURNS 1 2 --csv > d.csv")
@click.argument("provision")
@click.argument("one", type=int)
@click.argument("other", type=int)
@click.option("--csv", "as_csv", is_flag=True, help="Print every differing observation as CSV.")
@home_option
def diff_releases(provision: str, one: int, other: int, home: Path | None, *, as_csv: bool) -> None:
    """Show all that differs between two releases: as it was before, as it is after."""
    with opened(home) as exchange:
        rows, sums = keeping.differences(exchange, provision, one, other)
        structure = exchange.provision(provision).structure
    if as_csv:
        plain = [pa.field(each.name, pa.string()) for each in rows.schema]
        csv.write_csv(rows.cast(pa.schema(plain)), sys.stdout.buffer)
        return
    if not rows.num_rows:
        click.echo(f"Releases {one} and {other} of {provision} state the same.")
        return
    console = wide_console()
    console.print(_table(sums, ("YEAR", SIDE, "rows", "total")))
    key = {*structure.dimension_ids, structure.time.id}
    varied = [name for name in rows.column_names if len(rows.column(name).unique()) > 1]
    told = {SIDE, REPORTED, structure.measure.id}
    names = (
        *(name for name in varied if name in key),
        *(SIDE, REPORTED),
        *(name for name in varied if name not in key | told),
    )
    console.print(_table(rows.slice(0, _SHOWN), names))
    if rows.num_rows > _SHOWN:
        click.echo(f"… and {rows.num_rows - _SHOWN} more: --csv prints them all.")


def _table(rows: pa.Table, names: tuple[str, ...]) -> Table:
    table = Table(*names)
    for row in rows.select([*names]).to_pylist():
        table.add_row(*(_said(value) for value in row.values()))
    return table


def _said(value: object) -> str:
    if value is None:
        return ""
    return escape(f"{value:,.10g}" if isinstance(value, float) else str(value))


@releases.command("verify", epilog="Example:  gateway releases verify")
@click.option("--provision", help="Only the releases of one provision.")
@home_option
def verify_releases(provision: str | None, home: Path | None) -> None:
    """Prove that every release is as it was released, from the file handed in to its parts.

    The digest of the last release of a provision stands for all before it: who has noted it down
    can tell later that none was touched. Exit status 1 where something was.
    """
    with opened(home) as exchange:
        found = list(keeping.verify(exchange, provision))
    for proof in found:
        release = proof.release
        says = "holds" if not proof.faults else "DOES NOT HOLD"
        click.echo(f"{release.provision} {release.number} {release.digest} {says}")
        for fault in proof.faults:
            click.echo(f"  {fault}")
    if any(proof.faults for proof in found):
        raise click.exceptions.Exit(1)
    click.echo(f"{len(found)} releases hold.")


@releases.command("index", epilog="Example:  gateway releases index")
@home_option
def index_releases(home: Path | None) -> None:
    """Make the serving indexes anew from the parts, and remove those that nobody asks for."""
    with opened(home) as exchange:
        for release in keeping.reindex(exchange):
            count = f"{release.observations} observations"
            click.echo(f"{release.provision} {release.number}  {count}")


@releases.command(
    "withdraw",
    epilog='Example:  gateway releases withdraw GT_IGM_RETURNS 2 --because "wrong month"',
)
@click.argument("provision")
@click.argument("number", type=int)
@click.option("--because", required=True, help="Why; it stays on record.")
@home_option
def withdraw_release(provision: str, number: int, because: str, home: Path | None) -> None:
    """Take back the release that stands: what was stated before it is stated again.

    Nothing is deleted. The release stays on record, and who asks as of a moment at which it stood
    still reads it.
    """
    with opened(home) as exchange:
        release = keeping.withdraw(exchange, provision, number, because)
    click.echo(
        f"Release {number} of {provision} is withdrawn by release {release.number}, which states "
        f"{release.observations} observations."
    )
