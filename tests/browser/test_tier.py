"""The drawing of the tier, as a browser shows it: for every width and eye, with a dead part in it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import caches
from playwright.sync_api import expect

from apps.accounts.models import User
from apps.accounts.services import register_person
from apps.tiers.presence import WEB, Presence
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def keeper(transactional_db, settings):
    """Somebody who keeps a site with two caches in front that are dead, and one server."""
    from django.utils import timezone

    caches["locks"].clear()
    settings.PROBE_SECONDS = PATIENCE
    settings.PURGE_URLS = ["http://127.0.0.1:1", "http://127.0.0.1:2"]
    user = User(username="keeper", is_staff=True, is_superuser=True)
    user.save()
    register_person(user=user, now=timezone.now())
    Presence(WEB).say()
    return user


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_axe_finds_nothing_and_the_page_does_not_scroll_sideways(keeper, visit, theme, width):
    page = visit(keeper, color_scheme=theme, viewport={"width": width, "height": 900}).new_page()
    page.goto("/tier/")
    found = Axe().run(page)
    assert not found.violations_count, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shown = page.locator(".plan:visible")
    expect(shown).to_have_count(1)
    assert shown.bounding_box()["width"] <= width


def test_the_words_fit_into_their_boxes(keeper, visit):
    too_long = """() => [...document.querySelectorAll('.plan g')].flatMap(g => {
        const box = g.querySelector('.box').getBoundingClientRect();
        return [...g.querySelectorAll('text')].filter(t => {
            const at = t.getBoundingClientRect();
            return at.width && (at.right > box.right || at.bottom > box.bottom);
        }).map(t => t.textContent);
    })"""
    for width in (390, 1280):
        page = visit(keeper, viewport={"width": width, "height": 900}).new_page()
        page.goto("/tier/")
        assert page.evaluate(too_long) == []


def test_it_can_be_watched_without_a_script(keeper, visit):
    page = visit(keeper, java_script_enabled=False).new_page()
    page.goto("/admin/")
    page.get_by_role("link", name="How this site runs").click()
    expect(page.get_by_role("heading", name="Running as Kitten")).to_be_visible()
    expect(page.locator(".note").first).to_contain_text("Varnish (127.0.0.1:1 and 127.0.0.1:2) do not answer.")
    page.get_by_role("link", name="every 15 s").click()
    expect(page.get_by_role("link", name="stop", exact=True)).to_be_visible()
