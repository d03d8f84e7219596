"""The way of a submission: whole or absent at every step, and decided once."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.errors import BadFile, Conflict, Forbidden, NotFound, SemanticError
from gateway.exchange import Exchange, workflow
from gateway.exchange.backup import backup, restore
from gateway.exchange.submission import submit
from gateway.model.release import State, Submission
from gateway.settings import Home
from tests.cli.conftest import template
from tests.conftest import Clock
from tests.homes import on_each_database as each_home
from tests.intake.books import SV
from tests.process import run

__all__ = ["each_home", "template"]


def small(home: Home, template: Path) -> Home:
    """A home with one provision and short lists, which opens at once; its settings are its own."""
    settings = home.config / "gateway.toml" if home.root.exists() else None
    own = settings.read_bytes() if settings is not None else b""
    shutil.rmtree(home.root, ignore_errors=True)
    shutil.copytree(template, home.root)
    (home.root / "config" / "gateway.toml").write_bytes(own)
    return home


def asking_for_two(home: Home, template: Path) -> Home:
    """A small home whose provision for El Salvador asks for four eyes."""
    small(home, template)
    path = home.config / "provisions" / SV / "provision.toml"
    path.write_text('approval = "four eyes"\n' + path.read_text("utf-8"), "utf-8")
    return home


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def strict(each_home: Home, template: Path, clock: Clock) -> Iterator[Exchange]:
    """A gateway that asks for four eyes, on each database."""
    with closing(Exchange(asking_for_two(each_home, template), clock)) as exchange:
        yield exchange


@pytest.fixture
def plain(each_home: Home, template: Path, clock: Clock) -> Iterator[Exchange]:
    """A gateway that asks for nothing."""
    with closing(Exchange(small(each_home, template), clock)) as exchange:
        yield exchange


def sample(exchange: Exchange) -> Path:
    path = exchange.provision(SV).sample
    assert path is not None
    return path


def wrong(exchange: Exchange) -> bytes:
    """The sample with a total that does not add up."""
    return sample(exchange).read_bytes().replace(b"14 986", b"14 987", 1)


def handed_in(exchange: Exchange, by: str = "Ana", content: bytes = b"") -> Submission:
    """A submission of which nothing is on record but that it was received."""
    path = sample(exchange)
    given = content or path.read_bytes()
    return workflow.hand_in(exchange, given, path.name, exchange.provision(SV), by)


def waiting(exchange: Exchange, by: str = "Ana") -> str:
    receipt = submit(exchange, sample(exchange), SV, by=by)
    assert receipt.state is State.CHECKED
    assert receipt.submission is not None
    return receipt.submission


def on_record(exchange: Exchange, id: str) -> Submission:
    return exchange.store.catalogue.submissions.get(id)


def assert_well(exchange: Exchange) -> None:
    """Every file that is named is there, and no other."""
    assert [*exchange.store.faults()] == []


def test_a_file_is_released_at_once_where_nobody_asks_for_more(plain: Exchange) -> None:
    """It goes all the way, and what is on record says so."""
    receipt = submit(plain, sample(plain), SV, by="Ana")

    assert receipt.release is not None
    assert receipt.submission is not None
    found = on_record(plain, receipt.submission)
    assert (found.state, found.release) == (State.RELEASED, receipt.release.number)
    assert (found.submitted_by, found.decided_by) == ("Ana", None)
    assert workflow.receipt_on_record(plain, found) == receipt
    assert_well(plain)


def test_the_same_file_again_is_on_record_as_unchanged(plain: Exchange) -> None:
    first, second = (submit(plain, sample(plain), SV) for _ in range(2))

    assert first.release == second.release
    assert [each.state for each in plain.store.catalogue.submissions.all(SV)] == [
        State.RELEASED,
        State.UNCHANGED,
    ]
    assert_well(plain)


def test_four_eyes_release_it(strict: Exchange) -> None:
    """Nothing is released before; afterwards it is on record who did what."""
    id = waiting(strict)
    before = strict.releases()

    receipt = workflow.approve(strict, id, "Berta")

    assert before == []
    assert [receipt.release] == strict.releases()
    found = on_record(strict, id)
    assert (found.state, found.submitted_by, found.decided_by) == (State.RELEASED, "Ana", "Berta")
    assert found.decided_at == strict.clock()
    assert_well(strict)


@pytest.mark.parametrize("name", ["Ana", "ANA", " ana "])
def test_two_eyes_do_not(strict: Exchange, name: str) -> None:
    """However the submitter spells the name; it goes on waiting."""
    id = waiting(strict)

    with pytest.raises(Forbidden, match="somebody else"):
        workflow.approve(strict, id, name)

    assert on_record(strict, id).waits
    assert strict.releases() == []


def test_whoever_asks_for_nothing_gets_no_second_look(plain: Exchange) -> None:
    """What was broken off after it was received may be released by whoever handed it in."""
    id = handed_in(plain).id
    plain.clock.move(minutes=1)  # type: ignore[attr-defined]  # the fixture's clock

    assert workflow.approve(plain, id, "Ana").state is State.RELEASED


Decide = Callable[[Exchange, str], object]
APPROVE: Decide = lambda exchange, id: workflow.approve(exchange, id, "Carla")  # noqa: E731
REFUSE: Decide = lambda exchange, id: workflow.refuse(exchange, id, "Carla", "no")  # noqa: E731
RESUME: Decide = workflow.take_up


@pytest.mark.parametrize("second", [APPROVE, REFUSE, RESUME], ids=["approve", "refuse", "resume"])
@pytest.mark.parametrize("first", [APPROVE, REFUSE], ids=["approved", "refused"])
def test_what_is_decided_stays_so(strict: Exchange, first: Decide, second: Decide) -> None:
    """The second decision is a conflict, and changes nothing."""
    id = waiting(strict)
    first(strict, id)
    before = on_record(strict, id), strict.releases()

    with pytest.raises(Conflict, match="already"):
        second(strict, id)

    assert (on_record(strict, id), strict.releases()) == before


def test_a_refusal_stays_on_record(strict: Exchange) -> None:
    """With its reason and its file, also by whoever handed it in."""
    id = waiting(strict)

    found = workflow.refuse(strict, id, "Ana", "el mes equivocado")

    assert (found.state, found.because) == (State.REFUSED, "el mes equivocado")
    assert found.receipt is not None
    strict.store.remove_orphans()
    assert_well(strict)


def test_a_refusal_says_why(strict: Exchange) -> None:
    id = waiting(strict)

    with pytest.raises(SemanticError, match="why"):
        workflow.refuse(strict, id, "Berta", "  ")

    assert on_record(strict, id).waits


def test_findings_refuse_it_and_stay_on_record(plain: Exchange) -> None:
    id = handed_in(plain, content=wrong(plain)).id

    receipt = workflow.take_up(plain, id)

    found = on_record(plain, id)
    assert receipt.state is found.state is State.REFUSED
    assert found.receipt == receipt
    assert [each.rule for each in receipt.findings] == ["control_mismatch"]
    assert plain.releases() == []
    assert_well(plain)


def test_an_unreadable_file_is_refused_with_its_reason(plain: Exchange) -> None:
    """The sentence is kept in both languages."""
    found = workflow.hand_in(plain, b"PK\x03\x04no", "bad.xlsx", plain.provision(SV), "Ana")

    with pytest.raises(BadFile) as raised:
        workflow.take_up(plain, found.id)

    after = on_record(plain, found.id)
    assert after.state is State.REFUSED
    assert after.receipt is not None
    (finding,) = after.receipt.findings
    assert (finding.message.en, finding.message.es) == (
        raised.value.sentence(),
        raised.value.sentence("es"),
    )


def test_an_approval_looks_again(strict: Exchange) -> None:
    """What has become wrong while it waited is refused with the findings of now."""
    id = waiting(strict)
    stricter = strict.provision(SV)
    strict.provisions = {
        SV: replace(stricter, checks=type(stricter.checks)(first_year=2020)),
    }

    receipt = workflow.approve(strict, id, "Berta")

    assert receipt.state is on_record(strict, id).state is State.REFUSED
    assert receipt.findings
    assert strict.releases() == []


def test_a_provision_that_asks_for_four_eyes_by_now_gets_them(plain: Exchange) -> None:
    """What was received before waits as well."""
    id = handed_in(plain).id
    plain.provisions = {SV: replace(plain.provision(SV), four_eyes=True)}

    assert workflow.take_up(plain, id).state is State.CHECKED
    plain.clock.move(minutes=1)  # type: ignore[attr-defined]  # the fixture's clock
    with pytest.raises(Forbidden):
        workflow.approve(plain, id, "Ana")


def test_an_embargo_that_ended_meanwhile_is_over(strict: Exchange, clock: Clock) -> None:
    until = clock().replace(hour=13)
    receipt = submit(strict, sample(strict), SV, by="Ana", visible_from=until)
    clock.move(hours=2)

    release = workflow.approve(strict, receipt.submission or "", "Berta").release

    assert release is not None
    assert release.visible_from == clock()


def test_an_embargo_holds_from_the_approval_on(strict: Exchange, clock: Clock) -> None:
    until = clock().replace(hour=13)
    receipt = submit(strict, sample(strict), SV, by="Ana", visible_from=until)

    release = workflow.approve(strict, receipt.submission or "", "Berta").release

    assert release is not None
    assert release.visible_from == until


def test_work_that_was_broken_off_is_taken_up_again(strict: Exchange, clock: Clock) -> None:
    """Whatever it came to: received, or approved and not released."""
    received, approved = handed_in(strict).id, waiting(strict)
    workflow.decide(strict, approved, "Berta")

    with pytest.raises(Conflict, match="worked on"):
        workflow.approve(strict, approved, "Carla")
    assert workflow.take_up(strict, received).state is State.CHECKED
    assert workflow.take_up(strict, approved).state is State.RELEASED
    assert on_record(strict, approved).decided_by == "Berta"
    clock.move(minutes=1)
    assert workflow.approve(strict, received, "Berta").state is State.UNCHANGED


def test_a_backup_has_what_waits(strict: Exchange, template: Path, tmp_path: Path) -> None:
    """A copy of the gateway goes on with it."""
    id = waiting(strict)
    backup(strict, tmp_path / "all.tar")
    other = asking_for_two(Home(tmp_path / "other"), template)

    with closing(Exchange(other)) as copy:
        restore(copy, tmp_path / "all.tar")
        released = workflow.approve(copy, id, "Berta")

        assert released.state is State.RELEASED
        assert_well(copy)


@pytest.mark.parametrize("id", ["none", "", "\0", "x" * 100])
def test_an_unknown_submission_is_named(plain: Exchange, id: str) -> None:
    with pytest.raises(NotFound, match="no submission"):
        workflow.take_up(plain, id)


@pytest.mark.parametrize("by", ["", " ", "\0", "a\nb", "x" * 201])
def test_nobody_hands_in_without_a_name(plain: Exchange, by: str) -> None:
    with pytest.raises(SemanticError, match="by takes a name"):
        handed_in(plain, by=by)

    assert plain.store.catalogue.submissions.all() == []
    assert_well(plain)


def test_names_of_persons_never_reach_the_disk(exchange: Exchange, tmp_path: Path) -> None:
    """Records with a column that is not to be taken in are refused before they are kept."""
    spoiled = tmp_path / "emif.csv"
    spoiled.write_text("SEXO,NOMBRE\n1,Juana\n", "utf-8")

    receipt = submit(exchange, spoiled, "MX_EMIF_SUR")

    assert (receipt.state, receipt.submission) == (State.REFUSED, None)
    assert "unknown_column" in {each.rule for each in receipt.findings}
    assert exchange.store.catalogue.submissions.all() == []
    assert_well(exchange)


@pytest.mark.slow
def test_a_submission_killed_at_any_step_is_whole_or_absent(
    each_home: Home, template: Path
) -> None:
    """SIGKILL before every file opened to write or renamed, every statement and every commit."""
    home = small(each_home, template)

    done = run(["-m", "tests.exchange.killing", home.root], timeout=900)

    assert done.returncode == 0, done.stdout + done.stderr
    steps, seen = done.stdout.splitlines()[-1].split(" ", 1)
    assert int(steps) > 30
    assert {"absent", "received", "checked", "released"} <= set(seen.split())


def test_a_submission_of_before_it_was_noted_who_is_no_fault(exchange: Exchange) -> None:
    """Its file was kept only where it was released."""
    with closing(sqlite3.connect(exchange.home.database)) as connection, connection:
        connection.execute(
            "INSERT INTO submissions (submission, provision, received_at, source_name, "
            "source_sha256, state) VALUES "
            "('old', 'P', '2026-01-01T00:00:00+00:00', 'a.csv', 'x', 'unchanged')"
        )

    assert on_record(exchange, "old").submitted_by is None
    assert_well(exchange)
