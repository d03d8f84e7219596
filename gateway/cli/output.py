"""Where an answer goes: to standard output or to a file, and in which format."""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ParamSpec, TypeVar

import click
from rich.console import Console

from gateway.errors import NotAcceptable, StorageFault
from gateway.formats.negotiation import Choice
from gateway.formats.table import M

P = ParamSpec("P")
R = TypeVar("R")


def output_option(command: Callable[P, R]) -> Callable[P, R]:
    """Give a command the option ``--output``."""
    return click.option(
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        help="A file for the answer, which takes the place of one with its name; without --format "
        "it is in the format that its name ends in.",
    )(command)


def format_named(written: str | None, output: Path | None) -> str | None:
    """The short name of the format that was asked for, else that which the file's name ends in."""
    suffix = "" if output is None else output.suffix.removeprefix(".")
    return written or suffix or None


def refuse_unreadable(wanted: Choice[M], output: Path | None, name: str) -> None:
    """Raise NotAcceptable for a format that the terminal it would go to cannot show.

    With what to do instead, such as naming a file by this name.
    """
    if output is None and wanted.format.packed and sys.stdout.isatty():
        extension = wanted.format.extension
        raise NotAcceptable(
            f"A terminal cannot show {extension}: name a file, or send it on with > or |.",
            spanish=f"Una terminal no puede mostrar {extension}: nombre un archivo, o páselo "
            "con > o |.",
            subject="format",
            allowed=(f"--output {name}.{extension}", "--format csv"),
        )


def write_out(pieces: Iterable[bytes], output: Path | None = None) -> None:
    """Write a message to a file, else to standard output. Raises StorageFault.

    Whoever reads standard output may stop when they have enough.
    """
    if output is not None:
        _write_to(output, pieces)
        return
    try:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # What is still buffered has no reader; closing it again must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write_to(path: Path, pieces: Iterable[bytes]) -> None:
    """A file that appears under its name once it is whole."""
    passing = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with passing.open("wb") as file:
            file.writelines(pieces)
        passing.replace(path)
    except OSError as error:
        raise StorageFault(
            f"{path} cannot be written ({error.strerror}).",
            spanish=f"No se puede escribir {path} ({error.strerror}).",
            subject=str(path),
        ) from error
    finally:
        passing.unlink(missing_ok=True)


def wide_console() -> Console:
    """A console that cuts nothing short where its output goes to a file or another program."""
    return Console(width=None if sys.stdout.isatty() else 240)
