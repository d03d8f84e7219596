"""The past and what has changed since, asked by the paths that clients use and read by others."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sdmx
from lxml import etree

from gateway.errors import NoResults, NotServed, SemanticError
from gateway.exchange import Exchange
from gateway.exchange.submission import submit
from gateway.formats import table
from gateway.formats.message import DataMessage
from gateway.formats.table import Format
from gateway.model.query import DataQuery
from gateway.releases.publishing import Publisher
from gateway.rest.service import DIALECTS, question
from gateway.settings import Home
from tests.conftest import Clock
from tests.figures import rows
from tests.formats.reading import faults, specific_schema, written
from tests.homes import fresh
from tests.intake.books import GT, MX, SV, sample

FLOW = "data/dataflow/LMIG/DF_RETURNS/1.0.0"
SALVADOR = f"{FLOW}/A.SV"

EDITIONS = (
    {"52 938": "52 938", "2023,n.d.,n.d.,n.d.,13358\n": ""},
    {"52 938": "52 940"},
    {"52 938": "52 940", "14 189,698,99,14 986": "14 189,698,,14 887"},
)
"""What an office might publish one after the other: a year is added and a figure is revised; then
a figure is taken out, and its total with it."""


class Story:
    """Three releases of El Salvador's returns, an hour apart, and the withdrawal of the last."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.clock = Clock()
        self.exchange = Exchange(home, self.clock)
        self.moments = [self._next()]
        whole = sample(self.exchange, SV).decode()
        for edition in EDITIONS:
            text = whole
            for old, new in edition.items():
                text = text.replace(old, new)
            path = folder / "dgme.csv"
            path.write_text(text)
            self.moments.append(self._next())
            submit(self.exchange, path, SV)
        self.moments.append(self._next())
        structure = self.exchange.provision(SV).structure
        publisher = Publisher(self.exchange.store)
        publisher.withdraw(SV, 3, structure, "by mistake", self.clock())

    def _next(self) -> datetime:
        self.clock.move(hours=1)
        return self.clock()

    def ask(self, path: str = SALVADOR, **parameters: str) -> DataMessage:
        query = question(DIALECTS["v2"], path, [*parameters.items()])
        assert isinstance(query, DataQuery)
        return self.exchange.data(query, self.exchange.everything())

    def rows(self, path: str = SALVADOR, **parameters: str) -> list[str]:
        """Action, country, year and value of each observation that has a value, or had one."""
        body = written(table.CSV, self.ask(path, **parameters)).decode()
        return [
            " ".join((row["ACTION"], row["COUNTERPART_AREA"], row["TIME_PERIOD"], row["OBS_VALUE"]))
            for row in csv.DictReader(io.StringIO(body))
            if row["OBS_VALUE"] or row["ACTION"] == "D"
        ]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("story")
    story = Story(fresh(folder / "home"), folder)
    yield story
    story.exchange.close()


FIRST = ["I US 2024 14189", "I MX 2024 698", "I _O 2024 99"]


def test_data_are_answered_as_of_any_moment(story: Story) -> None:
    """As they stood then: before the first release nothing, under a withdrawn one what it said."""
    totals = [
        {row.split()[2]: row.split()[3] for row in story.rows(asOf=moment.isoformat())
         if " _T " in row}
        for moment in story.moments[1:]
    ]  # fmt: skip

    assert [each["2016"] for each in totals] == ["52938", "52940", "52940", "52940"]
    assert [each.get("2023") for each in totals] == [None, "13358", "13358", "13358"]
    assert [each["2024"] for each in totals] == ["14986", "14986", "14887", "14986"]
    with pytest.raises(NoResults):
        story.rows(asOf=story.moments[0].isoformat())


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (1, 2, ["R _T 2016 52940", "R _T 2023 13358"]),
        (2, 3, ["R _T 2024 14887", "D _O 2024 "]),
        (2, 4, []),
        (3, 4, ["R _O 2024 99", "R _T 2024 14986"]),
        (4, 4, []),
    ],
)
def test_what_changed_since_a_moment(
    story: Story, since: int, until: int, expected: list[str]
) -> None:
    """Only that: what is new or different, and the keys of what is gone."""
    question = {
        "updatedAfter": story.moments[since].isoformat(),
        "asOf": story.moments[until].isoformat(),
    }

    if expected:
        assert story.rows(**question) == expected
    else:
        with pytest.raises(NoResults):
            story.rows(**question)


ML = pytest.mark.parametrize("format", [table.GENERIC, table.SPECIFIC], ids=lambda f: f.names[0])


@ML
def test_history_is_told_dissemination_by_dissemination(
    story: Story, format: Format[DataMessage]
) -> None:
    """One or two data sets each, with the times of their validity; deletions apart.

    Source: SDMX-REST 1.5, data queries, includeHistory.
    """
    body = written(format, story.ask(includeHistory="true"))

    one, two, three, four = (each.isoformat() for each in story.moments[1:])
    told = [
        {etree.QName(name).localname: value for name, value in each.attrib.items()}
        for each in etree.fromstring(body).iterfind("{*}DataSet")
    ]
    assert [
        (each["action"], each.get("validFromDate"), each.get("validToDate")) for each in told
    ] == [
        ("Replace", one, None),
        ("Replace", two, None),
        ("Replace", three, None),
        ("Delete", None, three),
        ("Replace", four, None),
    ]


@ML
def test_messages_of_several_data_sets_are_read_by_others(
    story: Story, format: Format[DataMessage], tmp_path: Path
) -> None:
    """Every data set, as sdmx1 reads it (all but its action) and the official schema has it."""
    content = story.ask(includeHistory="true")
    body = written(format, content)

    found = sdmx.read_sdmx(io.BytesIO(body), structure=None)

    assert [len(each.obs) for each in found.data] == [
        sum(map(len, each.selections)) for each in content.datasets
    ]
    codes = story.exchange.registry.codes(content.subject.structure)
    schema = specific_schema(tmp_path, content.subject.structure, codes, content.subject.of)
    assert faults(schema, body) == []


def test_history_has_no_place_in_a_line(story: Story) -> None:
    with pytest.raises(NotServed, match="since when"):
        written(table.CSV, story.ask(includeHistory="true"))


def test_a_page_runs_on_from_what_changed_to_what_went(story: Story) -> None:
    """Offset and limit count the observations of both."""
    question = {
        "updatedAfter": story.moments[2].isoformat(),
        "asOf": story.moments[3].isoformat(),
    }

    pages = [story.rows(**question, offset=str(page), limit="1") for page in range(2)]

    assert pages == [["R _T 2024 14887"], ["D _O 2024 "]]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"asOf": "2999-01-01T00:00:00Z"}, "still to come"),
        ({"updatedAfter": "2999-01-01T00:00:00Z"}, "still to come"),
        (
            {"updatedAfter": "2026-01-02T00:00:00Z", "asOf": "2026-01-01T00:00:00Z"},
            "later than asOf",
        ),
        ({"updatedAfter": "2026-01-01T00:00:00Z", "includeHistory": "true"}, "one of them"),
        ({"sort": "NOTHING"}, "no component NOTHING"),
        ({"sort": "series_key", "dimensionAtObservation": "AllDimensions"}, "no series"),
        ({"c[NOTHING]": "A"}, "no component NOTHING"),
        ({"c[OBS_STATUS]": "A,ZZ"}, "OBS_STATUS has no code ZZ"),
        ({"c[OBS_VALUE]": "gt:many"}, "many is none"),
        ({"c[OBS_VALUE]": "nan"}, "nan is none"),
    ],
)
def test_a_question_that_means_nothing_is_refused(
    story: Story, parameters: dict[str, str], said: str
) -> None:
    """By name, never guessed."""
    with pytest.raises(SemanticError, match=said):
        story.ask(**parameters)


def told(message: DataMessage) -> list[list[str]]:
    """The action of each data set, then period and value of each observation of totals."""
    return [
        [each.action[0], *(f"{row['TIME_PERIOD']} {row['OBS_VALUE']}" for one in each.selections
                           for row in rows(one))]
        for each in message.datasets
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        pytest.param({}, [2, 1, 1, 1], id="all after 2020"),
        pytest.param({"lastNObservations": "1"}, [1, 1, 1, 1], id="last"),
        pytest.param({"offset": "1"}, [1, 1, 1, 1], id="offset"),
        pytest.param({"offset": "3", "limit": "2"}, [1, 1], id="page over data sets"),
    ],
)
def test_a_part_of_history(story: Story, part: dict[str, str], expected: list[int]) -> None:
    """firstN and lastN count in each series of each dissemination, a page over all of them."""
    message = story.ask(f"{SALVADOR}._T", includeHistory="true", **LATE, **part)

    assert [len(each) - 1 for each in told(message)] == expected


LATE = {"c[TIME_PERIOD]": "ge:2020"}


def test_history_has_an_order_within_each_dissemination(story: Story) -> None:
    """The one after the other they stay: their sequence says what happened."""
    message = story.ask(f"{SALVADOR}._T", includeHistory="true", sort="TIME_PERIOD:desc", **LATE)

    assert told(message) == [
        ["R", "2024 14986", "2020 10716"],
        ["R", "2023 13358"],
        ["R", "2024 14887"],
        ["R", "2024 14986"],
    ]


def test_the_last_of_each_series(story: Story) -> None:
    assert story.rows(f"{SALVADOR}._T", lastNObservations="1") == ["I _T 2024 14986"]
    assert story.rows(f"{SALVADOR}._T", firstNObservations="1", lastNObservations="1") == [
        "I _T 2016 52940",
        "I _T 2024 14986",
    ]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"c[OBS_VALUE]": "gt:20000"}, ["I _T 2016 52940", "I _T 2019 37348"]),
        ({"c[OBS_VALUE]": "98+ne:1,99"}, ["I _O 2024 99"]),
        ({"c[OBS_VALUE]": "sw:52"}, ["I _T 2016 52940"]),
        ({"c[OBS_VALUE]": "gt:10000", "c[TIME_PERIOD]": "2020"}, ["I _T 2020 10716"]),
        ({"c[SOURCE_TABLE]": "co:DGME", "c[TIME_PERIOD]": "2020"}, ["I _T 2020 10716"]),
        ({"c[UNIT_MEASURE]": "EVENT", "c[TIME_PERIOD]": "2020"}, ["I _T 2020 10716"]),
    ],
)
def test_attributes_and_values_are_filtered(
    story: Story, filters: dict[str, str], expected: list[str]
) -> None:
    """Numbers as numbers, text as text."""
    assert story.rows(**filters) == expected


def test_a_reporting_year_begins_where_the_question_says(story: Story) -> None:
    """2024-A1 from July is mid-2023 to mid-2024: a calendar year ends in it, none begins."""
    bound = {"c[TIME_PERIOD]": "ge:2024-A1"}

    assert "I _T 2023 13358" not in story.rows(**bound)
    assert "I _T 2024 14986" in story.rows(**bound, reportingYearStartDay="--07-01")
    assert "I _T 2023 13358" in story.rows(
        **{"c[TIME_PERIOD]": "ge:2023-A1"}, reportingYearStartDay="--07-01"
    )


@pytest.fixture(scope="module")
def everyone(story: Story) -> Story:
    """The same, with Guatemala's and Mexico's figures beside."""
    for provision in (GT, MX):
        path = story.exchange.provision(provision).sample
        assert path is not None
        submit(story.exchange, path, provision)
    return story


def test_an_order_holds_across_providers(everyone: Story) -> None:
    """The newest first, whoever supplied them; pages of it follow on one another."""
    order = "TIME_PERIOD:desc+REF_AREA+OBS_VALUE:desc"

    whole = everyone.rows(FLOW, sort=order, limit="500")
    pages = [
        row
        for page in range(5)
        for row in everyone.rows(FLOW, sort=order, limit="100", offset=str(page * 100))
    ]

    assert pages == whole
    periods = [row.split()[2] for row in whole]
    assert periods == sorted(periods, reverse=True)


def test_pages_follow_on_one_another(everyone: Story) -> None:
    """Without an order too: each observation is on one page."""
    whole = everyone.rows(FLOW)

    pages = [row for start in range(0, 30_000, 3_000) for row in paged(everyone, str(start))]

    assert pages == whole


def paged(story: Story, offset: str) -> list[str]:
    try:
        return story.rows(FLOW, offset=offset, limit="3000")
    except NoResults:
        return []
