"""Over HTTP, by real rights: what a client or a person may not read shows in nothing of the mirror.

Neither in its figures, its counts and its history, nor in when and under which tag it is answered.
"""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from gateway.access.clients import DATA_READ, Proof
from gateway.access.grants import Grant
from gateway.exchange import Exchange
from gateway.exchange.granting import hold_back
from gateway.web import create_app
from tests.conftest import ISSUER, Clock, token
from tests.figures import Row
from tests.homes import fresh
from tests.mirror.stating import GUATEMALA, MEXICO, months
from tests.releases.publishing import publish
from tests.web.attacks.asking import with_token
from tests.web.attacks.test_people import asking, granted, redeemed
from tests.web.visiting import Visitor, invited

GT, MX = "GT_IGM_RETURNS", "MX_UPMRIP_RETURNS"
PATH = "dataflow/LMIG/DF_MIRROR/1.0.0"
ASKED = (
    f"/sdmx/v2/data/{PATH}?format=csv",
    f"/sdmx/v2/data/{PATH}/M.GT.MX?format=csv&lastNObservations=1",
    f"/sdmx/v2/data/{PATH}?format=csv&c[OBS_VALUE]=ge:0",
    f"/sdmx/v2/data/{PATH}?format=csv&c[MIRROR_MEASURE]=RANK,LAG,CHANGE",
    f"/sdmx/v2/data/{PATH}?format=csv&c[MIRROR_STATUS]=OUTLIER",
    f"/sdmx/v2/data/{PATH}?format=csv&attributes=none&measures=none",
    "/sdmx/v1/data/LMIG,DF_MIRROR,1.0.0/all?format=csv&detail=serieskeysonly",
)
WOMEN = [*range(10, 36)]
WORLDS = ("0", "9999", None)
"""What the hidden figure is in each."""

HIDDEN = 13
"""The place of the month that is hidden, of 26; later ones are judged by it."""


class House:
    """A gateway in which Guatemala and Mexico state women and men by month."""

    def __init__(self, root: Path) -> None:
        self.clock = Clock()
        self.clock.now = datetime.now(UTC)  # tokens are of that time
        self.exchange = Exchange(fresh(root), self.clock)
        self.app = create_app(self.exchange, ISSUER)

    def state(self, provision: str, women: list[Row], visible_from: datetime | None = None) -> None:
        usual = GUATEMALA if provision == GT else MEXICO
        rows = [{**usual, **row} for row in (*women, *months(WOMEN, SEX="M"))]
        publish(self.exchange.store, rows, now=self.clock(), provision=provision,
                structure=self.exchange.provision(provision).structure, source=repr(rows).encode(),
                visible_from=visible_from)  # fmt: skip
        self.clock.move(seconds=2)

    def client(self, id: str, *grants: Grant) -> str:
        """The token of a client with these grants."""
        now = self.clock()
        _, secret = self.exchange.clients.add(id, [DATA_READ], now, id)
        self.exchange.grants.change(grants, [], "tests", now)
        return token(self.app.test_client(), id, secret)

    def person(self, *grants: Grant) -> str:
        """The token of a person with these grants, who has consented in a browser."""
        now = self.clock()
        self.exchange.clients.add("An app", [DATA_READ], now, "app", proof=Proof(public=True))
        self.exchange.accounts.apps.allow("app", ("https://app.example/back?from=gateway",))
        self.exchange.grants.change(grants, [], "tests", now)
        visitor = Visitor(self.app, self.exchange)
        visitor.set_up(invited(self.exchange, scopes=(DATA_READ,)))
        visitor.open(asking(scope=DATA_READ))
        visitor.send(button="allow")
        return granted(redeemed(self.app, visitor.answer()["code"]))["access_token"]

    def get(self, by: str, path: str = ASKED[0], **headers: str) -> TestResponse:
        if not headers:
            return with_token(self.app.test_client(), by, path)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.app.test_client().get(path, headers={"Authorization": f"Bearer {by}", **named})

    def told(self, by: str) -> list[tuple[int, str]]:
        """All answers, with the values that are available, but for what tells the moment."""
        answers = [self.get(by, path) for path in ASKED]
        available = self.get(by, f"/sdmx/v2/availability/{PATH}/*/*")
        constraint = "" if available.json is None else str(available.json.get("data"))
        return [
            *((each.status_code, each.text) for each in answers),
            (available.status_code, constraint),
        ]


def women(value: str | None, **said: str) -> list[Row]:
    """Women by month, of which one figure may be hidden."""
    rows: list[Row] = [*months(WOMEN, SEX="F")]
    return [*rows[:HIDDEN], {**rows[HIDDEN], "OBS_VALUE": value, **said}, *rows[HIDDEN + 1 :]]


READER = Grant("*", ("read",))
ONE_MONTH = "c[SEX]=F&c[TIME_PERIOD]=eq:2024-02"


@pytest.fixture
def houses(tmp_path: Path) -> Iterator[list[House]]:
    """Three that differ in one figure of Guatemala's that nobody below may read."""
    found = [House(tmp_path / str(number)) for number in range(len(WORLDS))]
    yield found
    for each in found:
        each.exchange.close()


@pytest.mark.parametrize(
    ("by", "hidden"),
    [
        *(("client", hidden) for hidden in ("confidential", "denied", "embargoed")),
        ("person", "denied"),
        # The same rights once more, found by the same policy; a person takes seconds to sign in.
        *(
            pytest.param("person", each, marks=pytest.mark.slow)
            for each in ("confidential", "embargoed")
        ),
    ],
)
def test_no_value_of_a_hidden_figure_changes_an_answer(
    houses: list[House], hidden: str, by: str
) -> None:
    """Hidden by its status, from this caller alone, or until later: in every world the same."""
    said = {"CONF_STATUS": "C"} if hidden == "confidential" else {}
    answers = []
    for house, value in zip(houses, WORLDS, strict=True):
        house.state(GT, women(value, **said))
        house.state(MX, women("23"))
        whom = "client:reader" if by == "client" else "person:maria@ine.gob.gt"
        grants = [READER]
        if hidden == "denied":
            grants.append(Grant(whom, ("read",), region=ONE_MONTH, denies=True))
        if hidden == "embargoed":
            until = house.clock() + timedelta(days=1)
            hold_back(house.exchange, GT, ONE_MONTH, until, "tests")
        bearer = house.client("reader", *grants) if by == "client" else house.person(*grants)
        answers.append(house.told(bearer))

    assert answers[0][0][0] == HTTPStatus.OK
    assert all(each == answers[0] for each in answers[1:])
    rows = [*csv.DictReader(io.StringIO(answers[0][0][1]))]
    assert {row["MIRROR_STATUS"] for row in rows} == {"NOT_COMPARABLE"}  # seen in part


def test_the_same_figure_shows_where_it_is_not_hidden(houses: list[House]) -> None:
    """Else the test above would prove nothing."""
    answers = []
    for house, value in zip(houses, WORLDS, strict=True):
        house.state(GT, women(value))
        house.state(MX, women("23"))
        answers.append(house.told(house.client("reader", READER)))

    assert answers[0] != answers[1]
    assert answers[1] != answers[2]


def two_sources(value: str) -> list[Row]:
    """Women as two offices of one country count them: whoever sees it alone sees a comparison."""
    return [*women(value), *({**row, "DATA_SOURCE": "GT_MINEX"} for row in women("24"))]


def test_what_a_caller_does_not_see_changes_neither_tag_nor_date(houses: list[House]) -> None:
    """A release of a provider that he may not read, one that is not public yet; his own do."""
    house = houses[0]
    house.state(GT, two_sources("23"))
    narrow = house.client("narrow", Grant("client:narrow", ("read",), provider="GT_IGM"))
    wide = house.client("wide", Grant("client:wide", ("read",)))
    first, everything = house.get(narrow), house.get(wide)
    assert (first.status_code, everything.status_code) == (HTTPStatus.OK, HTTPStatus.OK)

    house.state(MX, women("99"))
    house.state(GT, two_sources("77"), visible_from=house.clock() + timedelta(days=1))

    tag = first.headers["ETag"]
    again = house.get(narrow)
    assert (again.data, again.headers["ETag"]) == (first.data, tag)
    assert again.headers["Last-Modified"] == first.headers["Last-Modified"]
    assert house.get(narrow, If_None_Match=tag).status_code == HTTPStatus.NOT_MODIFIED
    assert house.get(wide).headers["ETag"] != everything.headers["ETag"]
    house.state(GT, two_sources("41"), visible_from=house.clock())  # before the one to come
    assert house.get(narrow).headers["ETag"] != tag
