"""``gateway keys``: the keys that sign tokens."""

from datetime import datetime
from pathlib import Path

import click
from rich.table import Table

from gateway.access.keys import AHEAD, AT_ONCE
from gateway.cli.opening import home_option, opened
from gateway.cli.output import wide_console


@click.group(epilog="Example:  gateway keys rotate")
def keys() -> None:
    """The keys that sign tokens."""


@keys.command("list", epilog="Example:  gateway keys list")
@home_option
def list_keys(home: Path | None) -> None:
    """List keys: what each is now, and until when it is trusted."""
    table = Table("Key", "State", "Published", "Signs from", "Trusted until", "Here")
    with opened(home) as exchange:
        ring = exchange.keys
        now = exchange.clock()
        for each in ring.all():
            table.add_row(
                each.kid,
                ring.state(each, now),
                _said(each.published_at),
                _said(each.signs_from),
                _said(each.trusted_until),
                "signs" if each.private is not None else "another home's",
            )
    wide_console().print(table)


def _said(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(timespec="seconds")


@keys.command("rotate", epilog="Example:  gateway keys rotate")
@click.option("--now", "at_once", is_flag=True, help="In two seconds: where a key became known.")
@home_option
def rotate(home: Path | None, *, at_once: bool) -> None:
    """Publish the next key. It signs ten minutes from now, when everybody has it.

    The key before it is trusted until the last token that it signed has ended. Nothing is to be
    done at the turn, and no request fails by it.
    """
    with opened(home) as exchange:
        made = exchange.keys.rotate(exchange.clock(), AT_ONCE if at_once else AHEAD)
    click.echo(f"{made.kid} signs from {_said(made.signs_from)} on.")


@keys.command("retire", epilog="Example:  gateway keys retire 3fR…")
@click.argument("key")
@home_option
def retire(key: str, home: Path | None) -> None:
    """Trust KEY no longer, at once: every token that it signed stops."""
    with opened(home) as exchange:
        exchange.keys.retire(key, exchange.clock())
    click.echo(f"{key} is trusted no longer.")
