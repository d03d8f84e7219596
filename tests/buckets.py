"""The places of files that the tests use: folders, and buckets of an S3 service of their own."""

from collections.abc import Iterator
from itertools import count

import boto3
import pytest
from moto.server import ThreadedMotoServer
from upath import UPath

from gateway.settings import Home


class Service:
    """A running S3 service on this machine; whoever has the environment may use it."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self._numbers = count()
        self.environment = {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def bucket(self) -> str:
        """The URL of a place in a bucket that nobody has used; its environment must be there."""
        name = f"bucket-{next(self._numbers)}"
        boto3.client("s3").create_bucket(Bucket=name)
        return f"s3://{name}/some/where"

    def stop(self) -> None:
        """End it, and with it all that it holds."""
        self._server.stop()


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """An S3 service that ends with the tests."""
    service = Service()
    yield service
    service.stop()


@pytest.fixture
def bucket(service: Service, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty place in a bucket, and the environment by which it is reached."""
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    return service.bucket()


def kept(home: Home) -> UPath:
    """Where a home's files are, to be looked at and spoiled by hand."""
    url = home.settings().files
    if not url:
        return UPath(home.files)
    return UPath(url, use_listings_cache=False, skip_instance_cache=True)
