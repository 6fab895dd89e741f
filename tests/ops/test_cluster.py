"""The private cluster knows its own processes and touches no other's."""

import os
from pathlib import Path

import pytest

from _ops import tuning
from _ops.cluster import LONGEST_SOCKET_FOLDER, Cluster
from _ops.say import Trouble


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    data = tmp_path / "var"
    (data / "postgres" / "data").mkdir(parents=True)
    (data / "cluster_folder").write_text("postgres\n")
    return Cluster(data)


def test_a_reused_process_id_is_not_taken_for_the_server(cluster: Cluster) -> None:
    (cluster.pgdata / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.pgdata}\n")
    assert cluster.postmaster() is None


@pytest.mark.parametrize("content", ["", "not a number\n", "-1\n"])
def test_a_broken_pid_file_means_no_server(cluster: Cluster, content: str) -> None:
    (cluster.pgdata / "postmaster.pid").write_text(content)
    assert cluster.postmaster() is None


def test_no_pid_file_means_no_server(cluster: Cluster) -> None:
    assert cluster.postmaster() is None
    assert cluster.processes() == []


def test_the_cluster_moves_with_its_data_folder(cluster: Cluster, tmp_path: Path) -> None:
    moved = cluster.data.rename(tmp_path / "elsewhere")
    assert Cluster(moved).home == moved / "postgres"


def test_the_socket_lies_beside_the_data_when_its_path_is_short(cluster: Cluster) -> None:
    if len(os.fsencode(cluster.home / "socket")) > LONGEST_SOCKET_FOLDER:
        pytest.skip("this machine's temporary folders have long names")
    assert cluster.socket_folder == cluster.home / "socket"
    assert "%2Fsocket" in cluster.url()


def test_a_long_path_gets_a_short_private_socket_folder_and_keeps_it(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 30)
    (data / "postgres").mkdir(parents=True)
    (data / "cluster_folder").write_text("postgres\n")
    first = Cluster(data).socket_folder
    try:
        assert len(os.fsencode(first)) <= LONGEST_SOCKET_FOLDER
        assert first.stat().st_mode & 0o777 == 0o700
        assert Cluster(data).socket_folder == first
        first.chmod(0o755)  # somebody else could have put a socket in: a new one is made
        second = Cluster(data).socket_folder
        assert second != first
        second.rmdir()
    finally:
        first.rmdir()


def test_a_cluster_of_a_missing_version_says_what_to_install(cluster: Cluster) -> None:
    (cluster.pgdata / "PG_VERSION").write_text("99\n")
    with pytest.raises(Trouble, match="PostgreSQL 99 with PostGIS is not installed") as trouble:
        _ = cluster.installation
    assert "apt-get install postgresql-99-postgis-3" in trouble.value.remedy


@pytest.mark.parametrize(("memory", "shared"), [(512, 76), (8_000, 1_200), (64_000, 2_048)])
def test_shared_buffers_follow_the_memory_up_to_two_gigabytes(memory: int, shared: int) -> None:
    text = tuning.configuration(Path("/x"), memory=memory)
    assert f"shared_buffers = {shared}MB\n" in text


def test_the_configuration_is_durable_and_listens_to_nobody() -> None:
    text = tuning.configuration(Path("/a b/it's"), memory=8_000)
    assert "listen_addresses = ''\n" in text
    assert "fsync" not in text
    assert "synchronous_commit" not in text
    assert "unix_socket_directories = '\"/a b/it''s\"'\n" in text
