"""PostgreSQL settings for this machine. Everything durable; nothing personal in the log."""

import os
import shutil
from pathlib import Path

MB = 1024 * 1024


def memory_mb() -> int:
    """The machine's memory, or the container's share of it."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MB
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            whole = min(whole, int(Path(limit).read_text()) // MB)
        except (OSError, ValueError):
            continue
    return whole


def configuration(socket_folder: Path, *, memory: int | None = None) -> str:
    """The text of linli.conf. `memory` is in MB."""
    memory = memory or memory_mb()
    shared = max(64, min(2048, memory * 15 // 100))
    escaped = str(socket_folder).replace('"', '""').replace("'", "''")
    lines = {
        "listen_addresses": "''",
        "port": "5432",
        "unix_socket_directories": f"'\"{escaped}\"'",
        "unix_socket_permissions": "0700",
        "max_connections": "150",
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(256, memory // 2)}MB",
        "work_mem": f"{max(4, min(32, memory // 500))}MB",
        "maintenance_work_mem": f"{max(64, min(512, memory // 20))}MB",
        "jit": "off",  # design §6: JIT on short queries costs more than it gives
        "random_page_cost": "1.1",
        "effective_io_concurrency": "100",
        "wal_compression": "on",
        "min_wal_size": "256MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "autovacuum_vacuum_scale_factor": "0.05",
        "autovacuum_analyze_scale_factor": "0.02",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "lc_messages": "'C'",
        "logging_collector": "on",
        "log_directory": "'log'",
        "log_filename": "'postgresql-%a.log'",  # a week of days, then over again
        "log_truncate_on_rotation": "on",
        "log_rotation_size": "0",
        "log_min_error_statement": "panic",  # statements carry personal data
        "log_parameter_max_length_on_error": "0",
        "log_line_prefix": "'%m [%p] '",
    }
    if _shared_memory_mb() < 256:
        lines["dynamic_shared_memory_type"] = "mmap"  # a container with a small /dev/shm
    head = "# Written by bin/run at each start: change own.conf instead.\n"
    return head + "".join(f"{name} = {value}\n" for name, value in lines.items())


def _shared_memory_mb() -> int:
    try:
        return shutil.disk_usage("/dev/shm").total // MB  # noqa: S108  only its size is read
    except OSError:
        return 0
