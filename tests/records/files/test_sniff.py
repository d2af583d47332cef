"""What a file is stands in its bytes; what it is called is made plain first and checked then."""

import contextlib
import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.records.files.sniff import NAME_LIMIT, RUNS, TEXT, FileRefused, safe_name, sniff

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def zipped(*names: str, first: tuple[str, str] | None = None) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        if first:
            archive.writestr(*first)
        for name in names:
            archive.writestr(name, "x")
    return memory.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 20, "image/jpeg"),
        (b"GIF89a" + b"\0" * 20, "image/gif"),
        (PDF, "application/pdf"),
        (b"Dear Sir,\r\n\tplease find attached\n", TEXT),
        ("Señora, ¿qué tal? 👋".encode(), TEXT),
        ("name;prix\nÉté;3 €\n".encode("utf-16"), TEXT),
        (b"\xef\xbb\xbfa,b\n1,2\n", TEXT),
        (b"1 < 2 and 3 > 2, <3", TEXT),
        (zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml"), DOCX),
        (zipped("a.xml", "xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (
            zipped("content.xml", first=("mimetype", "application/vnd.oasis.opendocument.text")),
            "application/vnd.oasis.opendocument.text",
        ),
    ],
)
def test_types_people_send(content: bytes, kind: str):
    assert sniff(content) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00" + b"\0" * 60,  # Windows program
        b"\x7fELF\x02\x01\x01" + b"\0" * 60,
        b"#!/bin/sh\nrm -rf /\n",
        b"<!DOCTYPE html><p>hello",
        b"  \n<HTML><script>alert(1)</script>",
        b"text before <script >alert(1)</script>",
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"<svg/onload=alert(1)>",
        "\ufeff<html>".encode("utf-16"),
        zipped("malware.exe"),
        zipped("readme.txt"),
        zipped("word/document.xml", "word/vbaProject.bin"),
        zipped("x", first=("mimetype", "text/html")),
        b"PK\x03\x04 broken",
        b"\x1f\x8b\x08" + b"\0" * 20,
        b"Rar!\x1a\x07\x00" + b"\0" * 20,
        b"\0\0\0\0",
        b"\xff\xfe\x00",
        b"%!PS-Adobe-3.0\x00",
    ],
)
def test_types_that_are_refused(content: bytes):
    with pytest.raises(FileRefused) as refused:
        sniff(content)
    assert refused.value.reason == "type"


def test_zip_with_an_endless_list_is_refused_unread():
    content = bytearray(zipped("word/document.xml"))
    end = content.rfind(b"PK\x05\x06")
    struct.pack_into("<I", content, end + 12, 600 * 1024)
    with pytest.raises(FileRefused):
        sniff(bytes(content))


def test_zip_with_a_second_longer_list_is_refused_unread():
    """ZIP64 (APPNOTE 4.3.15): the list's size in the plain end does not count where a locator stands before it."""
    content = zipped("word/document.xml")
    end = content.rfind(b"PK\x05\x06")
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, 0, 1)
    with pytest.raises(FileRefused):
        sniff(content[:end] + locator + content[end:])


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("holiday.png", "image/png", "holiday.png"),
        ("Año nuevo (2).PNG", "image/png", "Año nuevo (2).PNG"),
        ("../../etc/passwd", TEXT, "passwd.txt"),
        ("C:\\Users\\Ana\\cv.pdf", "application/pdf", "cv.pdf"),
        ("photo.txt", "image/png", "photo.txt.png"),  # named after what it is
        ("photo", "image/png", "photo.png"),
        (".htaccess", TEXT, "htaccess.txt"),
        ("...", TEXT, "file.txt"),
        ("", TEXT, "file.txt"),
        ("con.txt", TEXT, "file_con.txt"),
        ("a\r\nContent-Type: x.txt", TEXT, "a Content-Type_ x.txt"),
        ("re\u202egpj.txt", TEXT, "regpj.txt"),
        ("\u200bnotes.txt", TEXT, "notes.txt"),
        ("4111 1111 1111 1111.png", "image/png", "•••• •••• •••• 1111.png"),
        ('<img src="x" onerror=alert(1)>.png', "image/png", "_img src=_x_ onerror=alert(1)_.png"),
    ],
)
def test_names_are_made_safe(name: str, kind: str, safe: str):
    assert safe_name(name, kind) == safe


@pytest.mark.parametrize(
    "name",
    [
        "run.exe",
        "run.EXE ",
        "run.exe.",
        "\u200brun.exe",
        "run.e\u200bxe",
        "run．exe",
        "run.ｅｘｅ",
        "a.svg",
        "a.html",
        "x/y.bat",
    ],
)
def test_dangerous_names_are_refused_after_they_are_made_plain(name: str):
    with pytest.raises(FileRefused) as refused:
        safe_name(name, TEXT)
    assert refused.value.reason == "name"


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_no_name_escapes_or_runs(name: str):
    try:
        safe = safe_name(name, TEXT)
    except FileRefused:
        return
    assert len(safe) <= NAME_LIMIT
    assert not set(safe) & set('/\\\0\r\n"<>|:?*')
    assert not safe.startswith(".")
    assert safe.rpartition(".")[2].lower() not in RUNS
    safe.encode()


@given(st.binary(max_size=2000))
def test_no_bytes_crash_the_sniffer(content: bytes):
    for candidate in (content, b"PK\x03\x04" + content, b"PK\x05\x06" + content):
        with contextlib.suppress(FileRefused):
            sniff(candidate)
