"""Makes answers ahead, in a process of its own: see `gateway.web.ahead`, which starts it."""

import sys
from contextlib import closing

from gateway.exchange import Exchange
from gateway.settings import handed_down
from gateway.web.ahead import Ahead
from gateway.web.log import Log
from gateway.web.parent import end_with_parent
from gateway.web.stores import stores


def main() -> None:
    """Make what was named on the command line, and end."""
    end_with_parent()
    run = handed_down()
    with closing(Exchange(run.home)) as exchange:
        Ahead(exchange, run.issuer, stores(exchange, run.counts.name)).make(sys.argv[1:], Log())


if __name__ == "__main__":
    main()
