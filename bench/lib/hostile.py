"""Callers that want to keep others out, and a network that swallows what is sent: what the others notice of it."""

import json
import multiprocessing
import resource
import selectors
import socket
import threading
import time

from programs import say
from results import Row

HALF_OPEN = 1_100
IDLE = 5_000
ANSWER_SECONDS = 1
UPLOADS = 200
UPLOAD_BYTES = 8 * 1024 * 1024
MEMORY_MB = 150
BULKS = 40
NEIGHBOUR_MS = 500
BACK_SECONDS = 5
# A head that is not whole.
HALF_HEAD = b"GET /healthz HTTP/1.1\r\nHost: contacts\r\nX-More: "


def may_open(files):
    """Raises this process's own limit of open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < files:
        if hard < files:
            raise SystemExit(f"bench: this needs {files:,} open files, and the limit is {hard:,} (ulimit -Hn)")
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def endpoint(address):
    host, port = address.rsplit(":", 1)
    return host, int(port)


def connect(address, first=b""):
    connection = socket.create_connection(endpoint(address), timeout=10)
    if first:
        connection.sendall(first)
    return connection


def fresh_list(bench):
    """/healthz and a list, each on a connection of its own: the longer of the two times in seconds, and whether both were
    answered."""
    longest, is_right = 0, True
    token = bench.service.token(bench.slug)
    for path, headers in (("/healthz", ""), ("/api/v1/contacts?pageSize=10", f"Authorization: Bearer {token}\r\n")):
        started = time.monotonic()
        try:
            connection = connect(bench.service.address)
            request = f"GET {path} HTTP/1.1\r\nHost: contacts\r\nConnection: close\r\n{headers}\r\n"
            connection.sendall(request.encode())
            answer = b""
            while data := connection.recv(65_536):
                answer += data
            connection.close()
            is_right &= answer.startswith(b"HTTP/1.1 200 ")
        except OSError:
            is_right = False
        longest = max(longest, time.monotonic() - started)
    return longest, is_right


def connections(bench):
    """With the usual soft limit of 1,024 files, which the service may raise; and where it may not."""
    may_open(HALF_OPEN + IDLE + 1_000)
    rows = []
    for files in ((1_024, None), (1_024, 1_024)):
        bench.service.files = files
        bench.service.restart()
        held = []
        try:
            for number in range(HALF_OPEN + IDLE):
                try:
                    held.append(connect(bench.service.address, HALF_HEAD if number < HALF_OPEN else b""))
                except OSError as error:
                    say(f"bench: connection {number:,}: {error}")
                    break
            times, failed, until = [], 0, time.monotonic() + bench.options.seconds
            while time.monotonic() < until:
                seconds, is_right = fresh_list(bench)
                times.append(seconds)
                failed += not is_right
                time.sleep(0.02)
        finally:
            for connection in held:
                connection.close()
        hard = "may be raised" if files[1] is None else "may not be raised"
        rows.append(Row(
            f"connections, 1,024 files, {hard}", bench.contacts, target=f"< {ANSWER_SECONDS} s",
            met=failed == 0 and len(held) == HALF_OPEN + IDLE and max(times) < ANSWER_SECONDS,
            p50_ms=1000 * percentile(times, 0.5), p99_ms=1000 * max(times), rss_mb=bench.service.memory("VmHWM"),
            note=f"{HALF_OPEN:,} half-open heads, {IDLE:,} idle; {failed} of {len(times)} not answered; p99 is the longest",
        ))
    bench.service.files = None
    return rows


def uploads(bench):
    """Large bodies without a token, all at once, the last byte kept back; then each takes its answer."""
    bench.service.restart()
    fresh_list(bench)
    before = bench.service.memory("VmHWM")
    head = (f"POST /api/v1/contacts/bulk HTTP/1.1\r\nHost: contacts\r\nContent-Type: application/json\r\n"
            f"Content-Length: {UPLOAD_BYTES}\r\n\r\n").encode()
    piece = b" " * 65_536
    selector = selectors.DefaultSelector()
    for _ in range(UPLOADS):
        connection = connect(bench.service.address, head)
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_READ | selectors.EVENT_WRITE, [UPLOAD_BYTES - 1, b""])
    refused, peak, until, slowest = 0, before, time.monotonic() + 120, 0
    while selector.get_map() and time.monotonic() < until:
        for key, events in selector.select(1):
            state = key.data
            try:
                if events & selectors.EVENT_READ:
                    data = key.fileobj.recv(65_536)
                    state[1] += data
                    if not data or b"\r\n\r\n" in state[1]:
                        refused += state[1].startswith(b"HTTP/1.1 401 ")
                        selector.unregister(key.fileobj)
                        key.fileobj.close()
                        continue
                if events & selectors.EVENT_WRITE:
                    if state[0] > 0:
                        state[0] -= key.fileobj.send(piece[:min(len(piece), state[0])])
                    else:
                        selector.modify(key.fileobj, selectors.EVENT_READ, state)
            except OSError:
                selector.unregister(key.fileobj)
                key.fileobj.close()
        peak = max(peak, bench.service.memory("VmHWM") or 0)
    slowest, is_right = fresh_list(bench)
    for key in list(selector.get_map().values()):
        key.fileobj.close()
    return [Row(
        "uploads without a token", bench.contacts, target=f"< {MEMORY_MB} MB",
        met=peak < MEMORY_MB and refused == UPLOADS and is_right, rss_mb=peak,
        note=f"{UPLOADS} x {UPLOAD_BYTES // 2**20} MiB; {refused} answered 401; {before} MB before; "
             f"a list after it in {1000 * slowest:.0f} ms",
    )]


def _bulk_without_end(address, token, body, stop):
    """One hostile caller: the same bulk again and again."""
    head = (f"POST /api/v1/contacts/bulk HTTP/1.1\r\nHost: contacts\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    while not stop.is_set():
        try:
            connection = connect(address, head + body)
            connection.settimeout(60)
            connection.recv(65_536)
            connection.close()
        except OSError:
            time.sleep(0.05)


def _bulks(address, token, bodies, stop):
    threads = [threading.Thread(target=_bulk_without_end, args=(address, token, body, stop), daemon=True)
               for body in bodies]
    for thread in threads:
        thread.start()
    stop.wait()


def bulks(bench):
    """A tenant's bulks, all after the same contacts, so that they wait for each other's locks; a neighbour lists."""
    bench.service.restart()
    client = bench.service.client("demo-1")
    contacts = client.get("/contacts", pageSize=100)["data"]
    changes = lambda number: {"operations": [
        {"action": "update", "id": contact["id"], "contact": {"notes": f"{number} {turn} " + "x" * 1_000}}
        for turn in range(10) for contact in contacts
    ]}
    bodies = [json.dumps(changes(number)).encode() for number in range(BULKS)]
    neighbour = bench.service.client("demo-2")
    alone = _list_times(neighbour, bench.options.seconds)
    context = multiprocessing.get_context("fork")
    stop = context.Event()
    hostile = context.Process(
        target=_bulks, args=(bench.service.address, bench.service.token("demo-1"), bodies, stop), daemon=True
    )
    hostile.start()
    try:
        time.sleep(1)
        beside = _list_times(neighbour, max(bench.options.seconds, 20))
    finally:
        stop.set()
        hostile.join(5)
        hostile.kill()
    times, failed = beside
    return [Row(
        f"{BULKS} hostile bulks, a neighbour's list", bench.contacts, len(times) / sum(times),
        target=f"p99 < {NEIGHBOUR_MS} ms", met=failed == 0 and 1000 * percentile(times, 0.99) < NEIGHBOUR_MS,
        p50_ms=1000 * percentile(times, 0.5), p99_ms=1000 * percentile(times, 0.99),
        rss_mb=bench.service.memory("VmHWM"),
        note=f"{failed} of {len(times)} not answered; alone p99 {1000 * percentile(alone[0], 0.99):.0f} ms",
    )]


def _list_times(client, seconds):
    times, failed, until = [], 0, time.monotonic() + seconds
    while time.monotonic() < until:
        started = time.monotonic()
        status, _ = client.send("GET", "/contacts?pageSize=10")
        times.append(time.monotonic() - started)
        failed += status != 200
        time.sleep(0.005)
    return times, failed


class Forwarder:
    """Passes bytes between the service and PostgreSQL's socket, until it swallows: from then on connections that there are
    take what is sent and pass nothing, without being closed; new ones are passed."""

    def __init__(self, to):
        self.to = str(to)
        self.swallowed = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.to)
            swallowed = self.swallowed
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pass, args=(source, sink, swallowed), daemon=True).start()

    @staticmethod
    def _pass(source, sink, swallowed):
        try:
            while data := source.recv(65_536):
                if not swallowed.is_set():
                    sink.sendall(data)
            if not swallowed.is_set():
                sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def swallow(self):
        """Nobody hears anything any more on the connections that there are."""
        self.swallowed.set()
        self.swallowed = threading.Event()


def forwarder(bench):
    """Connections to the database go silent at once while requests come in; new ones work."""
    way = Forwarder(bench.postgres.home / ".s.PGSQL.5432")
    usual = bench.service.environment["DATABASE_URL"]
    bench.service.environment["DATABASE_URL"] = f"postgres://postgres@127.0.0.1:{way.port}/{bench.database}?sslmode=disable"
    bench.service.environment["REQUEST_TIMEOUT"] = "2s"
    rows = []
    try:
        bench.service.restart()
        clients = [bench.service.client(bench.slug) for _ in range(8)]
        stop, answers = threading.Event(), []

        def ask(client):
            while not stop.is_set():
                status, _ = client.send("GET", "/contacts?pageSize=10")
                answers.append((time.monotonic(), status))
                time.sleep(0.01)

        threads = [threading.Thread(target=ask, args=(client,), daemon=True) for client in clients]
        for thread in threads:
            thread.start()
        for _ in range(3):
            time.sleep(3)
            swallowed = time.monotonic()
            way.swallow()
            time.sleep(4 * BACK_SECONDS)
            failures = [at for at, status in answers if at > swallowed and status != 200]
            good = [at for at, status in answers if at > swallowed and status == 200]
            # Since when nothing failed any more.
            back = max(failures, default=swallowed) - swallowed
            is_back = bool(good) and max(good) > swallowed + 3 * BACK_SECONDS
            rows.append(Row(
                "connections that are swallowed", bench.contacts, target=f"back < {BACK_SECONDS} s",
                met=is_back and back < BACK_SECONDS, p99_ms=1000 * back,
                note=f"REQUEST_TIMEOUT 2 s; {len(failures)} requests failed; p99 is the time to the last of them",
            ))
        stop.set()
        for thread in threads:
            thread.join(10)
    finally:
        bench.service.environment["DATABASE_URL"] = usual
        del bench.service.environment["REQUEST_TIMEOUT"]
        bench.service.restart()
    return rows
