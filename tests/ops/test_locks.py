"""Locks name what to install, with hashes, and never where from."""

from pathlib import Path

from _ops import checks

HASHED = "attrs==26.1.0 \\\n    --hash=sha256:aa\nidna==3.1 \\\n    --hash=sha256:bb\n"


def _folder(tmp_path: Path, requirements: str, packages: str = "{}") -> Path:
    (tmp_path / "requirements.lock").write_text(requirements)
    (tmp_path / "package-lock.json").write_text(packages)
    return tmp_path


def test_our_locks_name_no_host_and_hash_everything() -> None:
    assert checks.hosts_in_locks() == []
    assert checks.unhashed_requirements() == []


def test_an_index_address_in_a_lock_is_found(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "--index-url https://mirror.example/simple\n" + HASHED)
    assert checks.hosts_in_locks(folder) == [
        "requirements.lock:1: --index-url https://mirror.example/simple"
    ]


def test_a_resolved_address_in_the_npm_lock_is_found(tmp_path: Path) -> None:
    folder = _folder(tmp_path, HASHED, '{\n"resolved": "https://mirror.example/x.tgz"\n}')
    assert len(checks.hosts_in_locks(folder)) == 1


def test_a_requirement_without_a_hash_is_found(tmp_path: Path) -> None:
    folder = _folder(tmp_path, HASHED + "six==1.17.0\n")
    assert checks.unhashed_requirements(folder) == ["requirements.lock: six==1.17.0"]
