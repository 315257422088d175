"""Many small tenants in one database: does any of them wait for the others?"""

import urllib.parse

import sample
from load import wrk
from results import Row

LIMIT_MS = 10


def tenants(bench):
    """Every request goes to a tenant drawn at random."""
    slugs = [f"demo-{number}" for number in range(1, bench.options.tenants + 1)]
    found = {slug: _of(bench, slug) for slug in slugs}
    rows = []
    for kind in ("detail", "list", "keyword mix"):
        file = bench.home / f"tenants_{kind.split()[0]}.requests"
        with open(file, "w") as out:
            for slug, paths in found.items():
                token = bench.service.token(slug)
                out.writelines(f"/api/v1{path}\t{token}\n" for path in paths[kind])
        rounds = [wrk(bench.service.address, "requests.lua", [file], bench.options.seconds)
                  for _ in range(bench.options.rounds)]
        rounds.sort(key=lambda one: one["p99_ms"])
        middle = rounds[len(rounds) // 2]
        errors = sum(one["errors"] for one in rounds)
        rows.append(Row(f"{len(slugs)} tenants, {kind}", bench.options.tenants_contacts * len(slugs), middle["rps"],
                        None, middle["p99_ms"] / LIMIT_MS, f"p99 < {LIMIT_MS} ms",
                        middle["p99_ms"] < LIMIT_MS and errors == 0, middle["p50_ms"], middle["p99_ms"],
                        bench.service.memory(), f"{errors} errors" if errors else ""))
    return rows


def _of(bench, slug):
    bench.slug, bench.tenant_id = slug, sample.tenant_id(bench.postgres, bench.database, slug)
    texts = sample.texts(bench, 60)
    words = []
    for text in texts:
        word = bench.random.choice(text.split())
        length = min(bench.random.randint(1, 8), len(word))
        at = bench.random.randint(0, len(word) - length)
        words.append(word[at:at + length])
    return {
        "detail": [f"/contacts/{one}" for one in sample.ids(bench, 60)],
        "list": [f"/contacts?page={bench.random.randint(1, 50)}&pageSize=10" for _ in range(20)],
        "keyword mix": ["/contacts?pageSize=10&keyword=" + urllib.parse.quote(word) for word in words],
    }
