"""What only a browser can tell: that it works without a script, by keyboard, for everybody, under the strict policy."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.admin import site
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.accounts.services import register_person, update_profile
from apps.graph import services as graph
from apps.posts import services as posts
from apps.posts.values import Audience

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "low water at seven"


class Town:
    """A few people who know each other, and what they wrote."""

    def __init__(self) -> None:
        self.now = timezone.now() - timedelta(hours=3)
        self.jun, self.ines, self.eve = (self.person(name) for name in ("jun", "ines", "eve"))
        graph.follow(actor_id=self.jun.pk, person_id=self.ines.pk, now=self.tick())
        self.say(self.jun, bio="Tide tables.", locked=True)
        graph.follow(actor_id=self.eve.pk, person_id=self.jun.pk, now=self.tick())
        for number in range(24):
            self.write(self.ines, f"Third step, {number} cm. #lowwater")
        self.chair = self.write(self.ines, "A chair, facing upstream.")
        self.blue = self.write(self.jun, "Is it blue, @ines?", parent=self.chair)
        posts.like(actor_id=self.jun.pk, post_id=self.chair, now=self.tick())

    def tick(self) -> "object":
        self.now += timedelta(seconds=7)
        return self.now

    def person(self, name: str) -> User:
        user = User(username=name)
        user.set_password(PASSWORD)
        user.save()
        register_person(user=user, now=self.tick())
        return user

    def say(self, user: User, *, bio: str, locked: bool) -> None:
        links = [("Tides", "https://example.org/tides")]
        update_profile(person_id=user.pk, display_name="", bio=bio, links=links, locked=locked, now=self.tick())

    def write(self, author: User, text: str, parent: UUID | None = None) -> UUID:
        head = posts.publish(
            author_id=author.pk, text=text, audience=Audience.PUBLIC, parent_id=parent, now=self.tick()
        )
        return head.id


@pytest.fixture
def town(transactional_db) -> Town:
    return Town()


def everywhere(town: Town) -> list[str]:
    """Return the address of every kind of page that somebody who is logged in can open."""
    chair = f"/@ines/{town.chair.hex}/"
    own = f"/@jun/{town.blue.hex}/"
    return [
        *("/", "/explore/", "/tags/lowwater/", "/write/", "/requests/", chair, own, f"{own}edit/", f"{own}delete/"),
        *("/@ines/", "/@jun/", "/@jun/followers/", "/@jun/following/", "/@ines/mute/", "/@ines/block/"),
        *("/settings/profile/", "/settings/muted/", "/settings/blocked/"),
        *("/accounts/password/change/", "/accounts/email/", "/accounts/logout/", "/nowhere/", "/?before=zzz"),
    ]


OUTSIDE = [
    "/",
    "/explore/",
    "/@ines/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/nowhere/",
]


def test_somebody_signs_up_writes_follows_and_likes_without_a_script(town, visit):
    page = visit(java_script_enabled=False).new_page()
    page.goto("/")
    page.get_by_role("link", name="Join").first.click()
    page.get_by_label("Name people will know you by").fill("wanda")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("Quiet so far")).to_be_visible()

    page.get_by_label("Your post").fill("First words, by <b>wanda</b>.")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_text("First words, by <b>wanda</b>.")).to_be_visible()

    page.goto("/@ines/")
    page.get_by_role("button", name="Follow ines").click()
    expect(page.get_by_role("button", name="Following ines")).to_be_visible()

    page.goto("/")
    chair = page.get_by_role("article").filter(has_text="A chair, facing upstream.")
    chair.get_by_role("button", name="Like, 1").click()
    expect(page).to_have_url(f"{page.url.partition('#')[0]}#p-{town.chair.hex}")
    expect(chair.get_by_role("button", name="Like, 2")).to_have_attribute("aria-pressed", "true")


def test_log_in_log_out_and_a_wrong_password(town, visit):
    page = visit(java_script_enabled=False).new_page()
    page.goto("/accounts/login/?next=/explore/")
    page.get_by_label("Name").fill("jun")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Explore")).to_be_visible()
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in").first).to_be_visible()


def test_a_reply_is_written_and_the_text_kept_when_it_is_too_long(town, visit):
    page = visit(town.eve, java_script_enabled=False).new_page()
    page.goto(f"/@ines/{town.chair.hex}/")
    page.get_by_label("Reply to ines").fill("x" * 512)
    page.get_by_role("button", name="Reply", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("12 too many")
    expect(page.get_by_label("Reply to ines")).to_have_value("x" * 512)
    page.get_by_label("Reply to ines").fill("It has a number.")
    page.get_by_role("button", name="Reply", exact=True).click()
    expect(page.get_by_role("article").filter(has_text="It has a number.")).to_be_visible()
    expect(page.get_by_role("heading", name="2 replies")).to_be_visible()


def test_older_posts_are_reached_by_keyboard(town, visit):
    page = visit(town.jun).new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "Older posts")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Third step, 0 cm.")).to_be_visible()
    expect(page.get_by_text("A chair, facing upstream.")).to_have_count(0)
    tab_to(page, "Newer posts")
    page.keyboard.press("Enter")
    expect(page.get_by_text("A chair, facing upstream.")).to_be_visible()


def tab_to(page: Page, words: str) -> None:
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == words:
            return
    raise AssertionError(f"the keyboard never reaches {words!r}")


@pytest.mark.parametrize(("theme", "width"), [("light", 390), ("dark", 1280)])
def test_pages_have_no_fault_that_axe_finds(town, visit, theme, width):
    options = {"color_scheme": theme, "viewport": {"width": width, "height": 900}}
    faults = []
    for user, paths in ((town.jun, everywhere(town)), (None, OUTSIDE), (town.eve, ["/"])):
        page = visit(user, **options).new_page()
        for path in paths:
            page.goto(path)
            found = Axe().run(page)
            faults += [f"{path}: {found.generate_report()}"] if found.violations_count else []
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_scrolls_sideways(town, visit, width):
    page = visit(town.jun, viewport={"width": width, "height": 800}).new_page()
    for path in everywhere(town):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def keeper(town: Town) -> User:
    root = town.person("keeper")
    root.is_staff = root.is_superuser = True
    root.save()
    return root


def admin_pages(town: Town) -> list[str]:
    """Return the admin site's index, every list in it, and somebody's own page there."""
    lists = [reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist") for model in site._registry]
    return ["/admin/", "/admin/password_change/", *lists, f"/admin/accounts/user/{town.jun.pk}/change/"]


@pytest.fixture
def watched(visit) -> Callable[[User | None], tuple[Page, list[str]]]:
    """Return a function that opens a page, and a list that fills with what its policy refuses."""

    def watch(user: User | None) -> tuple[Page, list[str]]:
        broken: list[str] = []
        context = visit(user)
        context.add_init_script(
            "addEventListener('securitypolicyviolation',"
            " e => console.error(`policy: ${location} ${e.violatedDirective} ${e.blockedURI}`))"
        )
        page = context.new_page()
        page.on("console", lambda message: broken.append(message.text) if "policy" in message.text.lower() else None)
        return page, broken

    return watch


def test_what_the_policy_forbids_would_be_noticed(town, watched):
    page, broken = watched(None)
    page.goto("/")
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.goto("/explore/")
    assert "style-src" in broken[0]


def test_no_page_does_what_its_policy_forbids(town, watched):
    root = keeper(town)
    refused = []
    for user, paths in (
        (town.jun, everywhere(town)),
        (None, [*OUTSIDE, "/admin/login/"]),
        (root, ["/tier/", *admin_pages(town)]),
    ):
        page, broken = watched(user)
        for path in paths:
            assert page.goto(path).ok or path in ("/nowhere/", "/?before=zzz"), path
        refused += broken
    assert not refused, "\n".join(refused)
