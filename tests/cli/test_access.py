"""Rights from the command line: granted, explained, written out, applied again, on record."""

import json
import re
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from joserfc.jwk import ECKey, RSAKey

from gateway.access.clients import DATA_CONFIDENTIAL, DATA_READ, Proof
from gateway.access.decision import Decision
from gateway.access.grants import Grant
from gateway.access.keysets import keys_in_file
from gateway.access.people import NewPerson
from gateway.cli import commands
from gateway.errors import BadConfiguration, GatewayError
from gateway.exchange import Exchange
from gateway.exchange.weaknesses import weak_settings, weaknesses
from gateway.settings import Home
from tests.conftest import Clock
from tests.homes import configure

Gateway = Callable[..., Result]

FILE = """
[[organisations]]
id = "INE_GT"
es = "Instituto Nacional de Estadística"
en = "National Statistics Institute"

[[clients]]
id = "ine-gt"
name = "INE Guatemala"
organisation = "INE_GT"
scopes = ["data.read", "data.confidential"]

[[groups]]
id = "analysts"
members = ["client:ine-gt", "person:ana"]

[[grants]]
to = "organisation:INE_GT"
dataflow = "LMIG:DF_RETURNS"
region = "c[REF_AREA]=SV"
statuses = ["C", "N"]
begins = 2026-01-01T00:00:00-06:00
agreement = "Convenio 7/2026"
approved_by = "Ana López"

[[grants]]
to = "group:analysts"
provider = "SV_*"
embargoed = true
agreement = "Convenio 8/2026"
"""


@pytest.fixture
def gateway(small: Path) -> Gateway:
    """The program on a small home of the test's own."""

    def run(*arguments: object, typed: str = "") -> Result:
        every = [*map(str, arguments), "--home", str(small)]
        return CliRunner().invoke(commands, every, input=typed)

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "access.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_file_is_shown_applied_once_and_written_out_alike(gateway: Gateway, file: Path) -> None:
    """First the differences, then the question; a second time there is nothing to do."""
    declined = gateway("access", "apply", file, typed="n\n")
    applied = gateway("access", "apply", file, typed="y\n")
    again = gateway("access", "apply", file)
    file.write_text(gateway("access", "export").stdout, encoding="utf-8")
    exported = gateway("access", "apply", file)

    assert declined.exit_code == 1
    shown = [line[:1] for line in applied.stdout.splitlines() if line[:2] in ("+ ", "~ ", "- ")]
    assert shown == ["+", "+", "~", "+", "+"]
    assert "client_secret" in applied.stdout
    assert "Nothing to do" in again.stdout
    assert "Nothing to do" in exported.stdout


def test_what_a_file_no_longer_says_is_revoked(gateway: Gateway, file: Path) -> None:
    """Also what was granted by hand; but not where the file speaks of no grants at all."""
    gateway("access", "apply", file, "--yes")
    gateway("grants", "add", "*")
    file.write_text(FILE.replace('"C", "N"', '"N"'), encoding="utf-8")

    changed = gateway("access", "apply", file, "--yes")
    file.write_text(FILE.split("[[groups]]", maxsplit=1)[0], encoding="utf-8")
    silent = gateway("access", "apply", file)

    signs = sorted(line[:7] for line in changed.stdout.splitlines())
    assert signs == ["+ grant", "- grant", "- grant"]
    assert "Nothing to do" in silent.stdout


def test_every_fault_of_a_file_is_told_with_its_line(gateway: Gateway, file: Path) -> None:
    """And nothing is done. A secret is refused wherever it stands, and is not repeated."""
    file.write_text(
        '[[grants]]\nto = "client:nobody"\n'
        '[[grants]]\nto = "*"\nregion = "c[SEX]=Z9"\n'
        '[[grants]]\nto = "*"\nactoins = ["read"]\n'
        '[[clients]]\nid = "x"\nname = "X"\nclient_secret = "hunter2"\n'
        '[[grants]]\nto = "*"\nbegins = 2026-01-01T00:00:00\n'
        "[[people]]\n",
        encoding="utf-8",
    )

    refused = gateway("access", "apply", file, "--yes")

    assert isinstance(refused.exception, BadConfiguration)
    said = refused.exception.message
    for line, word in ((2, "nobody"), (5, "Z9"), (8, "actoins"), (12, "no secret"), (13, "zone"),
                       (16, "people")):  # fmt: skip
        assert any(f"line {line}:" in each and word in each for each in said.splitlines()), said
    assert "hunter2" not in said
    assert json.loads("[]") == [*gateway("audit", "show", "--json").stdout.splitlines()]


def jwks(*, private: bool = False) -> str:
    """A key set of one key."""
    return json.dumps({"keys": [ECKey.generate_key("P-256").as_dict(private=private)]})


def test_a_file_names_public_keys_and_tells_them_again(gateway: Gateway, file: Path) -> None:
    """In a file beside it, as they are, or at an address; no secret is made for who has them."""
    (file.parent / "ine.jwks.json").write_text(jwks(), encoding="utf-8")
    file.write_text(
        '[[clients]]\nid = "a"\nname = "A"\njwks = "ine.jwks.json"\ndpop = true\n'
        f'[[clients]]\nid = "b"\nname = "B"\njwks = \'{jwks()}\'\nalgorithm = "ES256"\n'
        '[[clients]]\nid = "c"\nname = "C"\njwks_url = "https://ine.example/jwks"\n'
        'strict_audience = true\n[[clients]]\nid = "d"\nname = "D"\npublic = true\ndevice = true\n',
        encoding="utf-8",
    )

    applied = gateway("access", "apply", file, "--yes")
    again = gateway("access", "apply", file)
    told = gateway("access", "export").stdout
    file.write_text(told, encoding="utf-8")
    exported = gateway("access", "apply", file)
    (file.parent / "ine.jwks.json").write_text(jwks(), encoding="utf-8")
    file.write_text('[[clients]]\nid = "a"\nname = "A"\njwks = "ine.jwks.json"\n', "utf-8")
    other_key = gateway("access", "apply", file, "--yes")
    silent = gateway("access", "export").stdout

    assert "client_secret" not in applied.stdout
    assert "+ client a data.read (1 public keys, DPoP)" in applied.stdout
    assert "Nothing to do" in again.stdout
    assert "Nothing to do" in exported.stdout
    assert '"d"' not in told.replace('id = "d"', "")
    for said in ("dpop = true", 'algorithm = "ES256"', "strict_audience = true", "public = true",
                 "device = true", 'jwks_url = "https://ine.example/jwks"'):  # fmt: skip
        assert said in told
    assert "~ client a" in other_key.stdout
    assert "dpop = true" in silent


def test_a_client_with_a_secret_goes_over_to_keys(gateway: Gateway, file: Path) -> None:
    """Its secret is forgotten, and what the file does not say of it stays."""
    gateway("clients", "add", "A", "--id", "a", "--secret")
    file.write_text(f'[[clients]]\nid = "a"\nname = "A"\njwks = \'{jwks()}\'\n', "utf-8")

    gateway("access", "apply", file, "--yes")
    file.write_text('[[clients]]\nid = "a"\nname = "A"\n', encoding="utf-8")
    silent = gateway("access", "apply", file)

    assert "keys" in gateway("clients", "list").stdout
    assert "Nothing to do" in silent.stdout


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        pytest.param(f"jwks = '{jwks(private=True)}'", "line 4: a private key", id="private"),
        pytest.param("jwks = '{}'", "line 4: The file holds no public keys", id="no keys"),
        pytest.param('jwks = "nowhere.json"', "line 4: nowhere.json cannot be", id="no file"),
        pytest.param('jwks_url = "http://10.0.0.1/x"', "line 4:", id="address within"),
        pytest.param('public = true\njwks = "x"', "line 5: name one of", id="two ways"),
        pytest.param('algorithm = "HS256"', "line 4: there is no algorithm HS256", id="shared"),
    ],
)
def test_keys_that_will_not_do_are_refused_with_their_line(
    gateway: Gateway, file: Path, lines: str, said: str
) -> None:
    """And nothing of a private key is repeated."""
    file.write_text(f'[[clients]]\nid = "a"\nname = "A"\n{lines}\n', encoding="utf-8")

    refused = gateway("access", "apply", file, "--yes")

    assert isinstance(refused.exception, BadConfiguration)
    assert said in refused.exception.message
    assert '"d"' not in refused.exception.message


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["client:nobody"], "nobody", id="unknown client"),
        pytest.param(["organisation:NOBODY"], "NOBODY", id="unknown organisation"),
        pytest.param(["*", "--dataflow", "LMIG:DF_X"], "DF_RETURNS", id="unknown dataflow"),
        pytest.param(["*", "--provider", "XX"], "SV_DGME", id="unknown provider"),
        pytest.param(["*", "--region", "c[SECS]=F"], "SECS", id="unknown component"),
        pytest.param(["*", "--region", "key=M.XX"], "XX", id="unknown code"),
        pytest.param(["*", "--region", "c[TIME_PERIOD]=ge:soon"], "soon", id="no period"),
        pytest.param(["*", "--region", "c[OBS_VALUE]=gt:many"], "many", id="no number"),
    ],
)
def test_a_slip_in_a_grant_is_refused_by_name(
    gateway: Gateway, arguments: list[str], said: str
) -> None:
    """It would grant nothing, or deny nothing, and nobody would know."""
    refused = gateway("grants", "add", *arguments)

    assert isinstance(refused.exception, GatewayError)
    assert said in refused.exception.sentence()


def test_explain_says_what_is_read_and_why(gateway: Gateway, file: Path) -> None:
    gateway("access", "apply", file, "--yes")

    explained = gateway("grants", "explain", "client:ine-gt").stdout
    readers = gateway("grants", "readers").stdout

    assert "free figures and those of status C N" in explained
    assert "of REF_AREA eq:SV" in explained
    assert "(Convenio 7/2026)" in explained
    assert "SV_DGME_RETURNS" in readers
    assert "group:analysts" in readers
    assert "nothing" in gateway("grants", "explain", "organisation:OTHER").stdout


def test_doctor_names_what_is_weak(gateway: Gateway) -> None:
    """Each with what to do about it; a sound home has none."""
    assert gateway("doctor").exit_code == 0
    gateway("grants", "add", "*", "--status", "N", "--embargoed")
    gateway("grants", "add", "*", "--action", "submit")

    weak = gateway("doctor")

    assert weak.exit_code == 1
    for words in ("everyone read figures of status N", "under embargo", "everyone submit",
                  "names no agreement", "nobody approved it"):  # fmt: skip
        assert words in weak.stdout


def test_what_is_done_at_the_terminal_is_on_record(gateway: Gateway, file: Path) -> None:
    """Who did it, and what exactly; and it verifies."""
    gateway("access", "apply", file, "--yes")
    made = gateway("grants", "add", "*").stdout.split()[0]
    gateway("grants", "revoke", made)

    told = [json.loads(each) for each in gateway("audit", "show", "--json").stdout.splitlines()]
    verified = gateway("audit", "verify")
    digest = verified.stdout.split()[-1]

    assert [each["action"] for each in told] == [
        *["access.apply"] * 5,
        "grants.add",
        "grants.revoke",
    ]
    assert {each["issuer"] for each in told} == {"terminal"}
    assert told[-1]["flow"] == made
    assert verified.exit_code == 0
    assert gateway("audit", "verify", "--noted", digest).exit_code == 0
    assert gateway("audit", "verify", "--noted", "0" * 64).exit_code == 1


def test_the_terminal_is_not_taken_over_by_what_was_asked(gateway: Gateway, small: Path) -> None:
    """Whatever is in an entry, a reader sees plain signs and no markup, as people write them."""
    query = "data/x?c%5BSEX%5D=F%1B[2J[red]"
    with closing(Exchange(Home(small))) as exchange:
        exchange.audit.record(Decision(exchange.clock(), "read", 200, query=query))

    shown = gateway("audit", "show").stdout

    assert "data/x?c[SEX]=F\\x1b[2J[red]" in shown
    assert json.loads(gateway("audit", "show", "--json").stdout)["query"] == query


def test_a_client_with_nothing_granted_is_told_so(gateway: Gateway) -> None:
    """And one with `--read` reads from the first moment on."""
    bare = gateway("clients", "add", "Bare", "--secret", "--id", "bare")
    granted = ("--secret", "--id", "ready", "--read", "LMIG:*", "--submit", "SV_DGME")
    ready = gateway("clients", "add", "Ready", *granted)

    assert "Nothing is granted" in bare.stderr
    assert "Nothing is granted" not in ready.stderr
    assert "free figures of all" in gateway("grants", "explain", "client:ready").stdout
    assert "data.read data.submit" in " ".join(gateway("clients", "list").stdout.split())


def test_doctor_names_what_was_forgotten(small: Path) -> None:
    """Secrets that are old, but no keys; accounts nobody took up; a grant under no agreement."""
    clock = Clock()
    with closing(Exchange(Home(small), clock)) as exchange:
        made = clock() - timedelta(days=400)
        exchange.clients.add("Old", [], made, "old-secret")
        keys, _ = keys_in_file(jwks().encode())
        exchange.clients.add("Keys", [], made, "old-keys", proof=Proof(keys))
        exchange.accounts.people.add(NewPerson("ana@igm.gob.gt", "Ana"), made)
        grants = [Grant("client:old-keys", ("read",), agreement="Convenio 1/2026"),
                  Grant("client:old-secret", ("read",))]  # fmt: skip
        exchange.grants.change(grants, [], "tests", clock())

        found = [*weaknesses(exchange)]

    assert sorted(re.sub("grant-[0-9a-f]+", "grant", each)[:35] for each in found) == [
        "ana@igm.gob.gt never chose a passwo",
        "client old-secret has the secret of",
        "grant to client:old-secret names no",
    ]


def test_doctor_names_settings_that_weaken(home: Home) -> None:
    """They hold all the same."""
    configure(home)
    (home.root / "config" / "gateway.toml").write_text(
        "loopback_keys = true\n[serve]\nproxies = 5\norigins = "
        '["http://stats.example", "http://localhost:3000", "https://stats.example"]\n'
    )
    with closing(Exchange(home)) as exchange:
        found = [*exchange.faults(), *weaknesses(exchange)]

    assert [each.split()[0] for each in found] == ["loopback_keys", "proxies", "origins"]


ISSUER_OF_JWT = """
[[issuers]]
id = "mintrab"
issuer = "http://sso.mintrab.example"
audience = "gateway"
client_id = "gateway"
types = ["JWT"]
scopes = ["data.read"]
"""
WEAK = {
    'issuer = "https://stats.example"\n': "proxies = 0",
    'issuer = "https://stats.example"\n[serve]\nproxies = 1\n': "",
    "[limits]\ndata = 0\nstructures = 0\n": "data = 0; structures = 0",
    'database = "postgresql+psycopg://gateway@db.example/gateway"\n': "the connection",
    'database = "postgresql+psycopg://gateway@db.example/gateway?sslmode=require"\n': "",
    'database = "postgresql+psycopg://gateway@localhost/gateway"\n': "",
    ISSUER_OF_JWT: "the issuer mintrab has scopes; the issuer mintrab is found; "
    "the issuer mintrab has types",
}


@pytest.mark.parametrize(("settings", "named"), WEAK.items(), ids=map(repr, WEAK))
def test_doctor_names_each_weak_setting(home: Home, settings: str, named: str) -> None:
    """And is silent where it is mended."""
    configure(home)
    (home.root / "config" / "gateway.toml").write_text(settings)

    found = [*weak_settings(home.settings())]

    expected = [each for each in named.split("; ") if each]
    assert len(found) == len(expected)
    assert all(one.startswith(start) for one, start in zip(found, expected, strict=True))


def test_doctor_names_clients_that_prove_too_little(home: Home) -> None:
    """A secret for what is confidential, and RS256 where the profile leaves it out."""
    rsa = RSAKey.generate_key(2048, auto_kid=True).as_dict(private=False)
    keys, _ = keys_in_file(json.dumps({"keys": [rsa]}).encode())
    with closing(Exchange(home)) as exchange:
        now = exchange.clock()
        exchange.clients.add("Weak", [DATA_READ, DATA_CONFIDENTIAL], now, "weak")
        exchange.clients.add("Fine", [DATA_READ], now, "fine")
        exchange.clients.add("Free", [], now, "free", proof=Proof(keys))
        exchange.clients.add("Pinned", [], now, "pinned", proof=Proof(keys, algorithm="PS256"))

        found = [*weaknesses(exchange)]

    assert [each.split()[1] for each in found] == ["weak", "free"]
