"""The command line: people at a terminal, and nightly jobs."""

import sys

import click

from gateway import __version__
from gateway.cli.administration import clients, doctor, init, releases
from gateway.cli.asking import get
from gateway.cli.intake import submit
from gateway.cli.opening import language_of_errors
from gateway.cli.serving import demo, serve
from gateway.errors import GatewayError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="gateway")
def commands() -> None:
    """Turn the migration statistics of Guatemala, Mexico and El Salvador into SDMX, and serve them.

    The home folder holds the gateway's state: --home, else GATEWAY_HOME, else .gateway here.

    Start with:  gateway demo
    """


for command in (demo, init, submit, get, serve, releases, clients, doctor):
    commands.add_command(command)


def main() -> None:
    """Run a command; a fault is one sentence on standard error and status 2."""
    try:
        commands(standalone_mode=False)
    except GatewayError as error:
        click.echo(f"gateway: {error.sentence(language_of_errors())}", err=True)
        sys.exit(2)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has enough of it
        sys.exit(0)
