"""The four programs people type, and the sub-commands of bin/linli."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout

from _ops import backup, checks, cluster, database, django, doctor, run, words
from _ops.places import PYTHON, ROOT, data_folder, own_database_url
from _ops.say import Trouble, die_with_parent, say
from _ops.setup import require_set_up, set_up

NOT_AVAILABLE = 2
DJANGO_COMMANDS = {
    "import": "read from files: territory, catalogue, …",
    "export": "write to files: catalogue, cases",
    "demo": "load the demo city; --accounts, --cases N, --live",
    "verify-history": "prove that no event of a case was changed or removed",
    "distribute": "spread the big tables over several machines (needs Citus)",
}
KINDS = ("import", "export")
OTHER_COMMANDS = {
    "bench": "measure what the program costs (bench/)",
    "backup": "write database and files into one archive",
    "restore": "read such an archive back",
    "doctor": "look for what is wrong here",
    "messages": "compile the translations; --collect, --check",
    "migrate": "bring the database's tables up to date",
    "psql": "the database's own prompt",
    "manage": "any command of Django's manage.py",
}


def setup_program(arguments: list[str]) -> int:
    """`bin/setup [--tests]`."""
    if unknown := set(arguments) - {"--tests"}:
        raise Trouble(f"bin/setup does not know {' '.join(unknown)}.", "It knows --tests.")
    set_up(for_tests="--tests" in arguments)
    with cluster.database() as url:
        if own_database_url():
            database.check_own(url)
    say("Set up. bin/run starts Linli.")
    return 0


def linli_program(arguments: list[str]) -> int:
    """`bin/linli COMMAND …`."""
    name, *rest = arguments or ["help"]
    if name in {"help", "--help", "-h"}:
        print(_help())
        return 0
    known = {**DJANGO_COMMANDS, **OTHER_COMMANDS}
    if name not in known and not django.has_command(_django_name(name)):
        raise Trouble(f"bin/linli does not know “{name}”.", "bin/linli help lists what it knows.")
    if name == "doctor":
        return doctor.doctor(rest)
    require_set_up()
    if name == "messages":
        return words.messages(rest)
    with redirect_stdout(sys.stderr):  # what a command prints may be read by a program
        return _with_database(name, rest)


def _with_database(name: str, rest: list[str]) -> int:
    if name in KINDS and not django.has_command(name):
        name, rest = _kind(name, rest)
    django_name = _django_name(name)
    if name in DJANGO_COMMANDS and name != "distribute" and not django.has_command(django_name):
        return _not_available(name)
    if name == "bench":
        rest = _bench(rest)
    with cluster.database() as url:
        environment = django.program_environment(url)
        if name == "backup":
            return backup.backup(url, rest)
        if name == "restore":
            return backup.restore(url, rest)
        if name == "psql":
            return _foreground([_psql(), "-d", url, *rest], environment)
        if name == "migrate":
            database.migrate(url)
            return 0
        if name == "bench":
            return _foreground([str(PYTHON), "-m", *rest], environment, folder=str(ROOT))
        if name == "distribute" and "--plan" not in rest and not _has_citus(url):
            return NOT_AVAILABLE
        if name == "distribute" and not django.has_command(name):
            return _not_available(name)
        words_ = rest if name == "manage" else [django_name, *rest]
        if name != "manage":
            database.migrate(url)
        return django.call(words_, environment=environment)


def _not_available(name: str) -> int:
    print(f"bin/linli {name} is not available in this version.")
    return NOT_AVAILABLE


def _django_name(name: str) -> str:
    return name.replace("-", "_")


def _kind(name: str, rest: list[str]) -> tuple[str, list[str]]:
    """`import territory FILE` is Django's `import_territory FILE`."""
    kinds = [
        kind.removeprefix(f"{name}_") for kind in django.commands() if kind.startswith(f"{name}_")
    ]
    if rest and _django_name(rest[0]) in kinds:
        return f"{name}-{rest[0]}", rest[1:]
    raise Trouble(
        f"bin/linli {name} needs to know what: {', '.join(kinds) or 'nothing in this version'}.",
        f"For example: bin/linli {name} {kinds[0] if kinds else 'KIND'} --help",
    )


def _bench(rest: list[str]) -> list[str]:
    """`bench locate …` is `python -m bench.locate …`; alone it is `python -m bench`, if there."""
    there = sorted(path.stem for path in (ROOT / "bench").glob("[a-z]*.py"))
    if rest and _django_name(rest[0]) in there:
        return [f"bench.{_django_name(rest[0])}", *rest[1:]]
    if (ROOT / "bench" / "__main__.py").exists():
        return ["bench", *rest]
    raise Trouble(
        f"bin/linli bench needs to know which: {', '.join(there) or 'none in this version'}.",
        f"For example: bin/linli bench {there[0] if there else 'NAME'} --help",
    )


def _psql() -> str:
    if own_database_url():
        return "psql"
    return cluster.Cluster(data_folder()).installation.program("psql")


def _has_citus(url: str) -> bool:
    sql = "SELECT count(*) FROM pg_available_extensions WHERE name = 'citus'"
    if django.ask(url, sql) != ["0"]:
        return True
    print("The extension Citus is not installed on this database server, so nothing was changed.")
    print("Install it there, add it to shared_preload_libraries, and call this again.")
    return False


def _foreground(command: list[str], environment: dict[str, str], folder: str | None = None) -> int:
    try:
        return subprocess.run(
            command, env=environment, cwd=folder, check=False, preexec_fn=die_with_parent
        ).returncode
    except OSError as error:
        raise Trouble(f"{command[0]} does not start: {os.strerror(error.errno or 0)}.") from error


def _help() -> str:
    every = {**DJANGO_COMMANDS, **OTHER_COMMANDS}
    for name in django.commands():
        spoken = name.replace("_", "-")
        if spoken not in every and not name.startswith(tuple(f"{kind}_" for kind in KINDS)):
            every[spoken] = f"see bin/linli {spoken} --help"
    lines = [f"  {name:<15} {what}" for name, what in every.items()]
    return "bin/linli COMMAND …\n\n" + "\n".join(lines)


PROGRAMS: dict[str, Callable[[list[str]], int]] = {
    "setup": setup_program,
    "run": run.run,
    "test": checks.test,
    "linli": linli_program,
}
