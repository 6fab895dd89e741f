"""PDF: written anew by qpdf without names, dates, older versions, programs and attached files.

A document can unpack to far more than it weighs, so the work is done in a process of its own, with
a bound on its memory and its time: `python -m linli.files.rules.pdf SOURCE TARGET`.
"""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

_MOST_MEMORY = 1024 * 1024 * 1024  # bytes of address space; of these a small document touches 60 MB
_MOST_SECONDS = 20
_LOCKED = 3
# Of any dictionary: XMP, what programs keep for themselves, actions, attached files.
_TELLING = ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/AF", "/JS", "/Thumb")
_OF_ROOT = ("/OpenAction", "/Collection", "/SpiderInfo")
_NAMES = ("/EmbeddedFiles", "/JavaScript")


class Broken(ValueError):
    """The document cannot be read, or asks for more than it may have."""


class Locked(ValueError):
    """The document asks for a password."""


def rewritten(content: IO[bytes]) -> IO[bytes]:
    """A clean copy in a temporary file that the caller closes. Raises Broken, Locked.

    What stays: the pages as they look, their links, and the words of notes without their authors.
    """
    target = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        with tempfile.TemporaryDirectory(prefix="linli-pdf-") as folder:
            source, made = Path(folder) / "source", Path(folder) / "made"
            content.seek(0)
            with source.open("wb") as file:
                while piece := content.read(256 * 1024):
                    file.write(piece)
            _run(source, made)
            with made.open("rb") as file:
                while piece := file.read(256 * 1024):
                    target.write(piece)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return target


def _run(source: Path, target: Path) -> None:
    path = os.pathsep.join(p for p in sys.path if p)
    try:
        ended = subprocess.run(  # noqa: S603  our own module
            [sys.executable, "-m", __name__, str(source), str(target)],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Broken from None
    if ended.returncode == _LOCKED:
        raise Locked
    if ended.returncode != 0 or not target.exists():
        raise Broken


def rewrite(source: Path, target: Path) -> None:
    """The work itself. Raises what pikepdf raises."""
    import pikepdf

    with pikepdf.open(source, suppress_warnings=True) as document:
        _forget(document)
        for thing in document.objects:
            if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
                _clean(pikepdf, thing)
        document.remove_unreferenced_resources()
        document.save(target, encryption=False, fix_metadata_version=False)


def _forget(document: Any) -> None:
    for key in ("/Info", "/ID"):
        if key in document.trailer:
            del document.trailer[key]
    for key in _OF_ROOT:
        if key in document.Root:
            del document.Root[key]
    names = document.Root.get("/Names")
    for key in _NAMES:
        if names is not None and key in names:
            del names[key]


def _clean(pikepdf: Any, thing: Any) -> None:
    for key in _TELLING:
        if key in thing:
            del thing[key]
    kind = thing.get("/Subtype")
    if "/Rect" in thing and kind is not None and kind != "/Widget":  # a note on a page
        for key in ("/T", "/M", "/CreationDate", "/NM", "/FS"):
            if key in thing:
                del thing[key]
    if isinstance(thing, pikepdf.Stream) and thing.get("/Filter") == "/DCTDecode":
        from linli.files.rules.jpeg import without_notes

        raw = thing.read_raw_bytes()
        clean = without_notes(raw)
        if clean != raw:
            thing.write(
                clean, filter=pikepdf.Name.DCTDecode, decode_parms=thing.get("/DecodeParms")
            )


def main(source: Path, target: Path) -> int:
    """Bound this process, then do the work; the exit code tells what came of it."""
    import pikepdf

    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        rewrite(source, target)
    except pikepdf.PasswordError:
        return _LOCKED
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError, MemoryError):
        with contextlib.suppress(OSError):
            target.unlink()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
