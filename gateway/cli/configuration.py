"""``gateway config``: whether what a statistician edited holds."""

import json
from pathlib import Path

import click

from gateway.cli.opening import home_option, language_option
from gateway.exchange.configuration import RULES, check_configuration
from gateway.model.text import Language, Text
from gateway.settings import find_home

_SOUND = Text(
    "Sin faltas: {provisions} provisiones, {code_maps} mapas de códigos.",
    "No faults: {provisions} provisions, {code_maps} code maps.",
)
_FAULTS = Text("{many} faltas. Corríjalas en los archivos nombrados.",
               "{many} faults. Mend them in the files named.")  # fmt: skip


@click.group(epilog="Example:  gateway config check")
def config() -> None:
    """What stands in config/: settings, provisions and code maps."""


@config.command(epilog="Example:  gateway config check --home my-gateway")
@click.option("--json", "as_json", is_flag=True, help="Print the faults as one JSON object.")
@language_option
@home_option
def check(*, as_json: bool, lang: str | None, home: Path | None) -> None:
    """Name every fault of gateway.toml, of the provisions and of their code maps, at once.

    Exit status: 0 nothing is wrong; 1 something is.
    """
    place = find_home(home)
    found = check_configuration(place)
    if as_json:
        counts = {"provisions": found.provisions, "code_maps": found.code_maps}
        click.echo(json.dumps({**counts, "faults": found.faults}, ensure_ascii=False))
    else:
        for fault in found.faults:
            click.echo(fault)
        said = _FAULTS if found.faults else _SOUND
        language: Language = "en" if (lang or place.language) == "en" else "es"
        click.echo(
            said.said(language).format(
                provisions=found.provisions, code_maps=found.code_maps, many=len(found.faults)
            )
        )
    if found.faults:
        raise click.exceptions.Exit(1)


@config.command(epilog="Example:  gateway config rules --lang en")
@language_option
@home_option
def rules(*, lang: str | None, home: Path | None) -> None:
    """List the rules that a file must pass: each a name, and what it demands."""
    language: Language = "en" if (lang or find_home(home).language) == "en" else "es"
    width = max(map(len, RULES))
    for name, statement in RULES.items():
        click.echo(f"{name:<{width}}  {statement.said(language)}")
