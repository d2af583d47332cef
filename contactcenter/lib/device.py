"""What somebody writes or signs in on, in a few words: "Chrome, Android, 390×844"."""

from __future__ import annotations

# By a word of the browser's own name for itself. The first that fits: most call themselves by their rivals' names too.
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
BROWSERS = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}


def describe(user_agent: str, screen: str = "") -> str:
    words = (first(BROWSERS, user_agent), first(SYSTEMS, user_agent), screen)
    return ", ".join(word for word in words if word)


def first(names: dict[str, str], user_agent: str) -> str:
    return next((name for word, name in names.items() if word in user_agent), "")
