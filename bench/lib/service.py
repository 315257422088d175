"""The service under measurement, and a client for what wrk cannot do."""

import json
import os
import resource
import secrets
import socket
import subprocess
import time
import urllib.parse

from programs import ROOT, memory_of, run, say, stop


def build():
    """The release binary of this working copy."""
    say("bench: cargo build --release")
    done = subprocess.run(["cargo", "build", "--release", "--locked", "--quiet"], cwd=ROOT)
    if done.returncode != 0:
        raise SystemExit("bench: the build failed")
    target = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
    return os.path.join(target, "release", "contacts")


class Service:
    def __init__(self, binary, database_url, home, request_log):
        self.binary = binary
        self.home = home
        self.process = None
        self.address = None
        self.tokens = {}
        # The soft and the hard limit of open files; its own where that is not said.
        self.files = None
        self.environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        self.environment |= {
            "DATABASE_URL": database_url,
            "JWT_SECRET": secrets.token_hex(32),
            "LISTEN_ADDR": "127.0.0.1:0",
            "RUST_LOG": "info" if request_log else "info,contacts::request=warn",
        }

    def command(self, *arguments):
        return run([self.binary, *arguments], env=self.environment)

    def demo(self, contacts, tenants):
        """Loads demo data. Returns contacts a second and the most megabytes it had."""
        started = time.monotonic()
        command = [self.binary, "demo", "--contacts", contacts, "--tenants", tenants, "--seed", 42]
        with open(self.home / "demo.log", "w+") as log:
            process = subprocess.Popen(
                [str(part) for part in command], env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )
            peak = 0
            try:
                while process.poll() is None:
                    peak = max(peak, memory_of(process.pid, "VmHWM") or 0)
                    time.sleep(0.05)
            finally:
                stop(process)
            log.seek(0)
            if process.returncode != 0:
                raise SystemExit(f"bench: contacts demo failed:\n{log.read()[-4000:]}")
        return contacts * tenants / (time.monotonic() - started), peak

    def start(self):
        self.log = open(self.home / "service.log", "w+")
        self.process = subprocess.Popen(
            [self.binary, "serve"], env=self.environment, stdout=self.log, stderr=subprocess.STDOUT,
            preexec_fn=self._limit_files,
        )
        mark = "listens on http://"
        for _ in range(600):
            with open(self.home / "service.log") as log:
                text = log.read()
            if mark in text:
                self.address = text.split(mark, 1)[1].split()[0].rstrip("/").strip()
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit(f"bench: the service did not start:\n{text[-4000:]}")

    def _limit_files(self):
        if self.files is not None:
            soft, hard = self.files
            most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most if hard is None else hard))

    def restart(self):
        self.stop()
        self.start()

    def token(self, tenant):
        if tenant not in self.tokens:
            arguments = ["--tenant", tenant, "--subject", "bench", "--scope", "admin", "--expires-in", "1day"]
            self.tokens[tenant] = self.command("token", *arguments).strip()
        return self.tokens[tenant]

    def client(self, tenant):
        return Client(self.address, self.token(tenant))

    def memory(self, what="VmRSS"):
        return memory_of(self.process.pid, what)

    def stop(self):
        stop(self.process)


class Client:
    """One keep-alive connection that adds as little of its own as Python can."""

    # The service ends connections that are idle for 75 seconds.
    IDLE = 60

    def __init__(self, address, token):
        self.address = address
        self.head = f"Host: {address}\r\nAuthorization: Bearer {token}\r\n"
        self._connect()

    def _connect(self):
        host, port = self.address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest, self.used = b"", time.monotonic()

    def send(self, method, path, body=None):
        """The status and the body as bytes."""
        request = f"{method} /api/v1{path} HTTP/1.1\r\n{self.head}"
        data = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            request += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n"
        if time.monotonic() - self.used > self.IDLE:
            self.socket.close()
            self._connect()
        self.socket.sendall(request.encode() + b"\r\n" + data)
        answer = self.rest
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._receive()
        head = answer[:end].lower()
        length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        parts, have = [answer[end + 4:]], len(answer) - end - 4
        while have < length:
            parts.append(self._receive())
            have += len(parts[-1])
        content = b"".join(parts)
        self.rest, self.used = content[length:], time.monotonic()
        return int(head.split(b" ", 2)[1]), content[:length]

    def get(self, path, **query):
        """The JSON of a call that has to succeed."""
        return self.expect(200, "GET", f"{path}?{urllib.parse.urlencode(query)}" if query else path)

    def expect(self, status, method, path, body=None):
        got, content = self.send(method, path, body)
        if got != status:
            raise RuntimeError(f"{method} {path} answered {got}: {content[:500]!r}")
        return json.loads(content)

    def _receive(self):
        data = self.socket.recv(1 << 18)
        if not data:
            raise RuntimeError("the service closed a connection")
        return data
