"""A PostgreSQL of the test's own, and a standby that follows it."""

import contextlib
import os
import pathlib
import pwd
import signal
import socket
import subprocess

import disk
from cluster import eventually


def binaries() -> pathlib.Path:
    return max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Postgres:
    """A server on one host; of `source`, if there is one, it is the standby that every commit waits for."""

    def __init__(self, name: str, folder: pathlib.Path, host, source: "Postgres | None" = None):
        self.name, self.host, self.source = name, host, source
        self.folder, self.data, self.log = folder, folder / "data", folder / "log"
        self.port = free_port() if host.namespace is None else 5432
        folder.mkdir(parents=True)
        # A disk of its own, which a test can fill.
        self.has_own_disk = disk.mount(folder, 512)
        # PostgreSQL refuses root.
        account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        self._as = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", "--"]
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        else:
            self._as = []
        # What the next start adds to the environment.
        self.environment: dict[str, str] = {}
        self._make()
        self.start()

    @property
    def place(self) -> str:
        return f"{self.host.address}:{self.port}"

    def _tool(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self.host.prefix, *self._as, binaries() / program, *arguments], check=True, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=120, cwd=self.folder)

    def _make(self) -> None:
        if self.source:
            slot = f"host={self.source.host.address} port={self.source.port} user=voiceprint application_name=standby"
            self._tool("pg_basebackup", "-D", self.data, "-d", slot, "--checkpoint=fast", "--write-recovery-conf",
                       "--no-sync")
            return
        self._tool("initdb", f"--pgdata={self.data}", "--username=voiceprint", "--auth=trust", "--encoding=UTF8",
                   "--locale=C", "--no-sync")
        with (self.data / "pg_hba.conf").open("a") as rules:
            rules.write("host all voiceprint 198.18.42.0/24 trust\nhost replication voiceprint 198.18.42.0/24 trust\n")

    def start(self) -> None:
        given = [f"listen_addresses={self.host.address}", f"port={self.port}", f"unix_socket_directories={self.folder}",
                 "fsync=off", "max_wal_size=64MB", "wal_receiver_timeout=5s", "wal_sender_timeout=5s"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                # The environment is that of the account: what root makes there, the account could not use.
                [*self.host.prefix, *self._as, "env", *(f"{name}={value}" for name, value in self.environment.items()),
                 binaries() / "postgres", "-D", self.data,
                 *(word for setting in given for word in ("-c", setting))],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder)
        eventually(self._answers, 30, f"PostgreSQL {self.name}")

    def _answers(self) -> bool:
        with contextlib.suppress(subprocess.CalledProcessError):
            return self.sql("SELECT 1", database="postgres") == "1"
        return False

    def sql(self, text: str, database: str = "voiceprint") -> str:
        """Through the socket, which no network leads through."""
        return subprocess.run(
            ["psql", "-XAtq", "-h", self.folder, "-p", str(self.port), "-U", "voiceprint", "-d", database, "-c", text],
            check=True, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL).stdout.strip()

    def children(self) -> list[int]:
        found = []
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            found += map(int, task.read_text().split())
        return found

    def signal(self, number: int) -> None:
        """Sends a signal to the server and to all processes that it has made."""
        for pid in [self.process.pid, *self.children()]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def promote(self) -> None:
        self.sql("SELECT pg_promote(true, 30)", database="postgres")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(30)

    def close(self) -> None:
        self.stop()
        if self.has_own_disk:
            disk.unmount(self.folder)
