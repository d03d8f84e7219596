"""A person in a real browser: from the first link to a program that reads data, with no script."""

import os
import re
import shutil
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from gateway.access.clients import DATA_READ, Proof
from gateway.access.second_factor import STEP, code_at
from gateway.exchange import Exchange
from gateway.settings import Home
from tests.serving import served
from tests.web.attacks.test_people import asking

PASSWORD = "cuatro volcanes y un lago"  # noqa: S105 - of nobody
NARROW = {"width": 390, "height": 844}


def chromium() -> str:
    """Where it is; skipped where it is not, but in CI, which installs it."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        absent = "Chromium is not installed: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(absent)
        pytest.skip(absent)
    return found


@pytest.fixture
def exchange(home: Home) -> Iterator[Exchange]:
    exchange = Exchange(home)
    yield exchange
    exchange.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser holds against a page: a blocked style or script, a missing file."""
    return []


@pytest.fixture
def page(complaints: list[str]) -> Iterator[Page]:
    """A page as wide as a telephone, in a browser that runs no script."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        context = browser.new_context(viewport=NARROW, locale="es-GT", java_script_enabled=False)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        yield page
        browser.close()


def code(secret: str) -> str:
    return code_at(secret, int(time.time()) // STEP)


def enter(page: Page) -> None:
    """Send the form by the key, and wait for what comes."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def set_up(page: Page, link: str) -> tuple[str, list[str]]:
    """Choose a password and a second factor; its secret, and the recovery codes."""
    page.goto(link)
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    page.get_by_label("Dirección").fill("ana@igm.gob.gt")
    page.get_by_label("Nombre").fill("Ana López")
    page.get_by_label("Contraseña nueva").fill(PASSWORD)
    page.get_by_label("Código", exact=True).fill(code(secret))
    page.get_by_role("button", name="Guardar y entrar").click()
    codes = page.locator("ol.codes code").all_inner_texts()
    page.get_by_role("link", name="Los anoté").click()
    return secret, codes


@pytest.mark.slow
def test_the_first_person_signs_in_and_lets_programs_in(
    exchange: Exchange, page: Page, complaints: list[str]
) -> None:
    """Link, password, second factor, consent, a typed code; at 390 pixels, by labels and keys."""
    proof = Proof(public=True)
    exchange.clients.add("Tablero", [DATA_READ], exchange.clock(), "app", proof=proof)
    exchange.accounts.apps.allow("app", ("http://127.0.0.1/back",))
    first = exchange.accounts.invitations.first()
    with served(exchange) as url:
        _, codes = set_up(page, f"{url}/setup/{first}")
        assert page.get_by_role("heading", level=1).inner_text() == "Ana López"
        page.get_by_role("button", name="Salir", exact=True).click()

        back = url + "/health"  # whatever answers there: the browser is sent back to it
        exchange.accounts.apps.allow("app", (back,))
        page.goto(url + asking(redirect_uri=back))
        page.get_by_label("Dirección").fill("ana@igm.gob.gt")
        page.get_by_label("Contraseña").fill("not the right one")
        enter(page)
        assert page.get_by_role("alert").inner_text().startswith("La dirección o la contraseña")
        page.get_by_label("Contraseña").fill(PASSWORD)
        enter(page)
        page.get_by_label("Código").fill(codes[0])
        enter(page)
        assert "Tablero" in page.get_by_role("heading", level=1).inner_text()
        page.get_by_role("button", name="Permitir", exact=True).click()
        answer = parse_qs(urlsplit(page.url).query)

        assert page.url.startswith(back)
        assert answer["iss"] == [url]
        assert answer["code"]

        device, user_code = exchange.accounts.devices.ask("app", DATA_READ, exchange.clock())
        page.goto(f"{url}/device")
        page.get_by_label("Código del programa").fill(user_code.lower().replace("-", ""))
        enter(page)
        assert user_code in page.locator("main").inner_text()
        page.get_by_role("button", name="Permitir", exact=True).click()
        assert page.get_by_role("heading", level=1).inner_text() == "El programa tiene acceso"
        assert exchange.accounts.devices.redeem(device, "app", exchange.clock())

        page.goto(f"{url}/account?lang=en")
        assert page.get_by_role("heading", name="Where you are signed in").is_visible()
        assert page.locator("body").bounding_box()["width"] <= NARROW["width"]

    blocked = [said for said in complaints if re.search("Content Security Policy|Refused", said)]
    assert blocked == []
