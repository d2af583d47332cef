"""The agent reads in few words what the visitor writes on. The browsers' names for themselves are real ones."""

import pytest

from contactcenter.lib.device import describe

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "told"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/126.0.0.0 Safari/537.36", "Chrome, Windows"),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
            "Edge, Windows",
        ),
        (f"Mozilla/5.0 (X11; Linux x86_64) {KIT} Chrome/126.0.0.0 Safari/537.36 OPR/112.0.0.0", "Opera, Linux"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {KIT} Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome, Android"),
        (
            f"Mozilla/5.0 (Linux; Android 13; K) {KIT} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
            "Samsung Internet, Android",
        ),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox, Linux"),
        (f"{PHONE} Version/17.5 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        ("", ""),
        ("curl/8.7.1", ""),
    ],
)
def test_browser_and_system(user_agent: str, told: str) -> None:
    assert describe(user_agent, "") == told
    assert describe(user_agent, "390×844") == ", ".join(word for word in (told, "390×844") if word)
