"""How a company looks: four readable colours for each theme out of its one, and a logo that is only a picture.

Colours are walked in OKLCH (https://bottosson.github.io/posts/oklab/), where a step of lightness keeps the hue.
Contrast is that of WCAG 2.2.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypedDict
from xml.etree import ElementTree

from django.utils.translation import gettext as _

TEXT = 4.5  # WCAG 1.4.3: least contrast of text
SHAPE = 3.0  # WCAG 1.4.11: least contrast of a button or an edge against its ground
SURFACE = {"light": "#ffffff", "dark": "#14181e"}
STEP = 0.005

LOGO_BYTES = 64 * 1024
LOGO_SIDE = 2048
PNG = "image/png"
SVG = "image/svg+xml"
SVG_SPACE = "{http://www.w3.org/2000/svg}"


class Shades(TypedDict):
    """A tile or button (`solid`), text over it (`on`), text on a surface or a tint (`ink`), a tint (`soft`)."""

    solid: str
    on: str
    ink: str
    soft: str


class Palette(TypedDict):
    light: Shades
    dark: Shades


class LogoRefused(ValueError):
    """Says, in the user's language, why a file cannot be the logo."""


@lru_cache(maxsize=1024)
def palette(colour: str) -> Palette:
    """From a colour as #rrggbb."""
    lightness, chroma, hue = to_oklch(colour)
    return {"light": light_shades(colour, lightness, chroma, hue), "dark": dark_shades(lightness, chroma, hue)}


def light_shades(colour: str, lightness: float, chroma: float, hue: float) -> Shades:
    surface = SURFACE["light"]
    solid = first([colour.lower(), *walk(lightness, 0.0, chroma, hue)], lambda shade: contrast(shade, surface) >= SHAPE)
    soft = from_oklch(0.965, min(chroma, 0.02), hue)
    ink = first(
        walk(min(lightness - 0.04, 0.52), 0.0, min(chroma, 0.2), hue),
        lambda shade: min(contrast(shade, surface), contrast(shade, soft)) >= TEXT,
    )
    return {"solid": solid, "on": text_over(solid, chroma, hue), "ink": ink, "soft": soft}


def dark_shades(lightness: float, chroma: float, hue: float) -> Shades:
    surface = SURFACE["dark"]
    solid = from_oklch(max(lightness, 0.77), min(chroma, 0.14), hue)
    soft = from_oklch(0.27, min(chroma, 0.05), hue)
    ink = first(
        walk(max(lightness, 0.82), 1.0, min(chroma, 0.12), hue),
        lambda shade: min(contrast(shade, surface), contrast(shade, soft)) >= TEXT,
    )
    return {"solid": solid, "on": text_over(solid, chroma, hue), "ink": ink, "soft": soft}


def text_over(solid: str, chroma: float, hue: float) -> str:
    """White where it can be read, else the darkest of the hue, at last black: one of white and black always can."""
    dark = walk(0.22, 0.0, min(chroma, 0.08), hue)
    return first(["#ffffff", *dark], lambda shade: contrast(shade, solid) >= TEXT)


def walk(start: float, end: float, chroma: float, hue: float) -> list[str]:
    """The hue from one lightness to another, both included."""
    steps = max(1, round(abs(end - start) / STEP))
    return [from_oklch(start + (end - start) * step / steps, chroma, hue) for step in range(steps + 1)]


def first(shades: Iterable[str], fits: Callable[[str], bool]) -> str:
    return next(shade for shade in shades if fits(shade))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio: 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    red, green, blue = (linear(channel) for channel in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red / 255, green / 255, blue / 255


def linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def encoded(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def to_oklch(colour: str) -> tuple[float, float, float]:
    red, green, blue = (linear(channel) for channel in channels(colour))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """The colour, or the most colourful one of that lightness and hue that a screen can show."""
    lightness = min(max(lightness, 0.0), 1.0)
    possible, impossible = 0.0, chroma
    if all(-1e-6 <= channel <= 1 + 1e-6 for channel in to_linear(lightness, chroma, hue)):
        possible = chroma
    else:
        for _step in range(16):
            middle = (possible + impossible) / 2
            if all(0 <= channel <= 1 for channel in to_linear(lightness, middle, hue)):
                possible = middle
            else:
                impossible = middle
    shown = (min(max(encoded(max(channel, 0.0)), 0.0), 1.0) for channel in to_linear(lightness, possible, hue))
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in shown)


def to_linear(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def check_logo(content: bytes) -> str:
    """The content type of a logo. Raises LogoRefused."""
    if len(content) > LOGO_BYTES:
        raise LogoRefused(_("The logo is larger than 64 kB."))
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        check_png(content)
        return PNG
    check_svg(content)
    return SVG


def check_png(content: bytes) -> None:
    if content[12:16] != b"IHDR" or len(content) < 24:
        raise LogoRefused(_("The logo is a damaged PNG."))
    width, height = struct.unpack(">II", content[16:24])
    if not (0 < width <= LOGO_SIDE and 0 < height <= LOGO_SIDE):
        raise LogoRefused(_("The logo is more than 2048 pixels wide or high."))


def check_svg(content: bytes) -> None:
    """A drawing whole in itself: no document type (entities), script, handler, foreign content or outside address."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise LogoRefused(_("The logo is neither a PNG nor an SVG.")) from None
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper() or "<?xml-stylesheet" in text:
        raise LogoRefused(_("The logo is an SVG with a document type or stylesheet: save it as a plain SVG."))
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - no document type, hence no entities
    except ElementTree.ParseError:
        raise LogoRefused(_("The logo is neither a PNG nor an SVG.")) from None
    if root.tag != f"{SVG_SPACE}svg":
        raise LogoRefused(_("The logo is neither a PNG nor an SVG."))
    for element in root.iter():
        if is_active(element):
            raise LogoRefused(_("The logo is an SVG with scripts, styles or links: save it as a plain SVG."))


def is_active(element: ElementTree.Element) -> bool:
    if element.tag.removeprefix(SVG_SPACE) in {
        "script",
        "foreignObject",
        "handler",
        "style",
        "iframe",
        "a",
        "set",
        "animate",
    }:
        return True
    for name, value in element.attrib.items():
        plain = re.sub(r"^\{[^}]*\}", "", name).lower()
        if plain.startswith("on") or (plain in {"href", "src"} and not value.startswith("#")):
            return True
        if re.search(r"url\(\s*['\"]?(?!#)|@import|javascript:", value, re.IGNORECASE):
            return True
    return False
