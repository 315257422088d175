"""Workloads that write: create, mixed, totals while writing; and the bulk load that came before them."""

import threading
import time
import urllib.parse

import capture
import sample
from load import CLIENTS, Limit, request_file, wrk
from results import Row, compare

# Contacts that pgbench makes have ids of this form, the greatest there are, and are taken away after each round.
MADE = "ffffffff-ffff-7fff-8000-"

# How many creates each client of pgbench has the values of.
TURNS = 4


def load(bench):
    rate, peak = bench.loaded
    return [Row("bulk load", bench.contacts, rate, None, None, "≥ 5,000 contacts/s", rate >= 5_000, rss_mb=peak,
                note="contacts demo; indexes and totals included")]


def body(random):
    letters = lambda low, high: "".join(
        random.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(random.randint(low, high)))
    first, last, number = letters(3, 8), letters(3, 10), random.randrange(10**9)
    return {
        "name": f"{first} {last}", "username": f"{first}.{last}",
        "phone": [{"phone": f"+959{number:09}", "isPrimary": True}],
        "email": [{"email": f"{first}.{last}{number % 99999}@example.com", "isPrimary": True}],
        "tags": [f"bench tag {random.randint(1, 25)}", f"bench tag {random.randint(26, 50)}"],
        "company": f"Bench company {random.randint(1, 200)}",
    }


def create(bench):
    client = bench.service.client(bench.slug)
    # So that no tag or company has to be made while it is measured.
    for number in range(200):
        tags = [f"bench tag {number % 50 + 1}"]
        company = f"Bench company {number + 1}"
        client.expect(201, "POST", "/contacts", body(bench.random) | {"tags": tags, "company": company})
    limit = _limit_of_create(bench, client)

    def api():
        result = wrk(bench.service.address, "create.lua", [bench.service.token(bench.slug)], bench.options.seconds)
        bench.postgres.ask(bench.database, "checkpoint")
        return result

    def sql():
        result = limit.run(bench.options.seconds)
        limit.variables["base"] += 2**24
        bench.postgres.ask(bench.database, f"delete from contacts where tenant_id = :'tenant' and id >= '{MADE}000000000000';"
                           "update tenant_counters set contacts = (select count(*) from contacts where tenant_id = :'tenant')"
                           " where tenant_id = :'tenant'; checkpoint", tenant=bench.tenant_id)
        return result

    return [compare("create", bench, api, sql, 0.70)]


def _limit_of_create(bench, client):
    """The statements that the service sends for a create, with values that it sent; only the id is another."""
    contacts = []
    sent = bench.postgres.capture(lambda: contacts.extend(
        client.expect(201, "POST", "/contacts", body(bench.random)) for _ in range(CLIENTS * TURNS)))
    transactions = capture.transactions(sent)
    if len(transactions) != len(contacts):
        raise SystemExit(f"bench: {len(contacts)} creates, but {len(transactions)} transactions in PostgreSQL's log")
    ids = [contact["id"] for contact in contacts]
    new_id = f"'{MADE}' || lpad(to_hex(:serial::bigint), 12, '0')"
    statements, values = capture.script(transactions, ids, new_id)
    serial = ["\\set count :count + 1", f"\\set serial :base + :count * {CLIENTS} + :client_id"]
    return Limit(bench.postgres, bench.database, "create", serial + statements, values, CLIENTS, TURNS,
                 "-c plan_cache_mode=force_generic_plan", {"base": 0, "count": 0})


def mixed(bench):
    ids = sample.ids(bench, min(bench.contacts, 20_000))
    paths = [f"/contacts/{one}" for one in ids[:4_000]]
    paths += ["/contacts?page=1&pageSize=10"] * 2_000
    paths += [f"/contacts?page={bench.random.randint(1, 100)}&pageSize=10" for _ in range(1_000)]
    words = sample.digit_keywords(bench, 500) + list(sample.words_near(bench, 4, 0.001, 250))
    words += list(sample.words_near(bench, 3, 0.005, 250))
    paths += ["/contacts?pageSize=10&keyword=" + urllib.parse.quote(word) for word in words]
    reads = request_file(bench.home / "mixed.requests", paths, bench.service.token(bench.slug))
    updated = bench.home / "mixed.ids"
    updated.write_text("\n".join(ids) + "\n")
    result = wrk(bench.service.address, "mixed.lua", [bench.service.token(bench.slug), reads, updated],
                 bench.options.mixed_seconds)
    return [Row("mixed, 80 % reads", bench.contacts, result["rps"], None, None, "0 errors", result["errors"] == 0,
                result["p50_ms"], result["p99_ms"], bench.service.memory(),
                f"{result['errors']} errors in {result['requests']:,} requests, {bench.options.mixed_seconds} s")]


def totals(bench):
    """Eight writers insert and delete; everybody's totals have to be right at once and in the end."""
    client = bench.service.client(bench.slug)
    before = client.get("/contacts", pageSize=1)["total"]
    until = time.monotonic() + 3 * bench.options.seconds
    outcome, lock = {"created": 0, "deleted": 0, "wrong": [], "calls": 0}, threading.Lock()

    def write(number):
        try:
            _write(number)
        except Exception as error:
            outcome["wrong"].append(str(error))

    def _write(number):
        mine, made, gone, calls = bench.service.client(bench.slug), [], 0, 0
        word = f"zq{number}{bench.random.randrange(10**8):08}qz"
        while time.monotonic() < until:
            if made and bench.random.random() < 0.4:
                path = f"/contacts/{made.pop(bench.random.randrange(len(made)))}"
                mine.expect(200, "DELETE", path)
                gone += 1
            else:
                body = {"name": f"Writer {word}", "email": [], "phone": []}
                made.append(mine.expect(201, "POST", "/contacts", body)["id"])
            calls += 1
            if calls % 5 == 0:
                total = mine.get("/contacts", keyword=word, pageSize=1)["total"]
                if total != len(made):
                    outcome["wrong"].append(f"{word}: total {total}, {len(made)} are there")
        with lock:
            outcome["created"] += len(made) + gone
            outcome["deleted"] += gone
            outcome["calls"] += calls

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    after = client.get("/contacts", pageSize=1)["total"]
    expected = before + outcome["created"] - outcome["deleted"]
    if after != expected:
        outcome["wrong"].append(f"total {after}, writers say {expected}")
    started = time.monotonic()
    verified = bench.verify()
    took = time.monotonic() - started
    note = (f"{outcome['created']} created, {outcome['deleted']} deleted, total {before} → {after}; "
            f"contacts verify: {verified or 'in order'} ({took:.0f} s)")
    if outcome["wrong"]:
        note += "; wrong: " + "; ".join(outcome["wrong"][:5])
    return [Row("totals while writing", bench.contacts, outcome["calls"] / (3 * bench.options.seconds),
                target="all agree", met=not outcome["wrong"] and not verified, rss_mb=bench.service.memory(), note=note)]
