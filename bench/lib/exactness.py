"""Is what a keyword finds exactly what a plain scan of the search texts finds?"""

import multiprocessing
import os
import time

import sample
from results import Row

rows, ids = [], []


def _scan(keyword):
    found = sample.matches(keyword, rows)
    return keyword, len(found), [ids[index] for index in found[:10]]


def exactness(bench):
    started = time.monotonic()
    keywords = sample.mixed_keywords(bench, bench.options.keywords)
    client = bench.service.client(bench.slug)
    answers = {}
    for keyword in keywords:
        answer = client.get("/contacts", keyword=keyword, pageSize=10)
        answers[keyword] = (answer["total"], [contact["id"] for contact in answer["data"]])
    called = time.monotonic() - started
    query = (f"select contact_id, search_text from contact_search where tenant_id = '{bench.tenant_id}' "
             "order by created_at desc, contact_id desc")
    rows.clear()
    ids.clear()
    for contact_id, text in bench.postgres.copy(bench.database, query):
        ids.append(contact_id)
        rows.append(text)
    wrong = []
    # Forked, so that the texts are there without being sent.
    with multiprocessing.get_context("fork").Pool(os.cpu_count() or 2) as pool:
        for keyword, total, page in pool.imap_unordered(_scan, keywords, chunksize=10):
            if answers[keyword] != (total, page):
                wrong.append(f"{keyword!r}: total {answers[keyword][0]}, a scan finds {total}")
    rows.clear()
    ids.clear()
    took = time.monotonic() - started
    note = f"{len(keywords)} keywords, {len(wrong)} differ; {called:.0f} s of calls, {took:.0f} s in all"
    if wrong:
        note += ": " + "; ".join(wrong[:5])
    return [Row("exactness of search", bench.contacts, target="0 differ", met=not wrong,
                rss_mb=bench.service.memory(), note=note)]
