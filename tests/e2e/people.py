"""Visitors and agents in a real Chromium, found as people find things: by what stands on the screen."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Locator, Page, expect

from contactcenter.demo.running import Demo

PATIENCE = 15_000  # ms

# Through a socket of its own, since a test may end with the page in any state.
LEAVE = """() => new Promise((done, failed) => {
  const socket = new WebSocket(`ws://${location.host}/ws/desk/`)
  const items = new Map()
  let outcomes = {}
  const put = frame => socket.send(JSON.stringify({ v: 1, id: crypto.randomUUID(), ...frame }))
  const settle = () => {
    for (const item of items.values()) {
      const { id, company, conversation, state } = item
      if (state === 'active') put({ t: 'conversation.finish', company, conversation })
      if (state === 'wrap_up') {
        put({ t: 'wrap_up.finish', item: id, disposition: outcomes[company][0].key, summary: '', then: '' })
      }
    }
    if (![...items.values()].some(item => item.state !== 'offered')) socket.close()
  }
  socket.onopen = () => put({ t: 'presence.set', presence: 'offline' }) || put({ t: 'hello' })
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data)
    if (frame.t === 'snapshot') {
      outcomes = frame.dispositions
      for (const item of frame.items) items.set(item.id, item)
      settle()
    }
    if (frame.t === 'item.changed' && items.get(frame.item.id)?.state !== frame.item.state) {
      items.set(frame.item.id, frame.item)
      settle()
    }
    if (frame.t === 'item.removed') {
      items.delete(frame.item)
      settle()
    }
  }
  socket.onclose = done
  setTimeout(() => failed(new Error('still on the desk: ' + JSON.stringify([...items.values()]))), 10000)
})"""

END = """() => new Promise(done => {
  const token = localStorage.getItem('chat.token')
  if (!token) return done()
  const address = `${location.origin.replace(/^http/, 'ws')}/ws/widget/`
  const socket = new WebSocket(address, ['contactcenter.v1', `token.${token}`])
  const id = crypto.randomUUID()
  const put = frame => socket.send(JSON.stringify({ v: 1, ...frame }))
  socket.onopen = () => put({ t: 'hello', rev: 0 })
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data)
    if (frame.t === 'welcome' && frame.conversation?.state === 'open') put({ t: 'conversation.end', id })
    else if (frame.t === 'welcome' || frame.id === id) socket.close()
  }
  socket.onclose = done
})"""


class VisitorInBrowser:
    """On a client company's website, with the widget in its corner; or, where it has none, in the widget's own page."""

    def __init__(self, demo: Demo, context: BrowserContext, company: str) -> None:
        self.context = context
        sites = demo.facts["hosts"]["sites"]
        self.site = f"http://{sites[company]}" if company in sites else ""
        self.widget = f"http://{demo.facts['hosts']['companies'][company]}/widget/"
        self.page = context.new_page()
        self.page.goto(self.site or self.widget)

    @property
    def frame(self) -> Page:
        return self.page.frame_locator("iframe") if self.site else self.page  # type: ignore[return-value]

    def open_widget(self) -> None:
        if self.site:
            self.page.locator("#contactcenter-widget button").click()
        expect(self.frame.locator("h1")).to_be_visible(timeout=PATIENCE)

    def start(self, *, name: str, text: str, email: str = "") -> None:
        self.open_widget()
        self.frame.locator("#f-name").fill(name)
        if email:
            self.frame.locator("#f-email").fill(email)
        topics = self.frame.locator("#f-queue")
        if topics.is_visible():
            topics.select_option(index=1)
        self.frame.locator("#f-text").fill(text)
        self.frame.locator("#start").click()
        expect(self.log.get_by_text(text)).to_be_visible(timeout=PATIENCE)

    @property
    def log(self) -> Locator:
        return self.frame.locator("#log")

    def say(self, text: str) -> None:
        self.frame.locator("#text").fill(text)
        self.frame.locator("#send").click()

    def leave(self) -> None:
        """Ends the talk. In the widget's own frame: what it stores is kept apart for each website it stands on."""
        self.context.set_offline(False)
        for frame in self.page.frames:
            if frame.url.startswith(self.widget):
                frame.evaluate(END)

    def sees(self, text: str) -> None:
        expect(self.log.get_by_text(text)).to_be_visible(timeout=PATIENCE)


class AgentInBrowser:
    def __init__(self, demo: Demo, context: BrowserContext, email: str, role: str = "agent") -> None:
        self.demo = demo
        self.login = demo.login(role, email)
        self.context = context
        self.desk = f"http://{demo.facts['hosts']['shared']}/desk/"
        self.page = context.new_page()

    def sign_in(self) -> None:
        self.page.goto(self.desk)
        self.page.get_by_label("Work mail").fill(self.login["email"])
        self.page.get_by_label("Password").fill(self.login["password"])
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.locator("#presence-name")).not_to_have_text("Connecting…", timeout=PATIENCE)

    def become_available(self) -> None:
        self.page.locator("#presence").click()
        self.page.locator("#menu-presence [data-presence=available]").click()
        expect(self.page.locator("#presence-name")).to_have_text("Available", timeout=PATIENCE)

    def go_offline(self) -> None:
        self.page.locator("#presence").click()
        self.page.locator("#menu-presence [data-presence=offline]").click()
        expect(self.page.locator("#presence-name")).to_have_text("Offline", timeout=PATIENCE)

    def offer(self, customer: str) -> Locator:
        return self.page.locator(".offer").filter(has_text=customer)

    def accept(self, customer: str) -> None:
        self.offer(customer).get_by_role("button", name="Accept").click(timeout=PATIENCE)
        expect(self.card(customer)).to_be_visible(timeout=PATIENCE)

    def card(self, customer: str) -> Locator:
        return self.page.locator("#work-list .item").filter(has_text=customer)

    def open(self, customer: str) -> None:
        self.card(customer).click()
        expect(self.page.locator("#talk-head h2")).to_have_text(customer, timeout=PATIENCE)

    @property
    def timeline(self) -> Locator:
        return self.page.locator("#timeline")

    def sees(self, text: str) -> None:
        expect(self.timeline.get_by_text(text)).to_be_visible(timeout=PATIENCE)

    def say(self, text: str) -> None:
        self.page.locator("#compose-text").fill(text)
        self.page.locator("#compose-send").click()
        self.sees(text)

    def finish_talk(self) -> None:
        expect(self.page.locator("#group-toAnswer .item[aria-current]")).to_have_count(0)  # else the desk asks whether
        self.page.locator("#do-finish").click()
        expect(self.page.locator("#wrapup")).to_be_visible(timeout=PATIENCE)

    def finish(self, outcome: str, note: str = "") -> None:
        self.finish_talk()
        self.page.locator("#dispositions").get_by_text(outcome).click(timeout=PATIENCE)
        if note:
            self.page.locator("#summary").fill(note)
        self.page.get_by_role("button", name="Finish, be available").click()
        expect(self.page.locator("#wrapup")).to_be_hidden(timeout=PATIENCE)

    def leave(self) -> None:
        """Offline, with nothing left on the desk."""
        self.context.set_offline(False)
        page = self.context.new_page()
        page.goto(self.desk)
        if page.url == self.desk:  # else never signed in, or signed out
            page.evaluate(LEAVE)
        page.close()
