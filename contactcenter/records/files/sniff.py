"""What a file is, by its bytes, and whether it may be kept. Pure. Nothing is unpacked: only a zip's list of names is
read.
"""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
from pathlib import PurePosixPath

import filetype

from contactcenter.lib.card_numbers import scrub
from contactcenter.lib.text import clean_line

NAME_LIMIT = 120
TEXT = "text/plain"

# What people send to a contact centre: type by the bytes → extensions it may go by, the first being the one it is
# given.
ALLOWED: dict[str, tuple[str, ...]] = {
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg", "jfif"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/heic": ("heic", "heif"),
    "image/avif": ("avif",),
    "image/bmp": ("bmp",),
    "image/tiff": ("tif", "tiff"),
    "application/pdf": ("pdf",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",),
    "application/vnd.oasis.opendocument.text": ("odt",),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods",),
    "application/vnd.oasis.opendocument.presentation": ("odp",),
    "audio/mpeg": ("mp3",),
    "audio/mp4": ("m4a",),
    "audio/ogg": ("ogg", "oga", "opus"),
    "audio/x-wav": ("wav",),
    "video/mp4": ("mp4", "m4v"),
    "video/quicktime": ("mov",),
    "video/webm": ("webm",),
    TEXT: ("txt", "csv", "log", "md"),
}
# Dangerous by name alone, whatever the bytes: what a double click runs.
RUNS_WHEN_OPENED = """
    ade adp apk app appx bat chm cmd com cpl dll dmg exe gadget hta htm html inf ins iso jar js jse lnk
    mde msc msi msp mst pif ps1 ps1xml ps2 psc1 pyw rb reg scf scr sct sh shb shtml svg svgz swf sys url
    vb vbe vbs vhd vxd wsc wsf wsh xht xhtml xll xml xsl
"""
RUNS = frozenset(RUNS_WHEN_OPENED.split())
RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
)
UNSAFE = re.compile(r'[<>:"|?*%$;`\']')
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")  # all but tabs and the ends of lines and pages
# What a browser or a mail program might take for a page, were it ever shown.
MARKUP = re.compile(r"<(?:!doctype|html|head|body|script|svg|iframe|object|embed|style|\?xml)[\s>/]", re.IGNORECASE)
OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
OPEN_DOCUMENT = {kind for kind in ALLOWED if ".opendocument." in kind}
ZIP_END = b"PK\x05\x06"
ZIP64_END = b"PK\x06\x07"  # stands just before it, and leads to a list of names of any length
ZIP_LIST_LIMIT = 512 * 1024


class FileRefused(Exception):
    """`reason`: empty, too_big, type (what it is), name (what it is called); quota, quota_of_all (enough for a day)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sniff(content: bytes) -> str:
    """The type of an allowed file. Raises FileRefused("type")."""
    if content.startswith(b"PK"):
        kind = sniff_zip(content)
    else:
        kind = filetype.guess_mime(content[:8192])
        if kind is None and is_text(content):
            kind = TEXT
    if kind not in ALLOWED:
        raise FileRefused("type")
    return str(kind)


def sniff_zip(content: bytes) -> str | None:
    """An office document, by the names inside; any other zip, or one with macros: None."""
    end = content.rfind(ZIP_END)
    if end < 0 or len(content) < end + 22:
        return None
    (list_size,) = struct.unpack_from("<I", content, end + 12)
    has_second_end = content[max(end - 20, 0) : end].startswith(ZIP64_END)
    if has_second_end or list_size > ZIP_LIST_LIMIT:  # zipfile would read a list of any length into memory
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if any(name.lower().endswith(("vbaproject.bin", ".exe", ".dll")) for name in names):
        return None
    if names and names[0] == "mimetype" and content[30:38] == b"mimetype":
        # First and not compressed, to be read without unpacking (OpenDocument 1.3, part 2, section 3.3).
        kind = content[38:128].split(b"PK", 1)[0].decode("ascii", "replace")
        return kind if kind in OPEN_DOCUMENT else None
    return next((kind for name, kind in OFFICE.items() if name in names), None)


def is_text(content: bytes) -> bool:
    """Readable in UTF-8 or marked UTF-16, without control characters, and no markup that something might run."""
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        return False
    return CONTROLS.search(text) is None and MARKUP.search(text) is None and not text.startswith("#!")


def safe_name(name: str, kind: str) -> str:
    """The sender's name for a file, first made plain, then checked, with an extension that says what the bytes are.

    Raises FileRefused("name") for what a double click would run.
    """
    plain = clean_line(unicodedata.normalize("NFKC", name.replace("\0", "")), 1000)
    plain = PurePosixPath(plain.replace("\\", "/").rstrip("/")).name
    plain = scrub(UNSAFE.sub("_", plain)).strip(" .")
    stem, dot, extension = plain.rpartition(".")
    if not dot:
        stem, extension = plain, ""
    if extension.lower().strip() in RUNS:
        raise FileRefused("name")
    if extension.lower() not in ALLOWED[kind]:
        stem, extension = plain, ALLOWED[kind][0]
    stem = stem[: NAME_LIMIT - len(extension) - 1].strip(" .")
    if not stem or stem.split(".")[0].lower() in RESERVED:
        stem = f"file_{stem}" if stem else "file"
    return f"{stem[: NAME_LIMIT - len(extension) - 1]}.{extension}"
