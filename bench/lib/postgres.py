"""A private PostgreSQL, tuned to the machine, for as long as the run takes."""

import csv
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from huge_pages import HugePages
from programs import available_memory, run, say, stop

# What PostgreSQL's own defaults are too small for. Everything that makes it durable stays on.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": 100,
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "work_mem": "32MB",
    "max_wal_size": "8GB",
    "min_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": 0.9,
    "wal_compression": "on",
    "random_page_cost": 1.1,
    "effective_io_concurrency": 200,
    "log_min_messages": "warning",
    # For the statements that a create sends; see capture().
    "logging_collector": "on",
    "log_destination": "csvlog",
    "log_directory": "log",
    "log_filename": "server",
    "log_rotation_size": 0,
}


def programs():
    """The folder of PostgreSQL's newest programs."""
    candidates = []
    if shutil.which("pg_config"):
        candidates.append(Path(run(["pg_config", "--bindir"]).strip()))
    if shutil.which("initdb"):
        candidates.append(Path(shutil.which("initdb")).resolve().parent)
    version = lambda path: [int(part) for part in path.parent.name.split(".") if part.isdigit()]
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version, reverse=True)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise SystemExit("bench: PostgreSQL's programs are missing (Debian: apt install postgresql)")


class Postgres:
    """Listens on a Unix socket in a folder that only its user can enter, hence needs no password."""

    def __init__(self):
        self.bin = programs()
        self.home = Path(tempfile.mkdtemp(prefix="contacts-bench-"))
        self.data = self.home / "data"
        self.process = None
        self.huge_pages = None
        self.as_user = []
        if os.getuid() == 0:
            shutil.chown(self.home, "postgres")
            self.as_user = ["runuser", "-u", "postgres", "--"]

    def start(self):
        memory = available_memory()
        settings = dict(SETTINGS)
        shared_buffers = min(max(memory // 4, 128), 8192)
        self.huge_pages = HugePages(shared_buffers)
        settings["shared_buffers"] = f"{shared_buffers}MB"
        settings["effective_cache_size"] = f"{max(memory // 2, 256)}MB"
        settings["maintenance_work_mem"] = f"{min(max(memory // 16, 64), 1024)}MB"
        run(self.as_user + [self.bin / "initdb", "--pgdata", self.data, "--username=postgres", "--auth=trust",
                            "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"], cwd=self.home)
        arguments = [self.bin / "postgres", "-D", self.data, "-k", self.home]
        for name, value in settings.items():
            arguments += ["-c", f"{name}={value}"]
        self.process = subprocess.Popen(
            [str(part) for part in self.as_user + arguments],
            cwd=self.home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )
        for _ in range(300):
            if subprocess.run([self.bin / "pg_isready", "-q", "-h", self.home, "-U", "postgres"]).returncode == 0:
                break
            if self.process.poll() is not None:
                raise SystemExit("bench: PostgreSQL did not start")
            time.sleep(0.1)
        version = self.ask("postgres", "show server_version")
        say(f"bench: PostgreSQL {version}, shared_buffers {settings['shared_buffers']}{self._pages()}, data in {self.home}")

    def _pages(self):
        """Whether the server got huge pages; only PostgreSQL 17 and later say so themselves."""
        lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
        pages = {name.rstrip(":"): int(value) for name, value, *_ in lines}
        used = pages.get("HugePages_Total", 0) - pages.get("HugePages_Free", 0) + pages.get("HugePages_Rsvd", 0)
        return " in huge pages" if used else ""

    def create_database(self, name):
        self.ask("postgres", f"create database {name}")

    def url(self, database):
        return f"postgres://postgres@localhost/{database}?host={self.home}"

    def ask(self, database, sql, **variables):
        """What a statement, or several, answers: rows in lines, columns separated by tabs."""
        command = [self.bin / "psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1",
                   "-h", self.home, "-U", "postgres", "-d", database]
        for name, value in variables.items():
            command += ["-v", f"{name}={value}"]
        return run(command, input=sql).strip("\n")

    def rows(self, database, sql, **variables):
        answer = self.ask(database, sql, **variables)
        return [line.split("\t") for line in answer.split("\n")] if answer else []

    def copy(self, database, query):
        """The rows of a query, one after the other, for results that are large."""
        command = [self.bin / "psql", "-X", "-q", "-h", self.home, "-U", "postgres", "-d", database,
                   "-c", f"copy ({query}) to stdout (format csv)"]
        process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE)
        csv.field_size_limit(sys.maxsize)
        yield from csv.reader(io.TextIOWrapper(process.stdout, encoding="utf-8", newline=""))
        if process.wait() != 0:
            raise SystemExit("bench: reading a table failed")

    def capture(self, act):
        """The statements that the service sends while `act` runs: each with its connection, its SQL and the text of its parameters."""
        self._log_statements(0)
        log = self.data / "log" / "server.csv"
        before = log.stat().st_size
        try:
            act()
        finally:
            self._log_statements(-1)
        with open(log, newline="") as file:
            file.seek(before)
            lines = [line for line in csv.reader(file) if len(line) > 22 and line[22] == "contacts"]
        found = []
        for line in lines:
            connection, message, detail = line[5], line[13], line[14]
            for mark in (" execute ", " statement: "):
                if message.startswith("duration: ") and mark in message:
                    sql = message.split(mark, 1)[1]
                    sql = sql if mark == " statement: " else sql.split(": ", 1)[1]
                    found.append((connection, sql, detail.removeprefix("parameters: ")))
                    break
        return found

    def _log_statements(self, milliseconds):
        self.ask("postgres", f"alter system set log_min_duration_statement = {milliseconds}")
        self.ask("postgres", "select pg_reload_conf()")
        time.sleep(0.5)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            # Under runuser the child is the server; its own file says which process it is.
            try:
                os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
                self.process.wait(120)
            except (OSError, ValueError, subprocess.TimeoutExpired):
                stop(self.process)
        if self.huge_pages is not None:
            self.huge_pages.give_back()
        shutil.rmtree(self.home, ignore_errors=True)
