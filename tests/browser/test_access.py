"""Signing in and out, deep links, and what a cookie is worth."""

import urllib.request

import pytest
from playwright.sync_api import expect

from analytics.workspace import ROLES
from components import navigation, steps

PAGES = list(navigation.PAGES)


def shown_in_sidebar(page) -> list[str]:
    links = page.get_by_test_id("stSidebarNavLink")
    links.first.wait_for(timeout=30_000)
    return [text.splitlines()[-1].strip() for text in links.all_inner_texts()]


@pytest.mark.parametrize("role", list(ROLES))
def test_each_role_signs_in_and_finds_its_pages(visitor, role):
    visitor.open()
    visitor.sign_in(role)

    assert visitor.title() == steps.QUESTIONS["home"]
    seen = [navigation.PAGES[page][1] for page in PAGES if f"see:{page}" in ROLES[role]]
    assert shown_in_sidebar(visitor.page) == seen


def test_the_first_deep_link_after_a_start_asks_to_sign_in_and_then_arrives(chromium, serve):
    from tests.browser.serving import Visitor

    context = chromium.new_context()
    window = Visitor(context, serve())
    window.open("tracking")
    assert window.title() == "Seven Steps"

    window.sign_in("inspector")

    assert window.title() == steps.QUESTIONS["tracking"]
    assert window.page.url.endswith("/tracking")
    context.close()


def test_a_deep_link_with_a_cookie_opens_its_page(visitor):
    visitor.open("thinking")
    visitor.sign_in("lead")
    assert visitor.title() == steps.QUESTIONS["thinking"]
    visitor.settle()

    visitor.open("training")

    assert visitor.title() == steps.QUESTIONS["training"]


def test_a_wrong_password_stays_outside(visitor):
    visitor.open("targeting")
    visitor.page.get_by_label("Username").fill("demo-lead")
    visitor.page.get_by_label("Password", exact=True).fill("not the password")
    visitor.page.get_by_role("button", name="Sign in").click()

    expect(visitor.page.get_by_role("alert")).to_contain_text("not right", timeout=20_000)
    assert visitor.title() == "Seven Steps"


def test_a_page_of_another_role_is_refused_in_a_sentence(visitor):
    visitor.open("testing")
    visitor.sign_in("officer")

    expect(visitor.page.get_by_role("alert")).to_contain_text("not for your role (officer)")


def test_signing_out_holds_after_a_reload_and_for_a_copied_cookie(visitor):
    visitor.open()
    visitor.sign_in("lead")
    visitor.settle()
    copied = visitor.cookie()

    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.page.get_by_label("Username").wait_for(timeout=30_000)
    visitor.open()
    visitor.page.get_by_label("Username").wait_for(timeout=30_000)

    visitor.context.add_cookies([copied])
    visitor.open("thinking")
    visitor.page.get_by_label("Username").wait_for(timeout=30_000)
    assert visitor.title() == "Seven Steps"


def test_the_cookie_is_short_lived_and_strict(visitor):
    import time

    visitor.open()
    visitor.sign_in("auditor")
    cookie = visitor.cookie()
    assert cookie["sameSite"] == "Strict"
    assert 9 * 3600 < cookie["expires"] - time.time() <= 10 * 3600 + 60


def test_answers_carry_security_headers(server):
    headers = urllib.request.urlopen(server.url).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
