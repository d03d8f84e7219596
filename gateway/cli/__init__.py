"""The command line: people at a terminal, and nightly jobs."""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from gateway import __version__
from gateway.errors import GatewayError, NoResults
from gateway.model.text import LANGUAGES, Language
from gateway.settings import find_home

_COMMANDS: Mapping[str, tuple[str, str]] = {
    "demo": ("demo", "Load the three countries' sample files and serve them on this machine."),
    "init": ("administration", "Make a home folder with its own dsd/ and config/ to edit."),
    "submit": ("intake", "Check a file and release it: all of it, or nothing."),
    "approve": ("submissions", "Release what waits for a second pair of eyes."),
    "refuse": ("submissions", "End a submission without a release."),
    "submissions": ("submissions", "What was handed in: list, show, resume."),
    "get": ("asking", "Answer a service path with no server."),
    "compare": ("comparing", "What one country says of another beside what that one says of it."),
    "corridors": ("overview", "Who says how many moved from where to where in a period."),
    "coverage": ("overview", "Which country states which flow, to which breakdown, how late."),
    "reconcile": ("overview", "Totals beside the sums of their parts, and what is missing."),
    "serve": ("serving", "Serve the gateway until Ctrl-C or SIGTERM."),
    "releases": ("releases", "What was released: list, compare, prove, withdraw, index."),
    "organisations": ("administration", "Offices and others that clients act for."),
    "grants": ("grants", "Who may do what with which figures: add, list, revoke, explain."),
    "embargoes": ("grants", "Parts of the figures that nobody reads yet."),
    "access": ("access", "All of that as one file: apply it, export it."),
    "audit": ("auditing", "What was decided for whom: show, verify."),
    "clients": ("clients", "Machines that may ask for data."),
    "people": ("people", "Who may sign in: add, list, revoke, reset, second-factor."),
    "login": ("login", "Sign in to a gateway, here or elsewhere, with a code on its page."),
    "logout": ("login", "Forget a gateway's tokens, and end them."),
    "token": ("login", "Print a token, or the lines to paste into a program that has none."),
    "keys": ("keys", "The keys that sign tokens: list, rotate, retire."),
    "dsd": ("definitions", "The region's definitions: check them, edit code lists, export."),
    "config": ("configuration", "What a statistician edits in config/: check all of it."),
    "backup": ("safety", "Write everything that the gateway holds to one file."),
    "restore": ("safety", "Put back what a backup holds."),
    "doctor": ("administration", "Look for what does not hold in a home."),
}
"""Each command with its module and what it does, in the order of the help."""


class _Commands(click.Group):
    """A group whose commands are imported when they are called: ``get`` needs no web server."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"gateway.cli.{_COMMANDS[cmd_name][0]}")
        command = getattr(module, cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in _COMMANDS.items()])


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="gateway")
def commands() -> None:
    """Turn the migration statistics of Guatemala, Mexico and El Salvador into SDMX, and serve them.

    The home folder holds the gateway's state: --home, else GATEWAY_HOME, else .gateway here.

    Example:  gateway demo
    """


def main() -> None:
    """Run a command; a fault is one sentence on standard error and status 2.

    A good question with an empty answer is told there too, with status 1.
    """
    options: dict[str, Any] = {}
    try:
        # Out of its standalone mode click gives back the status that a command exits with.
        sys.exit(commands(standalone_mode=False, obj=options))
    except GatewayError as error:
        click.echo(f"gateway: {error.sentence(_language(options))}", err=True)
        sys.exit(1 if isinstance(error, NoResults) else 2)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has enough of it
        sys.exit(0)


def _language(options: Mapping[str, Any]) -> Language:
    """The language that was asked for, else that of the home."""
    asked = options.get("lang")
    if asked in LANGUAGES:
        return "en" if asked == "en" else "es"
    return find_home(options.get("home")).language
