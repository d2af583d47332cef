"""Every colour that a company may choose gives shades that can be read; a logo is a picture and nothing else."""

import struct

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tenants.branding import LogoRefused, check_logo, contrast, palette, to_oklch

SURFACE = {"light": "#ffffff", "dark": "#14181e"}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">{}</svg>'


def test_contrast_of_wcag_examples() -> None:
    """WCAG 2.2: black on white is 21:1; #767676 is the lightest grey above 4.5:1 on white."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_oklch_of_published_values() -> None:
    """CSS Color 4 lists oklch(0.62796 0.25768 29.23) for red."""
    lightness, chroma, hue = to_oklch("#ff0000")
    assert lightness == pytest.approx(0.62796, abs=1e-4)
    assert chroma == pytest.approx(0.25768, abs=1e-4)
    assert hue * 180 / 3.141592653589793 == pytest.approx(29.23, abs=0.01)


@given(st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}"))
@example("#000000")
@example("#ffffff")
@example("#ffff00")
@example("#0000ff")
@example("#757575")
@example("#767676")
@settings(max_examples=600, deadline=None)
def test_any_colour_can_be_read(colour: str) -> None:
    shades = palette(colour)
    for theme, surface in SURFACE.items():
        one = shades[theme]  # type: ignore[literal-required]
        assert contrast(one["on"], one["solid"]) >= 4.5
        assert contrast(one["ink"], surface) >= 4.5
        assert contrast(one["ink"], one["soft"]) >= 4.5
        assert contrast(one["solid"], surface) >= 3


@pytest.mark.parametrize("colour", ["#6a3fd0", "#0b7080", "#b04a06"])
def test_a_colour_that_is_readable_stays_as_it_is(colour: str) -> None:
    assert palette(colour)["light"]["solid"] == colour
    assert palette(colour)["light"]["on"] == "#ffffff"


def test_the_hue_is_kept() -> None:
    for shade in (palette("#6a3fd0")["dark"]["solid"], palette("#6a3fd0")["light"]["ink"]):
        red, green, blue = bytes.fromhex(shade[1:])
        assert blue > red > green


def png(width: int, height: int) -> bytes:
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + b"IHDR"
        + struct.pack(">II", width, height)
        + b"\x08\x06\x00\x00\x00"
    )


def test_pictures_are_logos() -> None:
    assert check_logo(png(64, 64)) == "image/png"
    assert check_logo(SVG.format('<path fill="url(#a)" d="M0 0h8v8z"/>').encode()) == "image/svg+xml"
    assert check_logo(b'<?xml version="1.0"?>' + SVG.format("<g/>").encode()) == "image/svg+xml"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<html></html>",
        b"\x89PNG\r\n\x1a\n",
        png(0, 10),
        png(30_000, 30_000),
        png(8, 8) + b"\0" * 65_536,
        b"<svg/>",
        SVG.format("<script>alert(1)</script>").encode(),
        SVG.format('<g onload="alert(1)"/>').encode(),
        SVG.format('<image href="https://elsewhere.example/x.png"/>').encode(),
        SVG.format('<a href="#x"/>').encode(),
        SVG.format('<g style="background: url(//elsewhere.example)"/>').encode(),
        SVG.format("<style>@import url(x)</style>").encode(),
        SVG.format('<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>').encode(),
        b'<!DOCTYPE svg [<!ENTITY a "aa">]>' + SVG.format("&a;").encode(),
        SVG.format("<g/>").encode("utf-16"),
        SVG.format("<g>").encode(),
    ],
)
def test_what_is_no_plain_picture_is_refused(content: bytes) -> None:
    with pytest.raises(LogoRefused):
        check_logo(content)
