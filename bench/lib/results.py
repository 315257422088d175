"""Rows of results: the table and results/latest.json."""

import json
from dataclasses import asdict, dataclass

from load import median
from programs import ROOT

LATEST = ROOT / "bench" / "results" / "latest.json"


@dataclass
class Row:
    workload: str
    contacts: int
    api_rps: float = None
    limit_tps: float = None
    ratio: float = None
    target: str = ""
    met: bool = None
    p50_ms: float = None
    p99_ms: float = None
    rss_mb: float = None
    note: str = ""


def compare(workload, bench, api, limit, at_least, note=""):
    """A row from rounds of the service and of its limit, taken in turns."""
    calls, limits = [], []
    for _ in range(bench.options.rounds):
        calls.append(api())
        limits.append(limit())
    errors = sum(call["errors"] for call in calls)
    ratio = median([call["rps"] / one["rps"] for call, one in zip(calls, limits)])
    return Row(
        workload, bench.contacts, median([call["rps"] for call in calls]), median([one["rps"] for one in limits]),
        ratio, f"≥ {at_least:.2f}", ratio >= at_least and errors == 0, median([call["p50_ms"] for call in calls]),
        median([call["p99_ms"] for call in calls]), bench.service.memory(),
        note + (f"{errors} errors" if errors else ""),
    )


def _number(value):
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}"


def table(rows):
    head = ["workload", "API/s", "limit/s", "ratio", "target", "met", "p50 ms", "p99 ms", "RSS MB", "note"]
    lines = [head]
    for row in rows:
        met = {True: "yes", False: "NO", None: "–"}[row.met]
        lines.append([row.workload, _number(row.api_rps), _number(row.limit_tps), _number(row.ratio), row.target, met,
                      _number(row.p50_ms), _number(row.p99_ms), _number(row.rss_mb), row.note])
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    left = {0, 4, 5, 9}
    text = []
    for line in lines:
        cells = [cell.ljust(width) if at in left else cell.rjust(width)
                 for at, (cell, width) in enumerate(zip(line, widths))]
        text.append(("| " + " | ".join(cells) + " |"))
    text.insert(1, "|" + "|".join("-" * (width + 2) if at in left else "-" * (width + 1) + ":"
                                   for at, width in enumerate(widths)) + "|")
    return "\n".join(text)


def _rounded(value):
    return round(value, 3) if isinstance(value, float) else value


def write(rows, file=LATEST):
    file.parent.mkdir(exist_ok=True)
    found = [{name: _rounded(value) for name, value in asdict(row).items()} for row in rows]
    file.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
