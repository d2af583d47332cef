"""The widget on a company's website, in a real browser: what it stores, keeps, survives and refuses."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from contactcenter.demo.running import Demo

pytestmark = pytest.mark.browser

PATIENCE = 15_000  # ms
Open = Callable[..., Page]


@pytest.fixture
def profile(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(locale="en-GB", timezone_id="Europe/London", viewport={"width": 1280, "height": 800})
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context
    context.close()
    assert not errors


@pytest.fixture
def site(demo: Demo, profile: BrowserContext) -> Open:
    """A new tab on a company's website."""

    def open_tab(path: str = "/", company: str = "aurora") -> Page:
        page = profile.new_page()
        page.goto(f"http://{demo.facts['hosts']['sites'][company]}{path}")
        return page

    return open_tab


def button(page: Page) -> Any:
    return page.locator("#contactcenter-widget").get_by_role("button")


def widget(page: Page) -> FrameLocator:
    return page.frame_locator("#contactcenter-widget iframe")


def begin(page: Page, text: str, name: str = "Helen Marsh") -> FrameLocator:
    button(page).click()
    frame = widget(page)
    frame.locator("#f-text").fill(text, timeout=PATIENCE)
    if frame.locator("#f-name").is_visible():
        frame.locator("#f-name").fill(name)
    frame.locator("#start").click()
    expect(frame.locator("#log")).to_contain_text(text, timeout=PATIENCE)
    return frame


def say(frame: FrameLocator, text: str) -> None:
    frame.locator("#text").fill(text)
    frame.locator("#send").click()


def bubbles(frame: FrameLocator) -> list[str]:
    return frame.locator("#log .bubble").all_inner_texts()


def delivered(frame: FrameLocator) -> Any:
    return expect(frame.locator("#log .me .meta").last)


def end(frame: FrameLocator) -> None:
    """Leaves nobody waiting for the tests that follow."""
    frame.locator("#more").click()
    frame.locator("#end").click()
    frame.locator("#sure-yes").click()
    expect(frame.locator("#ended")).to_be_visible(timeout=PATIENCE)


def anew(frame: FrameLocator) -> None:
    """The form, also for an account that has talked before."""
    expect(frame.locator("#form, #log").filter(visible=True)).to_be_visible(timeout=PATIENCE)
    if frame.locator("#log").is_visible():
        if not frame.locator("#ended").is_visible():
            end(frame)
        frame.locator("#again").click()


def test_before_it_is_clicked_nothing_is_stored_and_nothing_asked(demo: Demo, site: Open) -> None:
    page = site()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    host = demo.facts["hosts"]["companies"]["aurora"]
    page.reload()
    expect(button(page)).to_be_visible()
    page.wait_for_timeout(1500)

    assert [url for url in asked if host in url] == [f"http://{host}/widget.js"]
    assert page.context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert page.evaluate("indexedDB.databases()") == []
    assert page.locator("iframe").count() == 0


def test_it_works_under_the_site_s_strict_policy_and_speaks_its_language(site: Open) -> None:
    page = site("/es/")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    button(page).click()

    expect(widget(page).locator("#start")).to_have_text("Empezar el chat", timeout=PATIENCE)
    assert complaints == []


def test_reload_and_new_tab_keep_the_talk_and_what_was_typed(site: Open) -> None:
    page = site()
    frame = begin(page, "Does it stay?")
    frame.locator("#text").fill("half a sent")
    page.reload()

    expect(frame.locator("#log")).to_contain_text("Does it stay?", timeout=PATIENCE)
    expect(frame.locator("#text")).to_have_value("half a sent")
    other = site("/help/")
    second = widget(other)
    expect(second.locator("#log")).to_contain_text("Does it stay?", timeout=PATIENCE)
    say(second, "From the second tab")
    expect(frame.locator("#log")).to_contain_text("From the second tab", timeout=PATIENCE)
    say(frame, "And back")
    expect(second.locator("#log")).to_contain_text("And back", timeout=PATIENCE)
    assert bubbles(frame) == bubbles(second) == ["Does it stay?", "From the second tab", "And back"]
    end(frame)


def test_a_lost_network_is_told_and_loses_and_doubles_nothing(site: Open) -> None:
    page = site()
    frame = begin(page, "one")
    page.context.set_offline(True)

    expect(frame.locator("#banner")).to_have_text("You are offline. We keep what you typed.")
    for text in ("two", "three"):
        say(frame, text)
    frame.locator("#text").fill("four")
    expect(frame.locator("#log .me .meta").last).to_contain_text("Sending")
    page.context.set_offline(False)

    delivered(frame).to_contain_text("Delivered", timeout=PATIENCE)
    expect(frame.locator("#banner")).to_be_empty()
    expect(frame.locator("#text")).to_have_value("four")
    page.reload()
    expect(frame.locator("#log .bubble")).to_have_text(["one", "two", "three"], timeout=PATIENCE)
    end(frame)


def test_what_was_not_sent_before_a_reload_is_sent_after_it(site: Open) -> None:
    page = site()
    frame = begin(page, "one")
    page.context.set_offline(True)
    expect(frame.locator("#banner")).not_to_be_empty()
    say(frame, "written in the tunnel")
    page.close()
    page.context.set_offline(False)

    frame = widget(site())

    expect(frame.locator("#log .bubble")).to_have_text(["one", "written in the tunnel"], timeout=PATIENCE)
    delivered(frame).to_contain_text("Delivered", timeout=PATIENCE)
    end(frame)


@pytest.mark.parametrize(
    "hostile",
    ["<img src=x onerror=alert(1)><script>alert(1)</script>", "</script><svg/onload=alert(1)>", "javascript:alert(1)"],
)
def test_hostile_texts_are_only_text(site: Open, hostile: str) -> None:
    page = site()
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    frame = begin(page, hostile, name=hostile)
    say(frame, hostile)

    expect(frame.locator("#log .bubble")).to_have_text([hostile, hostile], timeout=PATIENCE)
    assert frame.locator("#log img, #log script, #log a").count() == 0
    assert frame.locator("#log svg:not(.i)").count() == 0
    end(frame)


def test_addresses_become_links_that_tell_nothing_of_us(site: Open) -> None:
    frame = begin(site(), "See (https://example.com/a?b=1&c=2#d). And http://x.example, or ftp://y.example")
    links = frame.locator("#log a")

    expect(links).to_have_text(["https://example.com/a?b=1&c=2#d", "http://x.example"])
    assert links.first.get_attribute("rel") == "noopener noreferrer nofollow ugc"
    end(frame)


def test_a_picture_is_pasted_sent_and_shown(site: Open) -> None:
    frame = begin(site(), "Here comes a picture")
    frame.locator("#text").evaluate(
        """async input => {
          const canvas = new OffscreenCanvas(8, 8)
          canvas.getContext('2d').fillRect(0, 0, 8, 8)
          const data = new DataTransfer()
          data.items.add(new File([await canvas.convertToBlob()], 'shot.png', { type: 'image/png' }))
          input.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
        }"""
    )
    expect(frame.locator("#chips")).to_contain_text("shot.png")
    expect(frame.locator("#send")).to_have_attribute("aria-disabled", "false", timeout=PATIENCE)
    frame.locator("#send").click()

    picture = frame.locator("#log .picture img")
    expect(picture).to_be_visible(timeout=PATIENCE)
    assert picture.evaluate("image => image.naturalWidth") == 8
    end(frame)


def test_a_file_that_may_not_be_sent_is_told_at_its_place(site: Open) -> None:
    frame = begin(site(), "And a program")
    program = {"name": "tool.exe", "mimeType": "image/png", "buffer": b"MZ\x90\x00" * 40}
    frame.locator("#picker").set_input_files([program])

    expect(frame.locator("#chips .bad")).to_contain_text("Files of this kind cannot be sent.", timeout=PATIENCE)
    end(frame)


def test_a_long_file_name_stays_inside_the_chat(site: Open) -> None:
    frame = begin(site(), "A letter")
    name = f"{'a letter of the bank with a very long name ' * 2}2026.pdf"
    frame.locator("#picker").set_input_files(
        [{"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n" + b"0" * 500}]
    )
    expect(frame.locator("#send")).to_have_attribute("aria-disabled", "false", timeout=PATIENCE)
    frame.locator("#send").click()

    file = frame.locator("#log .file")
    expect(file).to_contain_text("a letter of the bank", timeout=PATIENCE)
    inside = "file => file.getBoundingClientRect().right <= document.getElementById('log').clientWidth"
    assert file.evaluate(inside)
    end(frame)


def test_errors_stand_at_their_fields_and_keep_what_was_typed(site: Open) -> None:
    page = site()
    button(page).click()
    frame = widget(page)
    frame.locator("#f-name").fill("Helen", timeout=PATIENCE)
    frame.locator("#f-email").fill("nobody")
    frame.locator("#start").click()

    expect(frame.locator("#e-email")).to_have_text("Write a mail address such as name@example.com.")
    expect(frame.locator("#e-text")).to_have_text("Please fill this in.")
    expect(frame.locator("#f-email")).to_be_focused()
    expect(frame.locator("#f-email")).to_have_attribute("aria-invalid", "true")
    expect(frame.locator("#f-name")).to_have_value("Helen")
    frame.locator("#f-text").fill("Now it is")
    expect(frame.locator("#e-text")).to_be_empty()
    expect(frame.locator("#f-text")).to_have_attribute("aria-invalid", "false")
    expect(frame.locator("#e-email")).not_to_be_empty()


def test_by_keyboard_alone_from_the_button_to_the_end_and_back(site: Open) -> None:
    page = site()
    button(page).focus()
    page.keyboard.press("Enter")
    frame = widget(page)
    expect(frame.locator("#f-name")).to_be_focused(timeout=PATIENCE)
    page.keyboard.type("Helen")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type("No mouse here")
    page.keyboard.press("Tab")
    expect(frame.locator("#start")).to_be_focused()
    page.keyboard.press("Enter")
    expect(frame.locator("#text")).to_be_focused(timeout=PATIENCE)
    page.keyboard.type("Still none")
    page.keyboard.press("Enter")
    delivered(frame).to_contain_text("Delivered", timeout=PATIENCE)

    page.keyboard.press("Escape")
    expect(button(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect(frame.locator("#text")).to_be_focused()
    frame.locator("#more").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(frame.locator("#end")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(frame.locator("#sure-yes")).to_be_focused()
    page.keyboard.press("Enter")
    expect(frame.locator("#ended")).to_be_visible(timeout=PATIENCE)


def test_where_storage_is_refused_the_talk_lasts_as_long_as_the_page(
    demo: Demo, browsers: Callable[[list[str]], Browser]
) -> None:
    page = browsers([]).new_page()
    page.goto(f"http://{demo.facts['hosts']['sites']['aurora']}/")
    frame = begin(page, "Nothing is kept here")
    say(frame, "But it works")

    delivered(frame).to_contain_text("Delivered", timeout=PATIENCE)
    end(frame)


def test_whom_the_website_knows_finds_the_talk_and_the_next_user_does_not(
    demo: Demo, chromium: Browser, site: Open
) -> None:
    page = site("/account/", "borealis")
    button(page).click()
    frame = widget(page)
    anew(frame)
    expect(frame.locator("#known")).to_have_text("You are signed in as Daniel Ortega.", timeout=PATIENCE)
    expect(frame.locator("#f-name")).to_be_hidden()
    frame.locator("#f-text").fill("My card was swallowed")
    frame.locator("#start").click()
    expect(frame.locator("#log")).to_contain_text("swallowed", timeout=PATIENCE)

    other = chromium.new_page()
    other.goto(f"http://{demo.facts['hosts']['sites']['borealis']}/account/")
    button(other).click()
    expect(widget(other).locator("#log")).to_contain_text("swallowed", timeout=PATIENCE)
    end(widget(other))
    other.close()

    page.goto(f"http://{demo.facts['hosts']['sites']['borealis']}/")
    expect(widget(page).locator("#form")).to_be_visible(timeout=PATIENCE)
    assert "swallowed" not in widget(page).locator("body").inner_text()


def test_no_other_page_can_show_the_frame(demo: Demo, profile: BrowserContext) -> None:
    page = profile.new_page()
    page.goto(f"http://{demo.facts['hosts']['companies']['borealis']}/livez")  # a page without a policy of its own
    blocked: list[str] = []
    page.on("console", lambda message: blocked.append(message.text))
    page.evaluate(
        """source => new Promise(done => {
          const frame = document.createElement('iframe')
          frame.onload = () => setTimeout(done, 300)
          frame.src = source
          document.body.append(frame)
        })""",
        f"http://{demo.facts['hosts']['companies']['aurora']}/widget/",
    )

    assert any("frame-ancestors" in text for text in blocked)


def test_only_the_company_s_site_and_only_the_page_around_it_drives_the_frame(demo: Demo, site: Open) -> None:
    page = site()
    button(page).click()
    expect(widget(page).locator("#form")).to_be_visible(timeout=PATIENCE)
    widget(page).locator("#f-text").press("Escape")
    frame = page.frames[-1]
    tell = """([origin, fromParent]) => {
      const message = { contactcenter: 1, t: 'open', identity: '', page: '' }
      const source = fromParent ? window.parent : window
      window.dispatchEvent(new MessageEvent('message', { data: message, origin, source }))
      return localStorage.getItem('chat.open')
    }"""
    ours = f"http://{demo.facts['hosts']['sites']['aurora']}"
    theirs = f"http://{demo.facts['hosts']['sites']['borealis']}"

    for origin, from_parent in ((theirs, True), ("null", True), (f"{ours}.evil.example", True), (ours, False)):
        assert frame.evaluate(tell, [origin, from_parent]) is None, origin
    assert frame.evaluate(tell, [ours, True]) == "1"


def test_a_reminder_counts_as_unread_until_it_is_seen(demo: Demo, profile: BrowserContext) -> None:
    """Else a visitor whose chat is folded away learns only that it is over."""
    page = profile.new_page()
    page.goto(f"http://{demo.facts['hosts']['companies']['aurora']}/widget/")
    row = {"sequence": 1, "rev": 1, "author": "system", "direction": "out", "delivery": "sent", "redacted": False}
    rows = [{**row, "id": "one", "event": "agent.joined"}, {**row, "id": "two", "event": "visitor.reminded"}]

    counted = page.evaluate(
        """async rows => {
          const { initial, reduce, unread } = await import('/static/webchat/state.js')
          const state = reduce(initial, { t: 'messages', messages: rows })
          return [unread(state), unread(reduce(state, { t: 'read', sequence: 1 }))]
        }""",
        rows,
    )

    assert counted == [1, 0]


def test_a_page_that_missed_messages_notices_and_has_them_all_after_a_heartbeat(
    demo: Demo, profile: BrowserContext
) -> None:
    """Random histories, a third of their frames dropped, some doubled, all in any order."""
    page = profile.new_page()
    page.goto(f"http://{demo.facts['hosts']['companies']['aurora']}/widget/")
    for seed in range(40):
        random.seed(seed)
        rows: dict[str, dict[str, Any]] = {}
        frames: list[dict[str, Any]] = []
        for rev in range(1, 60):
            if rows and random.random() < 0.4:
                row = {**random.choice(list(rows.values())), "rev": rev, "delivery": "read", "redacted": rev % 7 == 0}
            else:
                author = random.choice(["customer", "agent", "system"])
                number = len(rows) + 1
                row = {"id": f"m{number}", "sequence": number, "rev": rev, "author": author, "delivery": "sent"}
                row |= {"text": f"t{rev}", "direction": "in" if author == "customer" else "out", "redacted": False}
            rows[row["id"]] = row
            frames.append({"t": "messages", "messages": [row]})
        survived = [frame for frame in frames if random.random() < 0.7]
        survived += random.sample(frames, 10)
        random.shuffle(survived)
        result = page.evaluate(
            """async ([survived, all]) => {
              const { hasGap, initial, reduce, shown } = await import('/static/webchat/state.js')
              let state = survived.reduce(reduce, initial)
              if (hasGap(state)) state = reduce(state, { t: 'messages', messages: all })
              state = reduce(state, { t: 'messages', messages: all.filter(each => each.rev > state.rev) })
              const whole = reduce(initial, { t: 'messages', messages: all })
              return [shown(state).map(each => each.sequence), hasGap(state), state.rev, whole.rev]
            }""",
            [survived, list(rows.values())],
        )
        assert result == [list(range(1, len(rows) + 1)), False, 59, 59], seed
