"""A cluster whose every process is on a host of its own, where there are namespaces, and else on this machine."""

import dataclasses
import os
import pathlib
import signal
import subprocess

import grpc
import pytest

import voices
from cluster import BIN, ROOT, eventually
from database import Postgres
from golden import Golden
from network import Network, why_not

# Less than an operator would give, so that what ends by the clock ends soon.
SHORT = ["database.query_timeout_milliseconds=5000", "database.connect_timeout_milliseconds=2000",
         "database.acquire_timeout_milliseconds=1000"]
# Every process of the cluster has a host of its own.
HOSTS = ["primary", "standby", "registry", "feature", "embedding-0", "embedding-1", "gateway"]


@dataclasses.dataclass
class Here:
    """This machine, where no namespaces can be had."""
    address: str = "127.0.0.1"
    namespace: str | None = None
    prefix: tuple = ()


class Service:
    """One process on its host."""

    def __init__(self, name: str, host, log: pathlib.Path, *settings: str):
        self.name, self.host, self.log = name, host, log
        self._settings = [f"listen.address={host.address}", "tls.allow_plaintext=true", *settings]
        # What the next start adds to the environment.
        self.environment: dict[str, str] = {}
        self.port = 0
        self.start()

    def start(self) -> None:
        """Starts it, or starts it anew on its port."""
        program = f"voiceprint-{self.name.split('-')[0]}"
        given = [word for setting in [*self._settings, f"listen.port={self.port}"] for word in ("--set", setting)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.host.prefix, BIN / program, *given], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=log, text=True, env={**os.environ, **self.environment})
        line = self.process.stdout.readline()
        assert line.startswith("LISTENING "), f"{self.name} said '{line}'; {self.log} ends with\n{self.tail()}"
        self.port = int(line.split()[1])

    def set(self, key: str, value: str) -> None:
        """Takes effect with the next start."""
        self._settings = [setting for setting in self._settings if not setting.startswith(f"{key}=")]
        self._settings.append(f"{key}={value}")

    def tail(self) -> str:
        return "\n".join(self.log.read_text().splitlines()[-10:])

    @property
    def address(self) -> str:
        return f"{self.host.address}:{self.port}"

    @property
    def memory(self) -> int:
        """Resident bytes."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait(30)
        self.process.stdout.close()

    close = stop


def need_network(rig) -> Network:
    """The rig's network; without one the test is skipped, which the summary tells with its reason."""
    if rig.network is None:
        pytest.skip(f"no network that can be broken: {why_not()}")
    return rig.network


class Rig:
    """PostgreSQL with a standby, a registry, features, two embedding replicas and a gateway."""

    def __init__(self, folder: pathlib.Path, bundle: pathlib.Path, clips: list[pathlib.Path], network: Network | None):
        self.folder, self.network, self._parts = folder, network, []
        try:
            self._start(bundle)
            self.golden = {self.epoch: Golden(bundle, clips)}
        except BaseException:
            self.close()
            raise

    def host(self, name: str):
        return self.network.hosts[name] if self.network else Here()

    def _start(self, bundle: pathlib.Path) -> None:
        self.primary = self.keep(Postgres("primary", self.folder / "primary", self.host("primary")))
        self.primary.sql("CREATE DATABASE voiceprint", database="postgres")
        self._standbys = 0
        self.standby = self.follow(self.primary, "standby-0", self.host("standby"))
        self.registry = self.service(
            "registry", f"database.url={self.database}", f"service_key_file={self._keys()}",
            f"erasure_ledger={self.folder}/ledger", "database.pool=4", *SHORT)
        upstream = f"upstreams.registry=ipv4:{self.registry.address}"
        self.embeddings = [
            self.service(f"embedding-{number}", upstream, f"cache={self.folder}/cache-{number}") for number in (0, 1)]
        self.feature = self.service("feature")
        self.gateway = self.service("gateway", *self.upstreams(), "access.required=false",
            "live.idle_milliseconds=3000")
        self.epoch = self._publish(bundle)

    def keep(self, part):
        self._parts.append(part)
        return part

    def follow(self, primary: Postgres, name: str, host) -> Postgres:
        """A standby of `primary`, without which nothing is committed from now on."""
        standby = self.keep(Postgres(name, self.folder / name, host, primary))
        primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
        primary.sql("SELECT pg_reload_conf()")
        eventually(lambda: primary.sql("SELECT sync_state FROM pg_stat_replication") == "sync", what="the standby")
        return standby

    def replace_primary(self) -> None:
        """After a failover: a new standby on the old primary's host, and a registry that knows both in their order."""
        old, self.primary = self.primary, self.standby
        old.stop()
        self._standbys += 1
        self.standby = self.follow(self.primary, f"standby-{self._standbys}", old.host)
        self.registry.stop()
        self.registry.set("database.url", self.database)
        self.registry.start()

    def service(self, name: str, *settings: str, log: str = "") -> Service:
        return self.keep(Service(name, self.host(name), self.folder / f"{log or name}.log", *settings))

    @property
    def database(self) -> str:
        servers = f"{self.primary.place},{self.standby.place}"
        return f"postgresql://voiceprint@{servers}/voiceprint?target_session_attrs=read-write"

    def upstreams(self) -> list[str]:
        embeddings = ",".join(replica.address for replica in self.embeddings)
        return [f"upstreams.embedding=ipv4:{embeddings}", f"upstreams.feature=ipv4:{self.feature.address}",
                f"upstreams.registry=ipv4:{self.registry.address}"]

    def _keys(self) -> pathlib.Path:
        file = self.folder / "service.keys"
        file.write_text(os.urandom(32).hex() + "\n")
        file.chmod(0o600)
        return file

    def _publish(self, bundle: pathlib.Path) -> str:
        subprocess.run(
            [BIN / "voiceprint", "epochs", "publish", bundle, "--registry", self.registry.address], check=True,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        from voiceprint.registry.v1 import epoch_service_pb2 as pb, epoch_service_pb2_grpc

        with self.channel(self.registry) as channel:
            stub = epoch_service_pb2_grpc.EpochServiceStub(channel)
            return stub.GetEpoch(pb.GetEpochRequest(), timeout=10).epoch.epoch

    def channel(self, service: Service):
        options = [("grpc.max_reconnect_backoff_ms", 500), ("grpc.use_local_subchannel_pool", 1)]
        return grpc.insecure_channel(service.address, options=options)

    def close(self) -> None:
        for part in reversed(self._parts):
            part.close()


def make(models: pathlib.Path, clips: list[pathlib.Path], network: Network | None) -> Rig:
    """A rig in a folder that PostgreSQL's account can reach too."""
    folder = voices.short_folder()
    folder.chmod(0o755)
    _, checkpoint = voices.model_arguments()
    subprocess.run(
        [BIN / "voiceprint", "import-model", checkpoint, "--configs", ROOT / "configs" / "cam++.yml", "--out",
         models / "bundle"], check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    return Rig(folder, models / "bundle", clips, network)
