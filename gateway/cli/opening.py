"""Opens the home that a command works on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from gateway.errors import BadConfiguration
from gateway.exchange import Exchange
from gateway.model.text import Language
from gateway.settings import find_home

P = ParamSpec("P")
R = TypeVar("R")


def home_option(command: Callable[P, R]) -> Callable[P, R]:
    """Give a command the option ``--home``."""
    return click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        help="The home folder (else GATEWAY_HOME, else .gateway here).",
    )(command)


@contextmanager
def opened(home: Path | None) -> Iterator[Exchange]:
    """The exchange of a home, closed afterwards."""
    exchange = Exchange(find_home(home))
    try:
        yield exchange
    finally:
        exchange.close()


def language_of_errors() -> Language:
    """The language of the settings that hold here; Spanish where they cannot be read."""
    try:
        return find_home(None).settings().language
    except BadConfiguration:
        return "es"
