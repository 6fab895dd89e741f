"""What is wrong is said in a sentence that names the remedy."""

import socket
from collections.abc import Iterator

import pytest

from _ops import places, ports, system
from _ops.say import Trouble, remedy_for


@pytest.fixture
def taken_port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.delenv("LINLI_BIND", raising=False)
    monkeypatch.delenv("LINLI_EVENTS_PORT", raising=False)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


def test_a_taken_port_is_named_with_its_remedy(
    taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_PORT", str(taken_port))
    with pytest.raises(Trouble, match=f"Port {taken_port} cannot be used") as trouble:
        ports.check_ports()
    assert "LINLI_PORT=" in trouble.value.remedy


def test_a_taken_events_port_names_its_own_variable(
    taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_PORT", str(_free_port()))
    monkeypatch.setenv("LINLI_EVENTS_PORT", str(taken_port))
    with pytest.raises(Trouble, match=f"Port {taken_port}") as trouble:
        ports.check_ports()
    assert "LINLI_EVENTS_PORT=" in trouble.value.remedy


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("given", ["0", "65536", "80a", "-1", "８０００"])
def test_a_port_that_is_none_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_PORT", given)
    with pytest.raises(Trouble, match="LINLI_PORT is"):
        places.web_port()


def test_both_processes_cannot_share_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_PORT", "8100")
    monkeypatch.setenv("LINLI_EVENTS_PORT", "8100")
    with pytest.raises(Trouble, match="cannot use port 8100"):
        places.events_port()


@pytest.mark.parametrize(
    ("version", "good"),
    [
        ("v18.20.4", False),
        ("v20.18.9", False),
        ("v20.19.0", True),
        ("v21.7.0", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.1.0", True),
        ("", False),
    ],
)
def test_vite_runs_on_these_versions_of_node(version: str, good: bool) -> None:
    assert system.node_is_new_enough(version) is good


@pytest.mark.parametrize(
    ("words", "helps"),
    [
        ("ERROR: [Errno 28] No space left on device", "disk is full"),
        ("E: Could not get lock /var/lib/dpkg/lock-frontend", "Another apt"),
        ("Temporary failure in name resolution", "network"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "lock file"),
    ],
)
def test_last_words_of_a_program_lead_to_a_remedy(words: str, helps: str) -> None:
    assert helps in remedy_for(words)


def test_unknown_last_words_lead_to_none() -> None:
    assert remedy_for("Segmentation fault") == ""
