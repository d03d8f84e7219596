"""Settings: what `gateway.toml` may say, and what it must not."""

import pytest

from gateway.errors import BadConfiguration
from gateway.settings import Home
from tests.faults import is_one_sentence
from tests.homes import configure

VARIABLE = "GATEWAY_DATABASE_PASSWORD"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://gateway:hidden@db.example/gateway",
        "postgresql://gateway:hid/den@db.example/gateway",
        "postgresql://gateway:hid@den@db.example/gateway",
        "postgresql://gateway:@db.example/gateway",
        "postgresql://gateway@db.example/gateway?password=hidden",
        "postgresql://gateway@db.example/gateway?a=b&sslpassword=hidden",
        "mysql://gateway:hidden@db.example/gateway",
    ],
)
def test_a_password_in_the_settings_is_refused(home: Home, url: str) -> None:
    """And not repeated; the sentence says where it belongs."""
    configure(home, database=url)

    with pytest.raises(BadConfiguration) as caught:
        home.settings()

    assert is_one_sentence(caught.value, VARIABLE, "gateway.toml")
    assert "hid" not in caught.value.sentence("es") + caught.value.sentence("en")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://gateway@db.example/gateway",
        "postgresql://gateway@db.example:5433/gateway?sslmode=verify-full",
        "postgresql:///gateway",
        "postgresql://gateway@[::1]:5432/gateway",
        "",
    ],
)
def test_a_url_without_a_password_is_taken(home: Home, url: str) -> None:
    """Ports and parameters have colons and equals signs too."""
    configure(home, database=url)

    assert home.settings().database == url


@pytest.mark.parametrize("url", ["s3://key:hidden@bucket/prefix", "s3://bucket/?password=hidden"])
def test_a_password_in_the_place_of_files_is_refused(home: Home, url: str) -> None:
    """Likewise; where it belongs is up to the library that needs it."""
    configure(home, files=url)

    with pytest.raises(BadConfiguration) as caught:
        home.settings()

    assert is_one_sentence(caught.value, "AWS_SECRET_ACCESS_KEY", "gateway.toml")
    assert "hidden" not in caught.value.sentence("es") + caught.value.sentence("en")
