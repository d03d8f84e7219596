"""``gateway releases``, ``backup`` and ``restore``, as the keeper of a gateway calls them."""

import csv
import io
import re
import shutil
import tarfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import commands
from gateway.errors import BadFile, GatewayError, NotFound, SemanticError
from gateway.exchange import Exchange
from tests.intake.books import SV, sample

PATH = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0/A.SV"


def gateway(*arguments: object) -> Result:
    """A command in this process; a fault is raised."""
    return CliRunner().invoke(commands, [*map(str, arguments)], catch_exceptions=False)


@pytest.fixture(scope="module")
def revised(loaded: Exchange, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small home with two releases: a total is revised and one of its parts taken out."""
    folder = tmp_path_factory.mktemp("revised")
    home = shutil.copytree(template, folder / "home")
    whole = sample(loaded, SV).decode()
    for text in (whole, whole.replace("14 189,698,99,14 986", "14 189,698,,14 887")):
        path = folder / "dgme.csv"
        path.write_text(text)
        assert gateway("submit", path, "--provision", SV, "--home", home).exit_code == 0
    return home


@pytest.fixture
def home(revised: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return shutil.copytree(revised, tmp_path / "home")


def test_the_list_tells_what_each_release_changed(revised: Path) -> None:
    lines = gateway("releases", "list", "--home", revised).output.splitlines()

    assert [re.sub(r"\W+", " ", line)[:60].split()[:2] for line in lines if SV in line] == [
        [SV, "1"],
        [SV, "2"],
    ]
    assert "+24" in lines[3]
    assert "~1 -1" in lines[4]


def test_a_release_is_shown_with_its_changes(revised: Path) -> None:
    shown = gateway("releases", "show", SV, 2, "--home", revised).output

    assert "changes 2024   0 inserted, 1 revised, 1 deleted" in shown
    assert len(set(re.findall(r"\b[0-9a-f]{64}\b", shown))) >= 8


def test_a_difference_is_shown_by_year_and_figure(revised: Path) -> None:
    shown = gateway("releases", "diff", SV, 1, 2, "--home", revised).output

    assert re.search(r"2024\W+before\W+2\W+15,085", shown)
    assert re.search(r"2024\W+after\W+1\W+14,887", shown)
    assert re.search(r"_O\W+before\W+99", shown)


def test_a_difference_is_written_whole(revised: Path) -> None:
    """Every component of every differing observation, as it was and as it is."""
    body = gateway("releases", "diff", SV, 2, 1, "--csv", "--home", revised).output

    found = [
        (row["COUNTERPART_AREA"], row["SIDE"], row["OBS_VALUE"])
        for row in csv.DictReader(io.StringIO(body))
    ]
    assert found == [
        ("_O", "after", "99"),
        ("_T", "before", "14887"),
        ("_T", "after", "14986"),
    ]


def test_the_same_release_differs_in_nothing(revised: Path) -> None:
    said = gateway("releases", "diff", SV, 1, 1, "--home", revised).output

    assert said == f"Releases 1 and 1 of {SV} state the same.\n"


def test_every_release_is_proved(revised: Path) -> None:
    said = gateway("releases", "verify", "--home", revised)

    assert said.exit_code == 0
    assert said.output.splitlines()[-1] == "2 releases hold."


@pytest.mark.parametrize(
    ("folder", "named"),
    [
        ("parts", "the observations of 20"),
        ("changes", "the changes of 2024"),
        ("sources", "the file handed in"),
    ],
)
def test_a_file_that_was_touched_is_named(home: Path, folder: str, named: str) -> None:
    """As what, of which release, and where it is; other releases hold."""
    path = min((home / "files" / folder).iterdir())
    path.write_bytes(path.read_bytes() + b"x")

    said = gateway("releases", "verify", "--home", home)

    assert said.exit_code == 1
    assert "DOES NOT HOLD" in said.output
    (fault, *_) = [line for line in said.output.splitlines() if line.startswith("  ")]
    assert fault.startswith(f"  {named}")
    assert f"{path} was changed after it was released" in fault


def test_a_release_is_withdrawn_and_stays_on_record(home: Path) -> None:
    said = gateway("releases", "withdraw", SV, 2, "--because", "a wrong total", "--home", home)
    listed = gateway("releases", "list", "--home", home).output
    total = gateway("get", f"{PATH}._T?c[TIME_PERIOD]=2024", "--format", "csv", "--home", home)

    assert said.output == (
        f"Release 2 of {SV} is withdrawn by release 3, which states 24 observations.\n"
    )
    assert "withdrawn by 3" in listed
    assert "withdraws 2: a wrong total" in listed
    assert ",14986," in total.output


@pytest.mark.parametrize(
    ("number", "fault", "said"),
    [(1, SemanticError, "stands in place of 1"), (7, NotFound, "Allowed: 2")],
)
def test_only_what_stands_is_withdrawn(
    revised: Path, number: int, fault: type[GatewayError], said: str
) -> None:
    with pytest.raises(fault, match=said):
        gateway("releases", "withdraw", SV, number, "--because", "why", "--home", revised)


def test_indexes_are_made_anew_and_others_removed(home: Path) -> None:
    """Even where the one that is there was spoiled."""
    folder = home / "cache" / "indexes"
    for path in folder.glob("*/observations.arrow"):
        path.write_bytes(b"spoiled")
    found = gateway("doctor", "--home", home)

    said = gateway("releases", "index", "--home", home)

    assert "is spoiled (observations.arrow): gateway releases index" in found.output
    assert said.output == f"{SV} 2  23 observations\n"
    assert gateway("doctor", "--home", home).exit_code == 0
    assert len([*folder.iterdir()]) == 1


def test_a_release_under_embargo_is_seen_when_it_lifts(home: Path, loaded: Exchange) -> None:
    """Not before; the report says so, and the list."""
    path = home / "dgme.csv"
    path.write_bytes(sample(loaded, SV))
    until = "2999-01-01T06:00-06:00"

    said = gateway(
        *("submit", path, "--provision", SV, "--home", home),
        *("--visible-from", until, "--lang", "en"),
    )
    listed = gateway("releases", "list", "--home", home)
    total = gateway("get", f"{PATH}._T?c[TIME_PERIOD]=2024", "--format", "csv", "--home", home)

    assert f"Under embargo: nobody sees it before {until}." in said.output
    assert "embargo until 2999-01-01T12:00:00+00:00" in listed.output
    assert ",14887," in total.output


@pytest.mark.parametrize("moment", ["tomorrow", "2026-12-01T08:00"])
def test_a_moment_needs_its_time_zone(revised: Path, moment: str) -> None:
    """What it means must not depend on where it is typed."""
    said = gateway("submit", "x.csv", "--provision", SV, "--visible-from", moment)

    assert said.exit_code == 2
    assert moment in said.stderr


def test_what_was_backed_up_is_restored(revised: Path, tmp_path: Path) -> None:
    """Into an empty folder: releases, figures, settings; and doctor finds nothing."""
    file, home = tmp_path / "all.tar", tmp_path / "new"

    written = gateway("backup", file, "--home", revised)
    restored = gateway("restore", file, "--home", home)

    assert re.match(rf"{file}: 2 releases, \d+ files, [\d,]+ bytes\.\n", written.output)
    assert re.match(r"2 releases, \d+ files, config/, dsd/ are back\.\n", restored.output)
    assert file.stat().st_mode & 0o077 == 0
    both = [
        gateway("get", PATH, "--format", "csv", "--home", each).output for each in (revised, home)
    ]
    assert both[0] == both[1]
    assert gateway("doctor", "--home", home).exit_code == 0
    assert gateway("releases", "verify", "--home", home).exit_code == 0


def test_nothing_is_restored_over_releases_unless_asked(
    revised: Path, home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "all.tar"
    gateway("backup", file, "--home", revised)
    gateway("releases", "withdraw", SV, 2, "--because", "why", "--home", home)

    with pytest.raises(SemanticError, match="nothing was put over them"):
        gateway("restore", file, "--home", home)
    gateway("restore", file, "--home", home, "--replace")

    assert "withdrawn" not in gateway("releases", "list", "--home", home).output


def spoiled(file: Path, change: str) -> Path:
    """A copy of a backup in which something is missing or other than it was."""
    other = file.with_name("other.tar")
    with tarfile.open(file) as old, tarfile.open(other, "w") as new:
        for member in old:
            content = old.extractfile(member).read()  # type: ignore[union-attr]
            if change in member.name:
                if not content or change == "backup.json":
                    continue
                content = content[:-1] + b" "
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    return other


@pytest.mark.parametrize("change", ["backup.json", "parts/", "sources/", "tables/releases"])
def test_a_spoiled_backup_is_refused(revised: Path, tmp_path: Path, change: str) -> None:
    """And nothing is put back of it."""
    file, home = tmp_path / "all.tar", tmp_path / "new"
    gateway("backup", file, "--home", revised)

    with pytest.raises(BadFile, match=r"other\.tar is no backup"):
        gateway("restore", spoiled(file, change), "--home", home)

    if home.exists():
        assert SV not in gateway("releases", "list", "--home", home).output


def test_what_is_no_backup_is_refused_and_makes_no_home(tmp_path: Path) -> None:
    file, home = tmp_path / "notes.txt", tmp_path / "new"
    file.write_text("no tar")

    with pytest.raises(BadFile):
        gateway("restore", file, "--home", home)

    assert not home.exists()
