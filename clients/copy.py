"""Keeps a copy of a tenant's contacts and catalogue in SQLite, through restarts of either side and through resets:
BASE=http://127.0.0.1:8080 TOKEN=… python3 copy.py copy.db"""

import http.client, json, os, sqlite3, sys, time, urllib.error, urllib.parse, urllib.request

CATALOGUE = {"tag": "tags", "company": "companies", "group": "groups", "channel": "channels", "field": "contacts/fields"}


def get(path, **query):
    """What a call answers. What is up to the network or the moment is tried again."""
    url = f"{os.environ['BASE']}/api/v1/{path}?{urllib.parse.urlencode(query)}"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {os.environ['TOKEN']}"})
    while True:
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return json.load(answer)
        except (OSError, ValueError, http.client.HTTPException) as error:  # that of a status is an OSError
            if getattr(error, "code", 500) < 500:
                raise
        time.sleep(1)


def changes(since, **query):
    """The pages of what changed, up to now."""
    page = {"nextCursor": since, "hasMore": True}
    while page["hasMore"]:
        page = get("changes", since=page["nextCursor"], **query)
        yield page


def list_contacts():
    page = {"nextCursor": ""}
    while page["nextCursor"] is not None:
        page = get("contacts", sort="createdAt", count="none", pageSize=100, cursor=page["nextCursor"])
        yield from (("contact", one) for one in page["data"])


def list_catalogue():
    """All of it. What is deleted or renamed meanwhile moves others to a page that was read before: then it is read again."""
    while True:
        since, found = get("changes")["nextCursor"], []
        for kind, path in CATALOGUE.items():
            number, last = 1, 1
            while number <= last:
                page = get(path, page=number, pageSize=100)
                found += ((kind, one) for one in page["data"])
                number, last = number + 1, page["lastPage"]
        pages = changes(since, types=",".join(CATALOGUE))
        if all(item["event"] == "create" for page in pages for item in page["data"]):
            return found


db = sqlite3.connect(sys.argv[1])
db.execute("create table if not exists copy (type, id, data, primary key (type, id))")
db.execute("create table if not exists cursor (cursor)")
while True:
    try:
        stored = db.execute("select cursor from cursor").fetchone()
        if stored is None:
            stored = (get("changes")["nextCursor"],)  # before anything is read: what changes meanwhile comes after it
            with db:  # all or nothing
                db.execute("delete from copy")
                for kind, one in [*list_catalogue(), *list_contacts()]:
                    db.execute("replace into copy values (?, ?, ?)", (kind, one["id"], json.dumps(one)))
                db.execute("insert into cursor values (?)", stored)
        for page in changes(*stored, wait=30, pageSize=1000):
            with db:  # a page and its cursor together: nothing is missed, and what comes twice is the same
                for item in page["data"]:
                    one = (item["type"], item["id"], json.dumps(item["data"]))
                    db.execute("delete from copy where type = ? and id = ?", one[:2])
                    if item["data"] is not None:
                        db.execute("insert into copy values (?, ?, ?)", one)
                db.execute("update cursor set cursor = ?", (page["nextCursor"],))
    except urllib.error.HTTPError as error:
        if error.code != 410:
            raise
        with db:  # what changed is not known: everything is read anew
            db.execute("delete from cursor")
