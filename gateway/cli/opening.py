"""Opens the home that a command works on."""

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from gateway.access.decision import Decision
from gateway.exchange import Exchange
from gateway.model.text import LANGUAGES, Language
from gateway.settings import find_home

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class _Moment(click.ParamType[datetime]):
    """A moment with its time zone: what it means must not depend on where it is typed."""

    name = "moment"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no moment, such as 2026-12-01T08:00-06:00.", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value!r} names no time zone: add Z, or an offset as -06:00.", param, ctx)
        return moment


MOMENT = _Moment()
"""The type of an option that is a moment."""


def remembered(context: click.Context, parameter: click.Parameter, value: T) -> T:
    """The value of an option, kept for whoever says in which language a fault is told."""
    context.ensure_object(dict)[str(parameter.name)] = value
    return value


def home_option(command: Callable[P, R]) -> Callable[P, R]:
    """Give a command the option ``--home``."""
    return click.option(
        "--home",
        type=click.Path(path_type=Path),
        callback=remembered,
        help="The home folder (else GATEWAY_HOME, else .gateway here).",
    )(command)


def language_option(command: Callable[P, R]) -> Callable[P, R]:
    """Give a command the option ``--lang``."""
    return click.option(
        "--lang",
        type=click.Choice(LANGUAGES),
        callback=remembered,
        help="The language, es or en (else that of the home).",
    )(command)


def language_of(asked: str | None, exchange: Exchange) -> Language:
    """The language that was asked for, else that of the home."""
    said = asked if asked in LANGUAGES else exchange.settings.language
    return "en" if said == "en" else "es"


def login_name() -> str:
    """Who works at the terminal; the user's number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def noted(exchange: Exchange, action: str, what: str, query: str = "") -> None:
    """Put on record what was done at the terminal, and by whom."""
    done = Decision(exchange.clock(), action, 0, subject=login_name(), issuer=TERMINAL, flow=what)
    exchange.audit.record(replace(done, query=query, policy=exchange.grants.version()))


TERMINAL = "terminal"
"""Stands in the audit for the issuer of a token, where somebody works on the home itself."""


@contextmanager
def opened(home: Path | None) -> Iterator[Exchange]:
    """The exchange of a home, closed afterwards."""
    exchange = Exchange(find_home(home))
    try:
        yield exchange
    finally:
        exchange.close()
