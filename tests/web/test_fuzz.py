"""Questions put together from pieces that mean something, and odd ones: never a fault of ours.

A few of each in the suite; with ``--hypothesis-profile=long`` a hundred times as many.
"""

from urllib.parse import quote

from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.formats import table
from gateway.model.query import Operator
from gateway.rest import v1, v2
from gateway.web.problems import STATUS

often = settings(
    max_examples=100 * settings().max_examples // 100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

ODD = "\x00 \t'\"<>&%+,.:;*~/\\?#[]{}()=|^$áñ中🙂\u202e"
odd = st.text(ODD, max_size=4) | st.text(max_size=4)
codes = st.sampled_from(("A", "M", "GT", "MX", "SV", "F", "_T", "", "*", "all", "ZZ"))
key = st.lists(codes | st.lists(codes, min_size=2, max_size=3).map("+".join), max_size=15).map(
    ".".join
)
keys = st.lists(key, min_size=1, max_size=3).map(",".join)
versions = st.sampled_from(("1.0.0", "1.0", "+", "~", "*", "latest", "all", "1.0+.0", "9.9.9", ""))
periods = st.sampled_from(
    ("2020", "2023-01", "2023-Q1", "2023-W53", "2023-A1", "0000", "9999-D366")
)
components = st.sampled_from(
    (
        "SEX",
        "REF_AREA",
        "TIME_PERIOD",
        "OBS_VALUE",
        "OBS_STATUS",
        "COMMENT_OBS",
        "UNIT_MEASURE",
        "X",
    )
)
condition = st.tuples(
    st.sampled_from(("", *(f"{each}:" for each in Operator))), periods | codes | odd
).map("".join)
filters = st.lists(
    st.lists(condition, min_size=1, max_size=3).map("+".join), min_size=1, max_size=3
).map(",".join)
moments = st.sampled_from(("2026-11-23T12:00:00Z", "2020-01-01", "2030-01-01T00:00:00-06:00"))
numbers = st.sampled_from(("0", "1", "2", "-1", "1.5", "1e3", "99999999999999999999", "٣"))
words = st.sampled_from(
    ("true", "True", "false", "none", "all", "full", "dataonly", "serieskeysonly", "nodata", "obs",
     "series", "exact", "available", "codelist", "descendants", "TIME_PERIOD", "AllDimensions",
     "SEX", "SEX:desc", "series_key+TIME_PERIOD:desc", "--07-01", "--02-30")
)  # fmt: skip
values = moments | numbers | words | periods | filters | odd
parameters = st.dictionaries(
    st.sampled_from(
        (*v1.DATA_PARAMETERS, *v2.DATA_PARAMETERS, "references", "mode", "detail")
    ).filter(lambda name: name != "c[")
    | components.map(lambda id: f"c[{id}]"),
    values,
    max_size=4,
)
FORMATS = sorted({each.media_type for offers in table.DATA.values() for each in offers})
quality = st.sampled_from(("", ";q=0", ";q=0.5", ";q=1", ";q=x", ";labels=both", ";version=~"))
accept = st.lists(
    st.tuples(st.sampled_from((*FORMATS, "*/*", "text/*", "image/png")) | odd, quality).map(
        "".join
    ),
    max_size=3,
).map(",".join)
heading = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Accept": accept.map(lambda text: text.encode("ascii", "ignore").decode()).map(
            lambda text: "".join(each for each in text if each.isprintable())
        ),
        "Accept-Language": st.sampled_from(("es", "en;q=0.5, es", "*;q=0", "zz", ",;q=")) | heading,
        "Accept-Encoding": st.sampled_from(("gzip", "zstd", "identity;q=0", "*;q=0")) | heading,
        "If-None-Match": st.sampled_from(("*", '"x"', 'W/"x"', '"')) | heading,
        "If-Modified-Since": st.just("Mon, 23 Nov 2026 12:00:00 GMT") | heading,
        "Range": st.just("values=0-9") | heading,
    },
)
resources = st.sampled_from(
    ("v2/data/dataflow", "v2/data/*", "v2/data/provisionagreement", "v2/availability/dataflow",
     "v2/schema/dataflow", "v2/structure/dataflow", "v2/registration/dataflow",
     "v2/metadata/structure/dataflow", "v1/dataflow", "v1/schema/dataflow")
)  # fmt: skip
flows = st.sampled_from(("DF_RETURNS", "LMIG,DF_RETURNS", "LMIG,DF_RETURNS,1.0.0", "all", "X"))
paths = st.builds(
    "{}/LMIG/{}/{}/{}".format, resources, st.sampled_from(("DF_RETURNS", "*", "X")), versions, keys
) | st.builds(
    "v1/{}/{}/{}".format, st.sampled_from(("data", "availableconstraint", "metadata")), flows, keys
)  # fmt: skip

TOLD = {200, 304, 414, *(code for both in STATUS.values() for code in both)} - {500, 503}


def asked(
    web: FlaskClient, path: str, pairs: dict[str, str], headers: dict[str, str]
) -> tuple[int, bytes]:
    """Status and body of a question, percent-encoded as clients do."""
    address = "/sdmx/" + "/".join(quote(part, safe=",:*+~.") for part in path.split("/"))
    answer = web.get(address, query_string=pairs, headers=headers)
    return answer.status_code, answer.get_data()


@often
@given(paths, parameters)
def test_keys_and_filters(
    web: FlaskClient, bearer: dict[str, str], path: str, pairs: dict[str, str]
) -> None:
    """Answered, or refused with a sentence."""
    status, body = asked(web, path, pairs, bearer)

    assert status in TOLD
    assert bool(body) == (status not in (204, 304))


@often
@given(paths, HEADERS)
def test_headers(
    web: FlaskClient, bearer: dict[str, str], path: str, headers: dict[str, str]
) -> None:
    """Whatever a client says beside its question."""
    status, body = asked(web, path, {}, {**headers, **bearer})

    assert status in TOLD
    assert bool(body) == (status not in (204, 304))


@often
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_credentials(web: FlaskClient, said: str) -> None:
    """What proves nothing is refused, never read as something else."""
    for scheme in ("", "Bearer ", "DPoP ", "Basic "):
        header = {"Authorization": f"{scheme}{said}"}
        status, _ = asked(web, "v2/data/dataflow/LMIG/DF_RETURNS", {}, header)

        assert status in (400, 401)


@often
@given(st.text(max_size=40), parameters)
def test_any_path(
    web: FlaskClient, bearer: dict[str, str], path: str, pairs: dict[str, str]
) -> None:
    """Nothing below a mount fails in a way that is not told."""
    for mount in ("v1", "v2"):
        status, _ = asked(web, f"{mount}/{path}", pairs, bearer)

        assert status in TOLD | {308}
