"""Files: whole or not there, known by their content, in a folder or in a bucket."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from upath import UPath

from gateway.errors import BadConfiguration, StorageFault
from gateway.releases.files import Files, Kind, sha256
from tests.databases import free_port
from tests.faults import is_one_sentence
from tests.process import run

CONTENT = bytes(range(256)) * 9
OTHER = b"another"

Spoil = Callable[[UPath], object]


@pytest.fixture(params=["folder", "file URL", "bucket"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """A place for files of each kind."""
    if request.param == "bucket":
        return str(request.getfixturevalue("bucket"))
    folder = tmp_path / "some files"
    return folder if request.param == "folder" else folder.as_uri()


@pytest.fixture
def files(where: Path | str) -> Files:
    """What is kept there: nothing yet."""
    return Files(where)


def at(where: Path | str, kind: Kind, content: bytes) -> UPath:
    """The file of a content, by hand."""
    if isinstance(where, str) and where.startswith("s3:"):
        root = UPath(where, use_listings_cache=False, skip_instance_cache=True)
    else:
        root = UPath(unquote(str(where)).removeprefix("file://"))
    return root / kind.path(sha256(content))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "content", [CONTENT, b"", memoryview(CONTENT)], ids=["bytes", "none", "view"]
)
def test_what_was_kept_is_read_back(
    files: Files, where: Path | str, kind: Kind, content: bytes | memoryview
) -> None:
    """Under its digest, in the folder of its kind, and nowhere else."""
    digest = files.keep(kind, content)

    assert digest == sha256(content)
    assert files.read(kind, digest) == content
    assert at(where, kind, bytes(content)).read_bytes() == content
    for other in set(Kind) - {kind}:
        with pytest.raises(StorageFault):
            files.read(other, digest)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda path: path.write_bytes(CONTENT + b"x"), "changed", id="more"),
        pytest.param(lambda path: path.write_bytes(b""), "changed", id="emptied"),
        pytest.param(lambda path: path.unlink(), "missing", id="deleted"),
    ],
)
def test_a_spoiled_file_is_not_read_and_is_mended_when_it_comes_again(
    files: Files, where: Path | str, spoil: Spoil, said: str
) -> None:
    """A file is what its name says, or it is refused by name."""
    digest = files.keep(Kind.SOURCE, CONTENT)
    path = at(where, Kind.SOURCE, CONTENT)
    spoil(path)

    with pytest.raises(StorageFault, match=said) as caught:
        files.read(Kind.SOURCE, digest)
    files.keep(Kind.SOURCE, CONTENT)

    assert is_one_sentence(caught.value, digest)
    assert files.read(Kind.SOURCE, digest) == CONTENT


def test_faults_and_orphans_are_told_kind_by_kind(files: Files, where: Path | str) -> None:
    """A digest that is named as one kind is none of another."""
    kept = files.keep(Kind.PART, CONTENT)
    orphan = files.keep(Kind.SOURCE, CONTENT)
    nothing: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    named = nothing | {Kind.PART: {kept}}

    (fault,) = files.faults(named | {Kind.SOURCE: {sha256(OTHER)}})
    found = files.orphans(named)
    removed = files.remove_orphans(named)

    assert sha256(OTHER) in fault
    assert "missing" in fault
    assert found == removed
    assert [each.rpartition("/")[2] for each in found] == [orphan]
    assert files.orphans(named) == []
    assert files.read(Kind.PART, kept) == CONTENT
    assert not at(where, Kind.SOURCE, CONTENT).exists()


def test_a_folder_is_written_to_once(tmp_path: Path) -> None:
    """What is there already stays the same file, also for those who are reading it."""
    files = Files(tmp_path)
    digest = files.keep(Kind.PART, CONTENT)
    path = tmp_path / Kind.PART.path(digest)
    before = path.stat()

    files.keep(Kind.PART, memoryview(CONTENT).cast("b"))

    assert path.stat().st_ino == before.st_ino
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """Where a file is in its way."""
    (tmp_path / "files").write_text("a file")

    with pytest.raises(StorageFault) as caught:
        Files(tmp_path / "files")

    assert is_one_sentence(caught.value, "files")


@pytest.mark.parametrize(
    "url",
    [
        "files",
        "/srv/files",
        "file://files",
        "file:files",
        "file://other.example/srv",
        "s3://",
        "s3:///prefix",
        "s3://key@bucket/prefix",
        "s3://bucket/prefix?region=x",
        "gs://bucket/prefix",
        "https://bucket.example/prefix",
        "s3://[bucket/prefix",
    ],
)
def test_another_kind_of_url_is_refused(url: str) -> None:
    """With the forms that are taken."""
    with pytest.raises(BadConfiguration) as caught:
        Files(url)

    assert is_one_sentence(caught.value, "files", "s3://BUCKET/PREFIX")


def test_a_missing_library_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that brings it."""
    monkeypatch.delitem(sys.modules, "gateway.releases.bucket", raising=False)
    monkeypatch.setitem(sys.modules, "s3fs", None)

    with pytest.raises(BadConfiguration) as caught:
        Files("s3://bucket/prefix")

    assert is_one_sentence(caught.value, "[s3]")


@pytest.fixture(params=["bucket", "credentials", "service"])
def unreachable(
    request: pytest.FixtureRequest, bucket: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> str:
    """A place whose bucket is not there, or for which there are no credentials, or no service."""
    if request.param == "service":
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    if request.param == "credentials":
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return "s3://nowhere/prefix" if request.param == "bucket" else bucket


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda files: files.keep(Kind.PART, CONTENT), id="write"),
        pytest.param(lambda files: files.read(Kind.PART, sha256(CONTENT)), id="read"),
        pytest.param(
            lambda files: list(files.faults({kind: {sha256(CONTENT)} for kind in Kind})),
            id="faults",
        ),
        pytest.param(lambda files: files.orphans({kind: set() for kind in Kind}), id="orphans"),
    ],
)
def test_a_bucket_that_cannot_be_reached_is_told_soon(
    unreachable: str, use: Callable[[Files], object]
) -> None:
    """Where it is and why, in a sentence; a missing bucket is no missing file."""
    files = Files(unreachable)
    began = time.monotonic()

    with pytest.raises(StorageFault) as caught:
        use(files)

    assert is_one_sentence(caught.value, unreachable)
    assert "missing" not in caught.value.sentence()
    assert time.monotonic() - began < 10


def test_a_home_with_a_folder_starts_without_the_library_of_buckets(tmp_path: Path) -> None:
    """Its import takes longer than a command."""
    code = (
        "import sys, pathlib; from tests.releases.publishing import opened;"
        f"opened(pathlib.Path({str(tmp_path / 'home')!r}))[1].close();"
        "print([name for name in ('fsspec', 's3fs', 'botocore') if name in sys.modules])"
    )

    done = run(["-c", code])

    assert (done.stdout, done.stderr) == ("[]\n", "")
