"""A bucket of an S3 service: what is put there appears whole, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError
from s3fs import S3FileSystem

_PATIENCE = {"connect_timeout": 5, "read_timeout": 10, "retries": {"total_max_attempts": 1}}
"""In seconds, for each attempt; a service that says nothing at all is given up after 40."""

_ATTEMPTS = 2  # at a request, and again at a whole read


class Bucket:
    """Contents under a root such as ``bucket/prefix``.

    Endpoint, region and credentials are those that the environment gives to every S3 program.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        # What others put there must be seen, and no copy of a client may outlive its process.
        self._files = S3FileSystem(
            config_kwargs=_PATIENCE,
            use_listings_cache=False,
            skip_instance_cache=True,
            max_concurrency=1,  # one request for each file, not one more to learn its size
        )
        self._files.retries = _ATTEMPTS

    def write(self, path: str, content: bytes | memoryview) -> None:
        """Put it, also over what is there: to compare would mean to fetch."""
        with _as_os_error():
            self._files.pipe_file(f"{self._root}/{path}", bytes(content))

    def read(self, path: str) -> bytes:
        """What is there."""
        with _as_os_error():
            content: bytes = self._files.cat_file(f"{self._root}/{path}")
        return content

    def paths(self, folder: str) -> list[str]:
        """Those of objects."""
        with _as_os_error():
            try:
                found = self._files.ls(f"{self._root}/{folder}", detail=False)
            except FileNotFoundError as error:
                if _code(error):
                    raise
                return []  # a folder is there as long as something is in it
        names = [each.rpartition("/")[2] for each in found]
        return [f"{folder}/{name}" for name in names if name]

    def remove(self, path: str) -> None:
        """Delete an object."""
        with _as_os_error():
            self._files.rm_file(f"{self._root}/{path}")

    def shown(self, path: str) -> str:
        """Its URL."""
        return f"s3://{self._root}/{path}"


@contextmanager
def _as_os_error() -> Iterator[None]:
    """Let a missing object alone be a FileNotFoundError, and every other fault an OSError."""
    try:
        yield
    except BotoCoreError as error:
        raise OSError(str(error)) from error
    except FileNotFoundError as error:
        if _code(error) == "NoSuchBucket":
            raise OSError(str(error)) from error
        raise


def _code(error: OSError) -> str:
    """What the service calls a fault; empty where the service told none."""
    cause = error.__cause__
    return str(cause.response["Error"].get("Code", "")) if isinstance(cause, ClientError) else ""
