"""Grants: what they mean, whom they are to, and what is refused rather than guessed."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gateway.access.caller import Caller, Detail
from gateway.access.clients import SCOPES
from gateway.access.grants import Grant, Grants, RegionEmbargo, Rules
from gateway.access.policy import Policy
from gateway.access.rights import Provided, Realm, names
from gateway.database import Database
from gateway.database.revisions import MIGRATIONS
from gateway.errors import BadSyntax, GatewayError, NotFound, SemanticError
from gateway.model.visibility import Embargo, View
from gateway.settings import Home
from tests.database.opening import opened
from tests.figures import FLOW, NOON, RESTRICTED

PROVIDED = Provided("GT_SUPPLY", "GT", FLOW.reference, RESTRICTED, frozenset())
REALM = Realm((PROVIDED,), (FLOW.reference,))
OFFICE = Caller("office", frozenset(SCOPES), "office", "https://ours", "GT")
ALL = Grant("*", ("read",))


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    home.create()
    with closing(opened(home)) as database:
        yield database


@pytest.fixture
def grants(database: Database) -> Grants:
    return Grants(database)


def seen(*found: Grant, caller: Caller = OFFICE) -> View:
    """What a caller sees of the one provision."""
    rules = Rules("1", found, {}, ())
    return REALM.visibility(rules, caller, NOON).view("GT_SUPPLY")


@pytest.mark.parametrize(
    ("grant", "error", "said"),
    [
        pytest.param(Grant("somebody", ("read",)), BadSyntax, "names nobody", id="no kind"),
        pytest.param(Grant("client:", ("read",)), BadSyntax, "names nobody", id="no id"),
        pytest.param(Grant("client:a\nb", ("read",)), BadSyntax, "names nobody", id="two lines"),
        pytest.param(Grant("*", ()), SemanticError, "allows something", id="no action"),
        pytest.param(Grant("*", ("write",)), SemanticError, "write", id="unknown action"),
        pytest.param(replace(ALL, statuses=frozenset("Z")), SemanticError, "Z", id="no status"),
        pytest.param(replace(ALL, provider="GT%"), BadSyntax, "GT%", id="provider pattern"),
        pytest.param(replace(ALL, dataflow="A:B:C"), BadSyntax, "A:B:C", id="flow pattern"),
        pytest.param(replace(ALL, region="M.GT"), BadSyntax, "M.GT", id="a bare key"),
        pytest.param(replace(ALL, region="c[SEX]=F&c[SEX]=M"), BadSyntax, "twice", id="twice"),
        pytest.param(replace(ALL, region="key=M", embargoed=True), SemanticError, "whole releases",
                     id="ahead in a region"),
        pytest.param(replace(ALL, denies=True, statuses=frozenset("N")), SemanticError,
                     "whatever its status", id="a denial of a status"),
        pytest.param(replace(ALL, valid_from=NOON, valid_to=NOON), SemanticError,
                     "before it begins", id="ends at once"),
        pytest.param(Grant("*", ("submit",), region="key=M"), SemanticError, "Only reading",
                     id="handing in a region"),
    ],
)  # fmt: skip
def test_a_grant_that_means_nothing_is_refused(
    grants: Grants, grant: Grant, error: type[GatewayError], said: str
) -> None:
    with pytest.raises(error) as caught:
        grants.add(grant, "tests", NOON)

    assert said in caught.value.sentence()
    assert grants.all() == []


def test_a_grant_is_kept_as_it_was_said_and_never_changed(grants: Grants) -> None:
    """Revoked, it stays on record with who did it; what it was is all there still."""
    whole = Grant(
        "organisation:GT", ("read", "submit"), "GT", "X:DF_*(1.*)", statuses=frozenset("NC"),
        valid_from=NOON, valid_to=NOON + timedelta(days=9), agreement="7/2026", approved_by="Ana",
    )  # fmt: skip
    made = grants.add(whole, "Berta", NOON)

    grants.revoke(made.id, "Carla", NOON + timedelta(days=1))
    (found,) = grants.all()

    assert found.what() == whole.what()
    assert (found.created_by, found.created_at) == ("Berta", NOON)
    assert (found.revoked_by, found.revoked_at) == ("Carla", NOON + timedelta(days=1))
    assert grants.rules().grants == ()
    with pytest.raises(NotFound):
        grants.revoke(made.id, "Carla", NOON)


def test_every_change_of_rights_is_another_version(grants: Grants) -> None:
    """Also of groups and embargoes; so nobody goes on by what held before."""
    versions = [grants.version()]
    made = grants.add(ALL, "tests", NOON)
    versions.append(grants.version())
    grants.set_members("g", ["client:a"])
    versions.append(grants.version())
    held = grants.embargo("GT_SUPPLY", "c[SEX]=F", NOON + timedelta(days=1), "tests", NOON)
    versions.append(grants.version())
    grants.lift(held.id)
    versions.append(grants.version())
    grants.revoke(made.id, "tests", NOON)
    versions.append(grants.version())

    assert len(set(versions)) == 6
    assert grants.rules().version == versions[-1]


def test_what_a_caller_sees_is_worked_out_once_a_version(grants: Grants) -> None:
    """And anew when a grant begins or ends, without anyone acting."""
    policy = Policy(grants, REALM)
    ends = NOON + timedelta(hours=1)
    grants.add(replace(ALL, valid_to=ends), "tests", NOON)

    first, second = (policy.visibility(OFFICE, NOON) for _ in range(2))
    over = policy.visibility(OFFICE, ends)

    assert first.views is second.views
    assert first.sees("GT_SUPPLY")
    assert not over.sees("GT_SUPPLY")
    assert policy.visibility(OFFICE, NOON).sees("GT_SUPPLY")


def test_nothing_is_seen_that_no_grant_allows() -> None:
    """Nor without the scope, nor what is denied, nor what is to others."""
    no_scope = replace(OFFICE, scopes=frozenset({"data.submit"}))
    denial = replace(ALL, subject="client:office", denies=True)

    assert seen(ALL).sights
    assert not seen().sights
    assert not seen(ALL, caller=no_scope).sights
    assert not seen(ALL, denial).sights
    assert not seen(replace(ALL, subject="organisation:MX")).sights
    assert not seen(Grant("*", ("submit",))).sights


@pytest.mark.parametrize(
    ("pattern", "is_meant"),
    [
        ("X:DF_SMALL(1.0.0)", True),
        ("DF_*", True),
        ("*:*(1.*)", True),
        ("X:DF_SMALL(2.*)", False),
        ("X:DF_SMAL", False),
        ("Y:DF_SMALL", False),
    ],
)
def test_a_pattern_means_agency_id_and_version(pattern: str, is_meant: bool) -> None:
    """All three; for who is granted it, and for whose token is narrowed to it."""
    narrowed = replace(OFFICE, details=(Detail(dataflows=(pattern,)),))

    assert bool(seen(replace(ALL, dataflow=pattern)).sights) == is_meant
    assert bool(seen(ALL, caller=narrowed).sights) == is_meant


def test_a_scope_is_the_most_that_a_grant_can_give() -> None:
    """What is not free, and what is not public yet, wants a scope of its own beside the grant."""
    grant = replace(ALL, statuses=frozenset("N"), embargoed=True)
    plain = replace(OFFICE, scopes=frozenset({"data.read"}))

    (whole,), (less,) = seen(grant).sights, seen(grant, caller=plain).sights

    assert (whole.statuses, whole.ahead, whole.organisation) == (frozenset("N"), True, "GT")
    assert (less.statuses, less.ahead, less.organisation) == (frozenset(), False, None)


@pytest.mark.parametrize(
    "detail",
    [
        pytest.param(Detail(actions=("submit",)), id="another action"),
        pytest.param(Detail(dataflows=("X:DF_OTHER",)), id="another dataflow"),
        pytest.param(Detail(dataflows=("(((",)), id="no pattern"),
        pytest.param(Detail(key="M'"), id="no key"),
        pytest.param(Detail(key="M.GT.F.X.Y"), id="a key that is too long"),
    ],
)
def test_a_token_that_is_narrowed_to_something_else_reads_nothing(detail: Detail) -> None:
    """What cannot be understood narrows to nothing, rather than not at all."""
    assert not seen(ALL, caller=replace(OFFICE, details=(detail,))).sights


SUBMIT = Grant("*", ("submit",))


@pytest.mark.parametrize(
    ("caller", "more"),
    [
        pytest.param({}, [replace(SUBMIT, subject="client:office", denies=True)], id="denied"),
        pytest.param({"scopes": frozenset({"data.read"})}, [], id="without the scope"),
        pytest.param({"details": (Detail(key="M.GT"),)}, [], id="narrowed to a part"),
        pytest.param({"details": (Detail(("read",)),)}, [], id="narrowed to another action"),
        pytest.param({"details": (Detail((), ("X:DF_OTHER(*)",)),)}, [], id="another dataflow"),
    ],
)
def test_what_is_done_to_the_whole_is_granted_for_the_whole(
    caller: dict[str, Any], more: list[Grant]
) -> None:
    """Handing in: by a grant, the scope and a token that speak of all of it, and no denial."""
    granted, less = (Rules("1", tuple(each), {}, ()) for each in ([SUBMIT], [SUBMIT, *more]))

    assert REALM.allowed(granted, "submit", OFFICE, NOON) == {"GT_SUPPLY"}
    assert not REALM.allowed(less, "submit", replace(OFFICE, **caller), NOON)


def test_another_issuer_s_people_and_clients_are_none_of_ours() -> None:
    """Though they have the same ids: they bear their issuer's name, which grants name too."""
    ours = [Grant(each, ("read",)) for each in ("client:office", "person:ana")]
    theirs = replace(OFFICE, client_id="mintrab:office", subject="mintrab:ana", organisation=None)

    assert seen(*ours, caller=replace(OFFICE, subject="ana")).sights
    assert not seen(*ours, caller=theirs).sights
    assert seen(Grant("person:mintrab:ana", ("read",)), caller=theirs).sights


def test_a_client_that_asks_for_itself_is_no_person() -> None:
    """Whoever may register clients could else take the name of a colleague."""
    rules = Rules("1", (), {"g": frozenset({"client:office"}), "h": frozenset({"person:x"})}, ())

    assert names(OFFICE, rules) == {*("*", "client:office", "organisation:GT", "group:g")}


@pytest.mark.parametrize("region", ["c[NO_SUCH]=X", "key=M.GT.F.X"])
def test_a_region_that_no_longer_fits_gives_nothing_and_denies_all(region: str) -> None:
    """A structure may change under a grant: then it is read on the safe side; so is an embargo."""
    until = NOON + timedelta(hours=1)
    held = RegionEmbargo("embargo-1", "GT_SUPPLY", region, until, "tests")
    rules = Rules("1", (ALL,), {}, (held, replace(held, provision="MX_SUPPLY")))

    assert not seen(replace(ALL, region=region)).sights
    assert not seen(ALL, replace(ALL, region=region, denies=True)).sights
    view = REALM.visibility(rules, OFFICE, NOON).view("GT_SUPPLY")
    assert view.embargoes == (Embargo((), until),)


def test_existing_clients_keep_what_they_could_do_on_record(tmp_path: Path) -> None:
    """A home of before has clients with scopes and no grants: it gets them with the new tables."""
    before = tmp_path / "before"
    before.mkdir()
    for path in MIGRATIONS.glob("000[1-4]_*.py"):
        shutil.copy(path, before)
    (tmp_path / "home").mkdir(mode=0o700)
    old = Database(tmp_path / "home" / "gateway.db", migrations=before)
    with old.writing() as connection:
        for client in ("ine-gt", "igm"):
            row = f"('{client}', '{client}', '', '2026-01-01T00:00:00+00:00', NULL, NULL)"
            connection.execute(text(f"INSERT INTO clients VALUES {row}"))  # noqa: S608
        for pair in (
            "('ine-gt', 'data.read')",
            "('igm', 'data.submit')",
            "('igm', 'data.approve')",
        ):
            connection.execute(text(f"INSERT INTO client_scopes VALUES {pair}"))  # noqa: S608
    old.close()

    with closing(Database(tmp_path / "home" / "gateway.db")) as database:
        found = Grants(database).all()

    assert {(each.subject, each.actions, each.provider, each.dataflow) for each in found} == {
        ("client:ine-gt", ("read",), "*", "*"),
        ("client:igm", ("submit",), "*", "*"),
        ("client:igm", ("approve",), "*", "*"),
    }
    assert {each.statuses for each in found} == {frozenset()}
