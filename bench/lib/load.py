"""Load: wrk on the service, pgbench on PostgreSQL."""

import json
import os
import re
import statistics
from pathlib import Path

from programs import ROOT, need, run

LUA = ROOT / "bench" / "lua"
SQL = ROOT / "bench" / "sql"

CLIENTS = 16
CONNECTIONS = 32


def wrk(address, script, arguments, seconds, connections=CONNECTIONS):
    """{requests, seconds, rps, p50_ms, p99_ms, errors}"""
    command = [need("wrk", "Debian: apt install wrk"), "-t", min(2, connections), "-c", connections,
               "-d", f"{seconds}s", "--timeout", "30s", "-s", LUA / script, f"http://{address}", "--", *arguments]
    output = run(command, env=os.environ | {"BENCH_LUA": str(LUA)})
    found = re.search(r"^RESULT (.*)$", output, re.M)
    if not found:
        raise SystemExit(f"bench: wrk said nothing of its result:\n{output}")
    result = json.loads(found[1])
    result["rps"] = result["requests"] / result["seconds"]
    return result


def statement(name):
    """An SQL file without its comments, on one line."""
    text = re.sub(r"--.*", "", (SQL / name).read_text())
    return " ".join(text.split())


class Limit:
    """A statement, or a transaction of several, run by pgbench with values that vary.

    `values` are dictionaries; each client takes its own of them, and runs the statements once for each of them in a
    turn. They are read into variables before, so that nothing but the statements is counted.
    """

    def __init__(self, postgres, database, name, statements, values=({},), clients=CLIENTS, each=None, options="",
                 fixed=None):
        self.postgres, self.database, self.clients, self.options = postgres, database, clients, options
        self.statements = statements
        self.variables = {"ready": 0} | (fixed or {})
        each = each or min(len(values), 64)
        self.each = max(each, 1)
        self.file = postgres.home / f"{name}.pgbench"
        names = list(values[0])
        if names:
            self._store(name, names, values)
        lines = ["\\if :ready = 0"]
        for turn in range(self.each if names else 0):
            columns = ", ".join(f"v.value ->> '{column}' as {column}_{turn}" for column in names)
            lines += [
                f"select {columns} from bench_values v where v.name = '{name}'",
                f"and v.n = (:client_id * {self.each} + {turn}) % {len(values)} \\gset",
            ]
        lines += ["\\set ready 1", "\\endif"]
        for turn in range(self.each):
            for text in statements:
                for column in sorted(names, key=len, reverse=True):
                    text = re.sub(rf"(?<!:):{column}\b", f":{column}_{turn}", text)
                lines.append(text if text.startswith("\\") else text + ";")
        self.file.write_text("\n".join(lines) + "\n")

    def _store(self, name, names, values):
        self.postgres.ask(self.database, "create table if not exists bench_values "
                          "(name text, n integer, value jsonb, primary key (name, n))")
        path = self.postgres.home / f"{name}.values"
        with open(path, "w") as file:
            for number, value in enumerate(values):
                text = json.dumps({column: value[column] for column in names}, ensure_ascii=True)
                file.write(f"{name}\t{number}\t" + text.replace("\\", "\\\\") + "\n")
        self.postgres.ask(self.database, f"delete from bench_values where name = '{name}';\n"
                          f"\\copy bench_values from '{path}'")

    def run(self, seconds=None, turns=None):
        """Statements, or transactions, a second, and the mean latency in milliseconds; for so long or so often."""
        # The first second, in which values are read and statements prepared, is left out.
        length = ["-T", seconds + 1, "-P", 1] if seconds else ["-t", turns]
        log = self.postgres.home / "pgbench_latency"
        command = [self.postgres.bin / "pgbench", "-h", self.postgres.home, "-U", "postgres", "-n", "-M", "prepared",
                   "-c", self.clients, "-j", min(2, self.clients), *length, "-f", self.file]
        for name, value in self.variables.items():
            command += ["-D", f"{name}={value}"]
        # What pgbench says of its progress goes to the standard error.
        output = run(["sh", "-c", 'exec "$@" 2>&1', "pgbench", *command, self.database], cwd=self.postgres.home,
                     env=os.environ | {"PGOPTIONS": f"-c jit=off {self.options}"})
        if "aborted" in output or (failed := re.search(r"number of failed transactions: (\d+)", output)) and failed[1] != "0":
            raise SystemExit(f"bench: pgbench failed:\n{output}")
        progress = [float(tps) for tps in re.findall(r"^progress: [\d.]+ s, ([\d.]+) tps", output, re.M)][1:]
        # Where a turn takes seconds, a second may have none.
        if not progress or min(progress) == 0:
            progress = [float(re.search(r"^tps = ([\d.]+)", output, re.M)[1])]
        tps = statistics.mean(progress) * self.each
        return {"rps": tps, "p50_ms": 1000 * self.clients / tps}


def best(limits, turns):
    """The fastest of several ways to ask the same. The first runs fill the caches."""
    for limit in limits:
        limit.run(turns=1)
    return max(limits, key=lambda limit: limit.run(turns=turns)["rps"])


def request_file(path, paths, token):
    """A file for requests.lua: the same token for all paths."""
    Path(path).write_text("".join(f"/api/v1{one}\t{token}\n" for one in paths))
    return path


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None
