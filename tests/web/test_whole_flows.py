"""A large answer is made once, or ahead of who asks; nobody ever gets one that is not theirs."""

import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import pytest

from gateway.access.clients import DATA_READ
from gateway.access.grants import Grant
from gateway.exchange.granting import hold_back
from gateway.model.structure import DataStructure
from gateway.releases.publishing import Publisher
from tests.conftest import basic
from tests.intake.books import GT, SV
from tests.web.flows import WHOLE, Flows, both


def to(client: str, **what: object) -> Grant:
    return Grant(f"client:{client}", ("read",), **what)  # type: ignore[arg-type]


C = frozenset("C")

READERS: dict[str, tuple[Grant, ...]] = {
    "everything free": (to("everything free"),),
    "the same again": (to("the same again"),),
    "nothing": (),
    "El Salvador": (to("El Salvador", provider="SV_DGME"),),
    "Guatemala": (to("Guatemala", provider="GT_*"),),
    "confidential": (to("confidential", statuses=C),),
    "confidential of one": (to("confidential of one"), to("confidential of one", statuses=C,
                                                          provider="SV_DGME")),
    "named": (to("named", statuses=C),),
    "ahead": (to("ahead", embargoed=True, statuses=frozenset("CE")),),
    "a region": (to("a region", region="c[TIME_PERIOD]=ge:2017"),),
    "all but a country": (to("all but a country"), to("all but a country", provider="GT_*",
                                                      denies=True)),
    "an hour": (to("an hour"),),
    "a narrow scope": (to("a narrow scope", statuses=C, embargoed=True),),
}  # fmt: skip
"""Who reads, and what each is granted; spaces are hyphens in an id."""


def _id(name: str) -> str:
    return name.replace(" ", "-")


def _named(grant: Grant) -> Grant:
    return Grant(_id(grant.subject), grant.actions, grant.provider, grant.dataflow, grant.region,
                 grant.statuses, grant.embargoed, grant.denies)  # fmt: skip


def _structure(flows: Flows) -> DataStructure:
    return flows.exchange.provision(SV).structure


def _revoke(flows: Flows, name: str) -> None:
    (grant, *_) = [
        each for each in flows.exchange.grants.all() if each.subject == f"client:{_id(name)}"
    ]
    flows.exchange.grants.revoke(grant.id, "tests", flows.clock())


EVENTS: dict[str, Callable[[Flows], object]] = {
    "nothing": lambda flows: None,
    "embargoes of observations lift": lambda flows: flows.clock.move(minutes=2),
    "a part is held back": lambda flows: hold_back(
        flows.exchange, SV, "c[TIME_PERIOD]=ge:2018", flows.clock() + timedelta(minutes=1), "tests"
    ),
    "it no longer is": lambda flows: flows.clock.move(minutes=1),
    "a grant is withdrawn": lambda flows: _revoke(flows, "confidential"),
    "a country is denied": lambda flows: flows.exchange.grants.add(
        Grant("client:everything-free", ("read",), provider="SV_*", denies=True),
        "tests", flows.clock(),
    ),
    "a release": lambda flows: flows.publish(SV, 3),
    "a release to come": lambda flows: flows.publish(
        GT, 4, flows.clock() + timedelta(minutes=1)
    ),
    "it can be seen": lambda flows: flows.clock.move(minutes=1),
    "a release is taken back": lambda flows: Publisher(flows.exchange.store).withdraw(
        SV, 2, _structure(flows), "wrong", flows.clock()
    ),
}  # fmt: skip
"""What changes what they see, one after the other."""


@pytest.fixture(scope="module")
def flows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flows]:
    flows = both(tmp_path_factory.mktemp("flows"))
    flows.client("reader", to("reader"))
    yield flows
    flows.close()


@pytest.mark.slow
def test_everybody_gets_what_is_theirs(tmp_path: Path) -> None:
    """To the byte what a gateway without any cache answers, after every change, twice.

    In one run the second answer is the file of the first; in the other both are of the file that
    was made ahead.
    """
    flows = both(tmp_path)
    ahead = flows.other()
    for name, grants in READERS.items():
        scopes = {"scopes": (DATA_READ,)} if name == "a narrow scope" else {}
        flows.client(_id(name), *map(_named, grants), **scopes)  # type: ignore[arg-type]
    seen: dict[str, list[bytes]] = {name: [] for name in READERS}

    for event, happen in EVENTS.items():
        happen(flows)
        ahead.made_ahead()
        for name in READERS:
            bare = flows.get(_id(name), flows.bare)
            for answer in (each.get(_id(name)) for each in (flows, flows, ahead, ahead)):
                assert (answer.status_code, answer.data) == (bare.status_code, bare.data), (
                    event, name
                )  # fmt: skip
                assert answer.headers.get("ETag") == bare.headers.get("ETag"), (event, name)
            seen[name].append(bare.data)
    flows.close()

    assert {name for name, bodies in seen.items() if len(set(bodies)) < 3} == {"nothing"}
    assert len({bodies[0] for bodies in seen.values()}) >= 8
    as_asked, as_made = (each.answers().count("prepared") for each in (flows, ahead))
    asked = 2 * len(EVENTS) * (len(READERS) - 1)
    assert as_asked >= asked / 2
    assert as_made >= asked * 0.9 - len(READERS)


@pytest.fixture(autouse=True)
def _anew(flows: Flows) -> None:
    """Each test begins without files and without anything remembered."""
    for each in (*flows.files, *(flows.exchange.home.cache / "pulls").glob("*")):
        each.unlink()
    flows.web = flows.process()
    flows.answers()


def test_a_head_says_how_long_it_is(flows: Flows) -> None:
    """And takes nothing of it; what holds is 304, whichever way it is asked."""
    first = flows.get("reader")
    bearer = {"Authorization": f"Bearer {flows.token('reader')}"}

    head = flows.web.head(WHOLE, headers=bearer)
    held = flows.get("reader", If_None_Match=first.headers["ETag"])
    anything = flows.get("reader", If_None_Match="*")

    assert (head.data, head.content_length) == (b"", len(first.data))
    assert [each.status_code for each in (held, anything)] == [304, 304]


def test_a_range_is_answered_whole(flows: Flows) -> None:
    """Ranges are not offered: a client that asks for one is told so by 200. RFC 9110, 14.2."""
    whole = [flows.get("reader", Range="bytes=10-19") for _ in range(2)]

    assert flows.answers() == ["made", "prepared"]
    assert [each.status_code for each in whole] == [200, 200]
    assert {len(each.data) for each in whole} == {whole[0].content_length or len(whole[0].data)}
    assert "Content-Range" not in whole[1].headers


def test_all_are_on_record_with_as_many_figures(flows: Flows) -> None:
    """Figures went out, whoever rendered them; of what is made ahead, nothing did."""
    flows.get("reader")
    flows.web = flows.process()
    flows.get("reader")
    flows.files[0].unlink()
    entries = list(flows.exchange.audit.entries(action="read"))
    flows.made_ahead()
    assert list(flows.exchange.audit.entries(action="read")) == entries
    flows.get("reader")

    read = [each.decision for each in flows.exchange.audit.entries(action="read")][-3:]
    assert flows.answers() == ["made", "prepared", "prepared"]
    assert {(each.client_id, each.status) for each in read} == {("reader", 200)}
    assert len({(each.rows, each.suppressed) for each in read}) == 1
    assert read[0].rows == 1_360
    assert read[0].suppressed == 2_720


@pytest.mark.parametrize(
    "withdraw",
    [
        pytest.param(lambda flows, id: flows.web.post(
            "/oauth/revoke", data={"token": flows.token(id)}, headers=basic(*flows.secrets[id])
        ), id="its token"),
        pytest.param(lambda flows, id: flows.exchange.clients.revoke(id, flows.clock()),
                     id="its client"),
    ],
)  # fmt: skip
def test_who_is_let_in_no_more_gets_no_file(
    flows: Flows, withdraw: Callable[[Flows, str], object]
) -> None:
    """From the next request on, in whichever process it was withdrawn."""
    id = flows.client(f"out-{len(flows.secrets)}")
    flows.exchange.grants.add(Grant(f"client:{id}", ("read",)), "tests", flows.clock())
    assert [flows.get(id).status_code for _ in range(2)] == [200, 200]
    assert flows.answers() == ["made", "prepared"]

    withdraw(flows, id)

    assert flows.get(id).status_code == HTTPStatus.UNAUTHORIZED
    assert flows.web.get(WHOLE).status_code == HTTPStatus.UNAUTHORIZED


def test_what_no_longer_stands_is_removed(flows: Flows) -> None:
    """With the release that it was made of, or the right, no file of it stays."""
    flows.get("reader")
    (stale,) = flows.files
    flows.publish(GT, 7)

    assert flows.made_ahead() == 1
    flows.ahead.look()
    assert stale not in flows.files
    assert len(flows.files) == 1
    flows.exchange.grants.add(
        Grant("client:reader", ("read",), denies=True), "tests", flows.clock()
    )
    flows.made_ahead()
    assert flows.files == []
    assert flows.get("reader").status_code == HTTPStatus.NOT_FOUND
    denial = [each for each in flows.exchange.grants.all() if each.denies]
    flows.exchange.grants.revoke(denial[-1].id, "tests", flows.clock())


def test_what_is_made_ahead_is_what_was_asked_for(flows: Flows) -> None:
    """In the format, the encoding and the language that it was asked for in, on either mount."""
    said = {
        "csv": (WHOLE, {"Accept_Encoding": "identity"}),
        "header": (WHOLE.partition("?")[0], {"Accept": "application/vnd.sdmx.data+csv;labels=both",
                                             "Accept_Language": "es"}),
        "v1": ("/sdmx/v1/data/LMIG,DF_RETURNS,1.0.0/all/all?detail=full", {}),
    }  # fmt: skip
    first = {name: flows.get("reader", path=path, **more) for name, (path, more) in said.items()}
    assert len(flows.files) == len(said)
    flows.publish(SV, 9)
    assert flows.made_ahead() == len(said)
    flows.answers()

    for name, (path, more) in said.items():
        again = flows.get("reader", path=path, **more)
        assert again.status_code == HTTPStatus.OK
        assert again.data != first[name].data
        assert again.data == flows.get("reader", flows.bare, path=path, **more).data, name
    assert flows.answers() == ["prepared"] * len(said)


@pytest.mark.parametrize("dated", ["updatedAfter=2020-01-01", "asOf=2027-01-01"])
def test_a_question_about_a_moment_is_not_made_ahead(flows: Flows, dated: str) -> None:
    """The next one will be about another."""
    path = f"{WHOLE}&{dated}T00:00:00Z"
    if flows.get("reader", path=path).status_code != HTTPStatus.OK:
        path = f"{WHOLE}&asOf={flows.clock().isoformat()[:26]}Z"
        assert flows.get("reader", path=path).status_code == HTTPStatus.OK
    assert len(flows.files) == 1
    flows.files[0].unlink()

    assert flows.made_ahead() == 0


def test_what_nobody_asks_for_any_more_is_forgotten(flows: Flows) -> None:
    """With its file; what is held (304) counts as asked for."""
    flows.get("reader")
    tag = flows.get("reader").headers["ETag"]
    (pull,) = (flows.exchange.home.cache / "pulls").glob("*")
    long_ago = time.time() - 9 * 24 * 60 * 60
    os.utime(pull, (long_ago, long_ago))
    assert flows.get("reader", flows.process(), If_None_Match=tag).status_code == 304

    assert pull.stat().st_mtime > long_ago
    assert (flows.made_ahead(), len(flows.files)) == (0, 1)
    os.utime(pull, (long_ago, long_ago))
    assert flows.made_ahead() == 0
    assert (flows.files, pull.exists()) == ([], False)


@pytest.mark.parametrize("broken", [b"", b"{}", b'{"path": 1}', b"\xff"])
def test_what_another_version_wrote_is_forgotten(flows: Flows, broken: bytes) -> None:
    """It is no fault, and stops nothing."""
    flows.get("reader")
    (pull,) = (flows.exchange.home.cache / "pulls").glob("*")
    strange = pull.with_name("strange.json")
    strange.write_bytes(broken)
    flows.files[0].unlink()

    assert flows.made_ahead() == 1
    assert not strange.exists()
    assert pull.exists()


def test_no_secret_is_remembered(flows: Flows) -> None:
    """Neither the token nor its id."""
    flows.get("reader")
    (pull,) = (flows.exchange.home.cache / "pulls").glob("*")
    said = pull.read_text()

    assert flows.token("reader") not in said
    assert '"token":""' in said
    assert pull.parent.stat().st_mode & 0o777 == 0o700
    assert pull.stat().st_mode & 0o777 == 0o600
    assert {"jti", "Bearer", "secret"} & set(re.findall(r"\w+", said)) == set()


def test_nobody_is_named_whom_the_rules_do_not_name(flows: Flows) -> None:
    """What everybody is granted is made ahead for everybody; a grant that is over names nobody."""
    flows.client("somebody")
    flows.client("else")
    grants, now = flows.exchange.grants, flows.clock()
    everyone = grants.add(Grant("*", ("read",)), "tests", now)
    pulls = flows.exchange.home.cache / "pulls"
    for each in ("somebody", "else"):
        flows.get(each)
    (pull,) = pulls.glob("*")
    assert not {"somebody", "else"} & {*re.findall(r"\w+", pull.read_text())}
    grants.revoke(everyone.id, "tests", now)
    own = grants.add(Grant("client:somebody", ("read",)), "tests", now)
    flows.get("somebody", flows.process())
    assert any("somebody" in each.read_text() for each in pulls.glob("*"))
    grants.revoke(own.id, "tests", now)

    flows.made_ahead()

    assert not any("somebody" in each.read_text() for each in pulls.glob("*"))


def test_a_disk_without_room_is_no_trouble(flows: Flows) -> None:
    """The answer goes out as made, and nothing is remembered of it."""
    cache = flows.exchange.home.cache
    for name in ("answers", "pulls"):
        (cache / name).mkdir(0o700, exist_ok=True)  # where this is the first that asks
        (cache / name).rename(cache / f"{name}-aside")
        (cache / name).touch()

    answers = [flows.get("reader", flows.process()) for _ in range(2)]

    assert flows.answers() == ["made", "made"]
    assert len({each.data for each in answers}) == 1
    for name in ("answers", "pulls"):
        (cache / name).unlink()
        (cache / f"{name}-aside").rename(cache / name)


@pytest.fixture(scope="module")
def many(flows: Flows) -> Flows:
    """The same with a release that is large when it is compressed, too."""
    flows.publish_more()
    return flows


@pytest.mark.parametrize("encoding", ["identity", "gzip", "zstd"])
@pytest.mark.parametrize("ahead", [False, True], ids=["as asked for", "made ahead"])
def test_the_file_is_what_is_made(many: Flows, encoding: str, ahead: bool) -> None:
    """To the byte and in every header, from a file that nobody else can read."""
    flows = many
    path = WHOLE.replace("csv", "generic")
    first = flows.get("reader", path=path, Accept_Encoding=encoding)
    if ahead:
        flows.files[0].unlink()
        assert flows.made_ahead() == 1
    again = flows.get("reader", path=path, Accept_Encoding=encoding)
    bare = flows.get("reader", flows.bare, path=path, Accept_Encoding=encoding)
    (file,) = flows.files

    assert flows.answers() == ["made", "prepared"]
    assert (first.status_code, again.data) == (HTTPStatus.OK, first.data)
    assert bare.data == first.data
    assert again.content_length == len(first.data)
    for name in ("ETag", "Content-Type", "Content-Encoding", "Cache-Control", "Vary"):
        assert again.headers.get(name) == first.headers.get(name) == bare.headers.get(name)
    assert file.read_bytes()[: len(first.data)] == first.data
    assert file.stat().st_mode & 0o777 == 0o600
    folders = (file.parent, file.parent.parent, flows.exchange.home.cache / "pulls")
    assert {each.stat().st_mode & 0o777 for each in folders} == {0o700}


def test_a_reader_who_leaves_leaves_nothing(many: Flows) -> None:
    """Half a body is never kept; but what was wanted is made for the next time."""
    flows, path = many, WHOLE.replace("csv", "generic")
    bearer = {"Authorization": f"Bearer {flows.token('reader')}"}
    answer = flows.web.get(path, headers=bearer)
    pieces = iter(answer.response)
    next(pieces)
    left = [each.suffix for each in flows.files]
    assert flows.ahead.look() == frozenset()  # it is being made
    del pieces
    answer.close()

    assert left == [".part"]
    assert flows.files == []
    assert flows.made_ahead() == 1
    assert flows.get("reader", path=path).data == flows.get("reader", flows.bare, path=path).data
    assert flows.answers()[-1:] == ["prepared"]
