"""``gateway grants`` and ``gateway embargoes``: who may do what with which figures, and when."""

from datetime import datetime
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from gateway.access.grants import ACTIONS, RESTRICTED, Grant
from gateway.cli.opening import MOMENT, home_option, login_name, noted, opened
from gateway.cli.output import wide_console
from gateway.exchange import granting
from gateway.model.query import Filter
from gateway.model.visibility import Sight, View


@click.group(epilog="Example:  gateway grants add organisation:INE_GT --dataflow 'LMIG:DF_*'")
def grants() -> None:
    """Who may do what with which figures: nothing is allowed that no grant allows."""


@grants.command(
    "add",
    epilog="Example:  gateway grants add client:ine-gt --dataflow LMIG:DF_RETURNS "
    "--region 'key=M.GT&c[SEX]=F' --status N --agreement 'Convenio 7/2026'",
)
@click.argument("subject")
@click.option("--action", "actions", multiple=True, type=click.Choice(ACTIONS), default=["read"],
              show_default=True, help="What is allowed; given again for each.")  # fmt: skip
@click.option("--provider", default="*", show_default=True, help="Whose figures: GT_IGM, 'GT_*'.")
@click.option("--dataflow", default="*", show_default=True, help="'LMIG:DF_RETURNS(1.0.0)'.")
@click.option("--region", default="", help="A part of the cube: 'key=M.GT&c[SEX]=F'.")
@click.option("--status", "statuses", multiple=True, type=click.Choice(sorted(RESTRICTED)),
              help="A CONF_STATUS read besides what is free; given again for each.")  # fmt: skip
@click.option("--embargoed", is_flag=True, help="Read releases ahead of their time.")
@click.option("--deny", is_flag=True, help="Take away, whatever else is granted.")
@click.option("--from", "valid_from", type=MOMENT, help="When it begins: 2026-12-01T08:00-06:00.")
@click.option("--until", "valid_to", type=MOMENT, help="When it ends.")
@click.option("--agreement", default="", help="The agreement under which it is granted.")
@click.option("--approved-by", default="", help="Who approved it.")
@home_option
def add_grant(
    subject: str,
    actions: tuple[str, ...],
    provider: str,
    dataflow: str,
    region: str,
    statuses: tuple[str, ...],
    valid_from: datetime | None,
    valid_to: datetime | None,
    agreement: str,
    approved_by: str,
    home: Path | None,
    *,
    embargoed: bool,
    deny: bool,
) -> None:
    """Grant something to SUBJECT: '*', client:ID, organisation:ID, group:ID or person:ID."""
    wanted = Grant(
        subject,
        actions,
        provider,
        dataflow,
        region,
        frozenset(statuses),
        embargoed=embargoed,
        denies=deny,
        valid_from=valid_from,
        valid_to=valid_to,
        agreement=agreement,
        approved_by=approved_by,
    )
    with opened(home) as exchange:
        fit = granting.fitting(exchange, wanted)
        made = exchange.grants.add(fit, login_name(), exchange.clock())
        noted(exchange, "grants.add", made.id, told(made))
    click.echo(f"{made.id}  {told(made)}")


def told(grant: Grant) -> str:
    """A grant in one line."""
    parts = [
        "DENIED" if grant.denies else "",
        grant.subject,
        "+".join(grant.actions),
        f"{grant.provider} {grant.dataflow}",
        grant.region,
        f"status {'+'.join(sorted(grant.statuses))}" if grant.statuses else "",
        "ahead of release" if grant.embargoed else "",
        f"from {grant.valid_from.isoformat()}" if grant.valid_from else "",
        f"until {grant.valid_to.isoformat()}" if grant.valid_to else "",
        f"({grant.agreement})" if grant.agreement else "",
    ]
    return " ".join(each for each in parts if each)


_HEADINGS = ("Grant", "Subject", "Actions", "Provider", "Dataflow", "Region", "Statuses", "Notes")


@grants.command("list", epilog="Example:  gateway grants list --revoked")
@click.option("--revoked", is_flag=True, help="Those that were revoked, too.")
@home_option
def list_grants(home: Path | None, *, revoked: bool) -> None:
    """List grants, oldest first."""
    table = Table(*_HEADINGS)
    with opened(home) as exchange:
        for each in exchange.grants.all():
            if each.revoked_at is None or revoked:
                table.add_row(
                    each.id,
                    escape(each.subject),
                    " ".join(each.actions),
                    each.provider,
                    each.dataflow,
                    escape(each.region),
                    " ".join(sorted(each.statuses)),
                    escape(_notes(each)),
                )
    wide_console().print(table)


def _notes(grant: Grant) -> str:
    notes = [
        "denies" if grant.denies else "",
        "ahead of release" if grant.embargoed else "",
        grant.agreement,
        f"revoked {grant.revoked_at:%Y-%m-%d}" if grant.revoked_at else "",
    ]
    return ", ".join(each for each in notes if each)


@grants.command("show", epilog="Example:  gateway grants show grant-1a2b3c4d")
@click.argument("grant")
@home_option
def show_grant(grant: str, home: Path | None) -> None:
    """Show all that is on record of GRANT."""
    with opened(home) as exchange:
        found = exchange.grants.get(grant)
    lines = {
        "grant": found.id,
        "says": told(found),
        "agreement": found.agreement,
        "approved by": found.approved_by,
        "created by": found.created_by,
        "created at": found.created_at.isoformat() if found.created_at else "",
        "revoked by": found.revoked_by or "",
        "revoked at": found.revoked_at.isoformat() if found.revoked_at else "",
    }
    for name, value in lines.items():
        click.echo(f"{name:<12} {value}".rstrip())


@grants.command("revoke", epilog="Example:  gateway grants revoke grant-1a2b3c4d")
@click.argument("grant")
@home_option
def revoke_grant(grant: str, home: Path | None) -> None:
    """End GRANT at once, for tokens that are out too. It stays on record."""
    with opened(home) as exchange:
        exchange.grants.revoke(grant, login_name(), exchange.clock())
        noted(exchange, "grants.revoke", grant)
    click.echo(f"{grant} is revoked.")


@grants.command("explain", epilog="Example:  gateway grants explain client:ine-gt")
@click.argument("subject")
@click.option("--provision", help="Only one provision.")
@home_option
def explain(subject: str, provision: str | None, home: Path | None) -> None:
    """Say what SUBJECT may read of each provision, and by which grants."""
    with opened(home) as exchange:
        if provision is not None:
            exchange.provision(provision)
        caller = granting.somebody(exchange, subject)
        for each in granting.explained(exchange, caller):
            if provision in (None, each.provision):
                click.echo(f"{each.provision}  {each.flow}: {_seen(each.view)}")
                for grant in each.grants:
                    click.echo(f"    {grant.id}  {told(grant)}")


def _seen(view: View) -> str:
    """What a view lets read, in words."""
    if not view.sights:
        return "nothing"
    seen = "; ".join(_sight(each) for each in view.sights)
    less = "".join(f"; not {_region(each)}" for each in view.denied)
    held = "".join(f"; {_region(each.region)} not before {each.until.isoformat()}"
                   for each in view.embargoes)  # fmt: skip
    return seen + less + held


def _sight(sight: Sight) -> str:
    statuses = " ".join(sorted(sight.statuses or ()))
    kinds = f"free figures and those of status {statuses}" if statuses else "free figures"
    passed_on = sight.named != frozenset() and sight.organisation is not None
    named = f", and what is passed on to {sight.organisation}" if passed_on else ""
    ahead = ", ahead of release" if sight.ahead else ""
    return f"{kinds}{named} of {_region(sight.region) if sight.region else 'all'}{ahead}"


def _region(region: tuple[Filter, ...]) -> str:
    return " and ".join(
        f"{each.component} "
        + " or ".join(
            " and ".join(f"{one.operator}:{one.value}" for one in group)
            for group in each.alternatives
        )
        for each in region
    )


@grants.command("readers", epilog="Example:  gateway grants readers")
@home_option
def readers(home: Path | None) -> None:
    """List who reads each provision before it is public, and under which agreement."""
    table = Table("Provision", "Reader", "Agreement", "Approved by", "Until", "Grant")
    with opened(home) as exchange:
        for provision, grant in granting.readers_ahead(exchange):
            until = grant.valid_to.isoformat() if grant.valid_to else ""
            agreement, approved = escape(grant.agreement), escape(grant.approved_by)
            subject = escape(grant.subject)
            table.add_row(provision.id, subject, agreement, approved, until, grant.id)
    wide_console().print(table)


@click.group(epilog="Example:  gateway embargoes list")
def embargoes() -> None:
    """Parts of the figures that nobody reads before a moment, but for readers ahead."""


@embargoes.command(
    "add",
    epilog="Example:  gateway embargoes add GT_IGM_RETURNS --region 'c[TIME_PERIOD]=ge:2026' "
    "--until 2026-12-01T08:00-06:00",
)
@click.argument("provision")
@click.option("--region", required=True, help="Which part: 'key=M.GT&c[TIME_PERIOD]=ge:2026'.")
@click.option("--until", type=MOMENT, required=True, help="When it is over, with a time zone.")
@home_option
def add_embargo(provision: str, region: str, until: datetime, home: Path | None) -> None:
    """Hold a region of PROVISION back, in whichever release; set it before the release."""
    with opened(home) as exchange:
        made = granting.hold_back(exchange, provision, region, until, login_name())
        noted(exchange, "embargoes.add", made.id, f"{provision} {region} {until.isoformat()}")
    click.echo(f"{made.id}  {provision} {region} not before {until.isoformat()}")


@embargoes.command("list", epilog="Example:  gateway embargoes list")
@home_option
def list_embargoes(home: Path | None) -> None:
    """List the embargoes of regions; a release's own is in gateway releases list."""
    table = Table("Embargo", "Provision", "Region", "Until", "By")
    with opened(home) as exchange:
        for each in exchange.grants.rules().embargoes:
            until = each.until.isoformat()
            table.add_row(
                each.id, each.provision, escape(each.region), until, escape(each.created_by)
            )
    wide_console().print(table)


@embargoes.command("lift", epilog="Example:  gateway embargoes lift embargo-1a2b3c4d")
@click.argument("embargo")
@home_option
def lift_embargo(embargo: str, home: Path | None) -> None:
    """End EMBARGO now."""
    with opened(home) as exchange:
        exchange.grants.lift(embargo)
        noted(exchange, "embargoes.lift", embargo)
    click.echo(f"{embargo} is lifted.")
