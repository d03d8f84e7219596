"""What is asked beside each other: states and changes, shapes and parts, in every format.

Each is answered whole, or refused by name with what there is instead; nothing is left out in
silence.
"""

import csv
import io
from collections.abc import Callable, Iterator

import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from gateway.access.clients import SCOPES
from gateway.access.grants import Grant
from gateway.formats import table
from gateway.web import create_app
from tests.asking import FLOW
from tests.conftest import ISSUER, token
from tests.exchange.test_states import Story
from tests.figures import ARTEFACTS
from tests.formats import json_reading
from tests.formats.ml_reading import ml_rows
from tests.formats.reading import by_openpyxl, definition
from tests.homes import configure, fresh

PATHS = {1: "/sdmx/v1/data/DF_RETURNS/A.SV", 2: f"/sdmx/v2/{FLOW}/A.SV"}
FORMATS = sorted(each.names[0] for each in table.DATA[2])
EVERYWHERE = pytest.mark.parametrize(
    ("mount", "format"), [(mount, each) for mount in PATHS for each in FORMATS]
)

Ask = Callable[..., TestResponse]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Three releases of El Salvador's returns, the second and third of which change figures."""
    folder = tmp_path_factory.mktemp("story")
    home = fresh(folder / "home")
    configure(home)
    with (home.root / "config" / "gateway.toml").open("a", encoding="utf-8") as settings:
        settings.write("[limits]\ndata = 0\nstructures = 0\n")
    story = Story(home, folder)
    story.exchange.grants.add(Grant("*", ("read",)), "tests", story.clock())
    yield story
    story.exchange.close()


@pytest.fixture(scope="module")
def ask(story: Story) -> Ask:
    """Asks a mount in a format for the story's figures."""
    web: FlaskClient = create_app(story.exchange, ISSUER).test_client()
    id, secret = story.exchange.clients.add("tests", SCOPES, story.clock())
    bearer = {"Authorization": f"Bearer {token(web, id, secret)}"}

    def asked(mount: int, format: str, **parameters: str) -> TestResponse:
        return web.get(PATHS[mount], query_string=parameters | {"format": format}, headers=bearer)

    return asked


HISTORY = {"includeHistory": "true"}

TELLS_CHANGES = {"csv", "csv-2.1"}
"""Of the formats of tables: they have a column for the action."""

TABLES = {*TELLS_CHANGES, "csv-1.0", "csv-labels", "xlsx", "parquet"}


@EVERYWHERE
def test_history_is_told_whole_or_refused_by_name(ask: Ask, mount: int, format: str) -> None:
    """Every dissemination with its dates; a table has no place for them, and says what has."""
    answer = ask(mount, format, **HISTORY)

    if format in TABLES:
        assert answer.status_code == 501
        assert "since when" in answer.text
        assert {"format=json", "format=xml-3.1"} <= {*answer.text.replace(",", "").split()}
    else:
        assert actions(format, answer) == [
            *("Replace 20", "Replace 5", "Replace 1", "Delete 1", "Replace 2")
        ]


@EVERYWHERE
def test_changes_are_told_as_such_or_refused_by_name(
    ask: Ask, story: Story, mount: int, format: str
) -> None:
    """What was added or revised since a moment; what tells one state only says what tells more."""
    answer = ask(mount, format, updatedAfter=story.moments[1].isoformat())

    if format in TABLES - TELLS_CHANGES:
        assert answer.status_code == 501
        assert "format=csv-2.1" in answer.text
    else:
        assert actions(format, answer) == ["R 5" if format in TABLES else "Replace 5"]


@pytest.mark.parametrize("format", FORMATS)
def test_deletions_are_told_as_such_or_refused_by_name(ask: Ask, story: Story, format: str) -> None:
    """As of a moment at which a figure was gone, and another revised. SDMX-REST 1.5 has no asOf."""
    since, until = (story.moments[n].isoformat() for n in (2, 3))

    answer = ask(2, format, updatedAfter=since, asOf=until)

    if format in TABLES - TELLS_CHANGES:
        assert answer.status_code == 501
        assert "format=csv-2.1" in answer.text
    elif format in TABLES:
        assert sorted(actions(format, answer)) == ["D 1", "R 1"]
    else:
        assert sorted(actions(format, answer)) == ["Delete 1", "Replace 1"]


@pytest.mark.parametrize("format", ["generic", "json", "csv", "xlsx"])
@pytest.mark.parametrize(("mount", "status"), [(1, 404), (2, 204)])
def test_nothing_new_is_told_by_each_mount_in_its_way(
    ask: Ask, story: Story, mount: int, status: int, format: str
) -> None:
    """The withdrawal restored what was deleted: since before it, nothing changed. No empty body."""
    answer = ask(mount, format, updatedAfter=story.moments[2].isoformat())

    assert answer.status_code == status


WHOLE, NO_ATTRIBUTES, NO_VALUES, SERIES = "full", "dataonly", "nodata", "serieskeysonly"

PARTS = {
    WHOLE: {},
    NO_ATTRIBUTES: {"attributes": "none"},
    NO_VALUES: {"measures": "none"},
    SERIES: {"attributes": "none", "measures": "none"},
}
"""What SDMX-REST 2.2.2 says for each `detail` of 1.5, in which what has no values has no rows."""


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("shape", ["TIME_PERIOD", "AllDimensions", "SEX"])
def test_each_part_is_told_in_each_shape(ask: Ask, format: str, part: str, shape: str) -> None:
    """What is asked for and no more, under the dimension that is asked for."""
    answer = ask(2, format, dimensionAtObservation=shape, **PARTS[part])

    if part == SERIES and shape == "SEX":
        assert (answer.status_code, "over time only" in answer.text) == (501, True)
    elif part != SERIES and shape != "TIME_PERIOD" and format.endswith("timeseries"):
        assert (answer.status_code, "TIME_PERIOD" in answer.text) == (422, True)
    else:
        assert answer.status_code == 200, answer.text
        found = told(format, answer)
        assert found.issuperset({"REF_AREA", "COUNTERPART_AREA"})
        assert ("TIME_PERIOD" in found) == (part != SERIES)
        assert ("OBS_VALUE" in found) == (part in (WHOLE, NO_ATTRIBUTES))
        assert ("UNIT_MEASURE" in found) == (part in (WHOLE, NO_VALUES))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("part", PARTS)
def test_version_1_tells_the_same_parts(ask: Ask, format: str, part: str) -> None:
    """By `detail`: without values, series with or without their attributes."""
    answer = ask(1, format, detail=part)

    assert answer.status_code == 200, answer.text
    found = told(format, answer)
    assert ("OBS_VALUE" in found) == (part in (WHOLE, NO_ATTRIBUTES))
    assert ("UNIT_MEASURE" in found) == (part in (WHOLE, NO_VALUES))


def actions(format: str, answer: TestResponse) -> list[str]:
    """What a reader is to do, and with how many observations, by data set."""
    assert answer.status_code == 200, answer.text
    if format.startswith("json"):
        return [f"{each['action']} {len(each['rows'])}" for each in json_reading.read(answer.data)]
    if format.startswith("csv"):
        said = [row["ACTION"] for row in csv.DictReader(io.StringIO(answer.text))]
        return [f"{action} {said.count(action)}" for action in dict.fromkeys(said)]
    return [
        f"{value} {len([*each.iterfind('.//{*}Obs')])}"
        for each in etree.fromstring(answer.data).iterfind("{*}DataSet")
        for name, value in each.attrib.items()
        if name.endswith("action")
    ]


def told(format: str, answer: TestResponse) -> set[str]:
    """The components that have a value anywhere."""
    found = rows(format, answer.data)
    assert found
    return {name for row in found for name, value in row.items() if value not in (None, "")}


def rows(format: str, body: bytes) -> list[dict[str, str | None]]:
    """Observations, or series where none are told."""
    if format.startswith("json"):
        return [row for each in json_reading.read(body) for row in each["rows"] or each["series"]]
    if format.startswith("csv"):
        return [*csv.DictReader(io.StringIO(body.decode()))]
    if format == "xlsx":
        return by_openpyxl(body, definition(ARTEFACTS))
    if format == "parquet":
        return pq.read_table(io.BytesIO(body)).to_pylist()
    return ml_rows(body)
