"""Workloads that read without a keyword: detail, list, cursor, deep page."""

import sample
from load import Limit, request_file, statement, wrk
from results import compare


def _api(bench, name, paths):
    file = request_file(bench.home / f"{name}.requests", paths, bench.service.token(bench.slug))
    return lambda: wrk(bench.service.address, "requests.lua", [file], bench.options.seconds)


def _limit(bench, name, statements, values=({},), **fixed):
    limit = Limit(bench.postgres, bench.database, name, statements, values, fixed={"tenant": bench.tenant_id} | fixed)
    return lambda: limit.run(bench.options.seconds)


def detail(bench):
    ids = sample.ids(bench, min(bench.contacts, 20_000))
    values = [{"id": one} for one in ids[:16 * 64]]
    return [compare("detail", bench, _api(bench, "detail", [f"/contacts/{one}" for one in ids]),
                    _limit(bench, "detail", [statement("detail.sql")], values), 0.50)]


def first_page(bench):
    return [compare("list, first page", bench, _api(bench, "list", ["/contacts?page=1&pageSize=10"]),
                    _limit(bench, "list", [statement("list.sql")]), 0.40)]


def by_cursor(bench):
    cursors = sample.cursors(bench, 200)
    if not cursors:
        return []
    pages = [f"/contacts?cursor={one}&pageSize=10" for one in cursors]
    first = _api(bench, "cursor_first", ["/contacts?page=1&pageSize=10"])
    return [compare("list, by cursor", bench, _api(bench, "cursor", pages), first, 0.90,
                    "the limit is the first page")]


def deep_page(bench):
    page = max(min(5_000, bench.contacts // 20), 1)
    spread = min(50, page - 1)
    paths = [f"/contacts?page={one}&pageSize=10" for one in range(page - spread, page + spread + 1)]
    statements = [f"\\set offset (:page - 1 + random(-{spread}, {spread})) * 10", statement("deep_page.sql")]
    return [compare(f"list, page {page:,}", bench, _api(bench, "deep_page", paths),
                    _limit(bench, "deep_page", statements, page=page), 0.80)]
