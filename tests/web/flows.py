"""A gateway with two countries' large returns, some of them confidential and some held back."""

import json
import os
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pyarrow as pa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.access.clients import SCOPES
from gateway.access.grants import Grant
from gateway.exchange import Exchange
from gateway.model.observations import REPORTED, Observations
from gateway.model.release import Release, Replaces
from gateway.releases.publishing import Publisher, Supply
from gateway.settings import Home
from gateway.web import create_app
from gateway.web.ahead import Ahead
from gateway.web.log import Log
from gateway.web.stores import Stores, stores
from tests.benchmarks.figures import figures
from tests.conftest import ISSUER, Clock, token
from tests.homes import configure, fresh
from tests.intake.books import GT, SV

FLOW = "LMIG:DF_RETURNS(1.0.0)"
WHOLE = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0?format=csv"
"""More than `largest` in the settings, whoever asks."""

COUNT = 2_040
"""Observations of each country."""

MANY = 10_000

_CACHES = {
    "with": "memory = 0\nlargest = 16\ndisk = 64\n",
    "without": "memory = 0\nlargest = 16\ndisk = 0\n",
}


@dataclass
class Flows:
    """The home, one run of it with files for large answers, and one without any cache."""

    root: Path
    clock: Clock = field(default_factory=Clock)
    secrets: dict[str, tuple[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.started = self.clock.now = datetime.now(UTC)  # tokens are of the machine's clock
        configure(fresh(self.root / "home"))
        self.plain = self._exchange("without")
        self.exchange = self._exchange("with")
        self.bare = create_app(self.plain, ISSUER).test_client()
        self._start("run")

    def _start(self, run: str) -> None:
        self.run = self.root / run
        self.run.mkdir()
        self.said = BytesIO()
        self.web = self.process()

    def other(self) -> "Flows":
        """Another run of the same home at the same time."""
        found = copy(self)
        found._start("other")
        return found

    def _exchange(self, caches: str) -> Exchange:
        home = Home(self.root / "home")
        settings = home.config / "gateway.toml"
        settings.write_text(f"[cache]\n{_CACHES[caches]}[limits]\ndata = 0\n", encoding="utf-8")
        os.utime(settings, (0, 0))  # else it would count as a change of definitions
        return Exchange(home, self.clock)

    def process(self) -> FlaskClient:
        """One of the processes of the run."""
        return create_app(self.exchange, ISSUER, Log(self.said), self.run).test_client()

    @property
    def kept(self) -> Stores:
        """The stores of the run, as a process has them."""
        return stores(self.exchange, self.run.name)

    @property
    def ahead(self) -> Ahead:
        """What makes answers ahead, as a worker has it."""
        return Ahead(self.exchange, ISSUER, self.kept)

    def made_ahead(self) -> int:
        """Make what is missing, as the process does that is started for it; how many there were."""
        missing = self.ahead.look()
        self.ahead.make(missing, Log(self.said))
        return len(missing)

    @property
    def files(self) -> list[Path]:
        folder = self.exchange.home.cache / "answers" / self.run.name
        return sorted(each for each in folder.glob("*") if each.name != ".lock")

    def close(self) -> None:
        self.exchange.close()
        self.plain.close()

    def publish(self, provision: str, seed: int, visible_from: datetime | None = None) -> Release:
        """A release with other figures, of which some are confidential or held back.

        Of every six observations two are free, and one each is confidential, for one organisation
        alone, held back for two minutes and held back for four.
        """
        self.clock.move(milliseconds=1)  # a release is later than the one before
        observations = self._observations(provision, seed)
        supply = Supply(
            provision, FLOW, observations.sorted(), Replaces.YEARS, "x.csv", bytes([seed]),
            visible_from=visible_from,
        )  # fmt: skip
        return Publisher(self.exchange.store).publish(supply, self.clock())[0]

    def publish_more(self) -> None:
        """A release of so many figures, all of them free, that they are large compressed too."""
        supply = Supply(
            SV, FLOW, figures(self.exchange.registry, MANY).unsorted.sorted(), Replaces.YEARS,
            "x.csv", b"x",
        )  # fmt: skip
        self.clock.move(milliseconds=1)
        Publisher(self.exchange.store).publish(supply, self.clock())

    def _observations(self, provision: str, seed: int) -> Observations:
        made = figures(self.exchange.registry, COUNT).unsorted
        rows = made.table.num_rows
        lifts = [(self.started + timedelta(minutes=each)).isoformat() for each in (2, 4)]
        cycles: Mapping[str, list[str | None]] = {
            "CONF_STATUS": ["F", "F", "C", "C", "E", "E"],
            "CONF_REDIST": [None, None, None, "SV_DGME", None, None],
            "EMBARGO_TIME": [None, None, None, None, *lifts],
            "REF_AREA": [provision[:2]],
            REPORTED: [str(seed)],
            made.structure.measure.id: [str(seed)],
        }
        table = made.table
        for name, cycle in cycles.items():
            known = table.schema.field(name)
            words = pa.chunked_array([(cycle * rows)[:rows]], pa.string())
            column = words if known.type == pa.string() else words.cast(known.type)
            table = table.set_column(table.column_names.index(name), known, column)
        return Observations(made.structure, table)

    def client(self, id: str, *grants: Grant, scopes: tuple[str, ...] = SCOPES,
               organisation: str | None = None) -> str:  # fmt: skip
        """A client with scopes and grants of its own; its id."""
        now = self.clock()
        self.secrets[id] = self.exchange.clients.add(id, scopes, now, id, organisation)
        if grants:
            self.exchange.grants.change(grants, [], "tests", now)
        return id

    def token(self, id: str) -> str:
        """The token of a client, which holds for ten minutes."""
        if id not in self.tokens:
            self.tokens[id] = token(self.web, *self.secrets[id])
        return self.tokens[id]

    def get(self, id: str, web: FlaskClient | None = None, path: str = WHOLE, **headers: str
            ) -> TestResponse:  # fmt: skip
        """The whole flow, as one client reads it; `_` in a header's name is a hyphen."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("Authorization", f"Bearer {self.token(id)}")
        return (web or self.web).get(path, headers=named, buffered=True)

    def answers(self) -> list[str]:
        """How each answer of the run came about, since this was last asked."""
        lines = [json.loads(each) for each in self.said.getvalue().splitlines()]
        self.said.seek(0)
        self.said.truncate()
        return [each["answer"] for each in lines if each.get("answer")]


def both(root: Path) -> Flows:
    """A gateway with a release of each country."""
    flows = Flows(root)
    for seed, provision in enumerate((SV, GT), start=1):
        flows.publish(provision, seed)
    return flows
