"""Many contacts in one request: creates, updates and upserts by a thousand, and one action on all of them."""

import time

from load import median
from results import Row
from writes import body

BATCH = 1_000

# Batches that are sent one after the other in a measurement.
BATCHES = 5


def bulk(bench):
    client = bench.service.client(bench.slug)
    made = []

    def creates():
        operations = [{"action": "create", "contact": body(bench.random)} for _ in range(BATCH)]
        return operations, lambda results: made.extend(result["id"] for result in results)

    def updates():
        ids = [made.pop() for _ in range(BATCH)]
        operations = [{"action": "update", "id": one, "contact": {"notes": f"bulk {number}", "tags": ["bench tag 1"]}}
                      for number, one in enumerate(ids)]
        return operations, lambda results: made.extend(ids)

    def upserts():
        contacts = [body(bench.random) for _ in range(BATCH)]
        operations = [{"action": "upsert", "by": "phone", "value": contact["phone"][0]["phone"], "contact": contact}
                      for contact in contacts]
        return operations, lambda results: None

    rows = []
    for name, operations, target in (("bulk create", creates, 3_000), ("bulk update", updates, None),
                                     ("bulk upsert", upserts, None)):
        rates, milliseconds, failed = [], [], 0
        for _ in range(bench.options.rounds):
            took = 0
            for _ in range(BATCHES):
                body, done = operations()
                started = time.monotonic()
                outcome = client.expect(200, "POST", "/contacts/bulk", {"operations": body})["data"]
                seconds = time.monotonic() - started
                took += seconds
                milliseconds.append(1_000 * seconds)
                failed += outcome["failed"]
                done(outcome["results"])
            rates.append(BATCHES * BATCH / took)
            bench.postgres.ask(bench.database, "checkpoint")
        rate = median(rates)
        met = None if target is None else rate >= target and failed == 0
        rows.append(Row(name, bench.contacts, rate, target="" if target is None else f"≥ {target:,} contacts/s", met=met,
                        p50_ms=median(milliseconds), p99_ms=max(milliseconds), rss_mb=bench.service.memory(),
                        note=f"batches of {BATCH:,}, one client; the slowest in place of p99" +
                             (f"; {failed} failed" if failed else "")))
    verified = bench.verify()
    if verified:
        rows.append(Row("bulk: contacts verify", bench.contacts, target="in order", met=False, note=verified))
    return rows
