"""An archive from a stranger writes nowhere but into its own folder."""

import io
import tarfile
from pathlib import Path

import pytest

from _ops import backup


def _archive(path: Path, member: tarfile.TarInfo, content: bytes = b"x") -> Path:
    with tarfile.open(path, "w") as tar:
        member.size = len(content) if member.isreg() else 0
        tar.addfile(member, io.BytesIO(content))
    return path


def _unpack(archive: Path, folder: Path) -> None:
    folder.mkdir()
    with tarfile.open(archive) as tar:
        backup._unpack(tar, folder)


def test_plain_files_are_unpacked_for_their_owner_alone(tmp_path: Path) -> None:
    archive = _archive(tmp_path / "a.tar", tarfile.TarInfo("files/a/b.txt"), b"hello")
    _unpack(archive, tmp_path / "out")
    unpacked = tmp_path / "out" / "files" / "a" / "b.txt"
    assert unpacked.read_bytes() == b"hello"
    assert unpacked.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["../outside", "/outside-of-everything", "files/../../outside"])
def test_a_name_that_leads_outside_is_refused(name: str, tmp_path: Path) -> None:
    archive = _archive(tmp_path / "a.tar", tarfile.TarInfo(name))
    with pytest.raises(tarfile.TarError, match="has no place"):
        _unpack(archive, tmp_path / "out")
    assert not (tmp_path / "outside").exists()


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = tarfile.TarInfo("files/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with pytest.raises(tarfile.TarError, match="has no place"):
        _unpack(_archive(tmp_path / "a.tar", link), tmp_path / "out")
