"""Lines to paste into programs that cannot sign in: each pulls what Guatemala received from Mexico.

What each takes: sdmx1 the headers of its session; pysdmx bytes that somebody else fetched; curl and
R (rsdmx) a header; Power BI a fixed host, with path, query and headers apart, else it cannot
refresh (Web.Contents).
"""

from collections.abc import Callable, Mapping

_FLOW = "sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0/M.GT.MX"
_SINCE = "2023-01"


def _curl(server: str, token: str) -> str:
    url = f"{server}/{_FLOW}?c[TIME_PERIOD]=ge:{_SINCE}&format=csv"
    return f"curl -g -H 'Authorization: Bearer {token}' '{url}'"


def _sdmx1(server: str, token: str) -> str:
    return f"""\
import sdmx
sdmx.add_source({{"id": "LMIG", "name": "Gateway", "url": "{server}/sdmx/v1"}}, override=True)
gateway = sdmx.Client("LMIG")
gateway.session.headers["Authorization"] = "Bearer {token}"
message = gateway.data("DF_RETURNS", key="M.GT.MX", params={{"startPeriod": "{_SINCE}"}})
print(sdmx.to_pandas(message))"""


def _pysdmx(server: str, token: str) -> str:
    return f"""\
import io
import urllib.request
from pysdmx.io import read_sdmx
request = urllib.request.Request(
    "{server}/{_FLOW}?c%5BTIME_PERIOD%5D=ge:{_SINCE}&format=csv",
    headers={{"Authorization": "Bearer {token}"}},
)
with urllib.request.urlopen(request) as answer:
    message = read_sdmx(io.BytesIO(answer.read()))
print(message.data[0].data[["TIME_PERIOD", "OBS_VALUE"]])"""


def _r(server: str, token: str) -> str:
    url = f"{server}/sdmx/v1/data/DF_RETURNS/M.GT.MX?startPeriod={_SINCE}"
    return f"""\
library(rsdmx)
data <- as.data.frame(readSDMX(
  "{url}",
  headers = list(Authorization = "Bearer {token}")
))"""


def _power_bi(server: str, token: str) -> str:
    return f"""\
let
  Answer = Web.Contents("{server}", [
    RelativePath = "{_FLOW}",
    Query = [#"c[TIME_PERIOD]" = "ge:{_SINCE}", format = "csv"],
    Headers = [Authorization = "Bearer {token}"]
  ]),
  Rows = Csv.Document(Answer, [Delimiter = ",", Encoding = TextEncoding.Utf8]),
  Data = Table.PromoteHeaders(Rows)
in
  Data"""


LINES: Mapping[str, Callable[[str, str], str]] = {
    "sdmx1": _sdmx1,
    "pysdmx": _pysdmx,
    "curl": _curl,
    "r": _r,
    "powerbi": _power_bi,
}
"""The lines of each program, for a gateway's address and a token."""
