"""A small network of hosts whose every link can be slow, lossy or cut.

Each host is a network namespace with a TUN device. One thread here carries the packets between them and decides which
are late and which are lost: it needs root and /dev/net/tun and no module of the kernel's traffic control, which not
every kernel has. What runs on the hosts is not told: TCP sends again, waits and gives up as it does anywhere.
"""

import contextlib
import dataclasses
import fcntl
import heapq
import ipaddress
import os
import random
import selectors
import shutil
import struct
import subprocess
import threading
import time

# For tests of networks (RFC 2544): in nobody's use.
SUBNET = "198.18.42."
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
HOME = "home"


def why_not() -> str:
    """What is missing for a network of one's own; empty if nothing is."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not os.path.exists("/dev/net/tun"):
        return "there is no /dev/net/tun"
    missing = [program for program in ("ip", "nsenter") if not shutil.which(program)]
    if missing:
        return f"{missing} are not installed: deploy/install-deps.sh test"
    # Root of a container may have neither.
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
        for verb in ("add", "delete"):
            subprocess.run(["ip", "netns", verb, f"vp{os.getpid() % 100_000}try"], check=True, capture_output=True,
                           text=True, timeout=30)
    except OSError as error:
        return f"/dev/net/tun cannot be opened: {error}"
    except subprocess.CalledProcessError as error:
        return f"a network namespace cannot be made: {error.stderr.strip()}"
    return ""


@dataclasses.dataclass
class Road:
    """The way from one host to another."""
    delay: float = 0.0
    loss: float = 0.0
    is_cut: bool = False


class Host:
    def __init__(self, name: str, number: int):
        self.name, self.address = name, f"{SUBNET}{number}"
        self.device = f"vp{os.getpid() % 100_000}h{number}"
        # The tests' own namespace is a host too, `home`.
        self.namespace = None if name == HOME else self.device
        self.descriptor = self._connect()

    @property
    def prefix(self) -> list[str]:
        """What has a command run on this host."""
        return [] if self.namespace is None else ["nsenter", f"--net=/run/netns/{self.namespace}"]

    def _connect(self) -> int:
        descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", self.device.encode(), IFF_TUN | IFF_NO_PI))
        if self.namespace:
            self._ip("netns", "add", self.namespace)
            self._ip("link", "set", self.device, "netns", self.namespace)
            self._ip("link", "set", "lo", "up", here=True)
        self._ip("addr", "add", f"{self.address}/24", "dev", self.device, here=True)
        self._ip("link", "set", self.device, "mtu", "9000", "up", here=True)
        return descriptor

    def _ip(self, *arguments: str, here: bool = False) -> None:
        prefix = self.prefix if here else []
        subprocess.run([*prefix, "ip", *arguments], check=True, stdin=subprocess.DEVNULL, timeout=30)

    def close(self) -> None:
        os.close(self.descriptor)
        if self.namespace:
            self._ip("netns", "del", self.namespace)


class Network:
    """Hosts by name, and what becomes of the packets between them; `seed` decides which ones are lost."""

    def __init__(self, names: list[str], seed: int):
        self.hosts: dict[str, Host] = {}
        self._roads: dict[tuple[str, str], Road] = {}
        self._draw = random.Random(seed)
        self._late: list = []
        # Packets that came, and those of them that went nowhere.
        self.packets, self.lost = 0, 0
        try:
            for number, name in enumerate([HOME, *names], start=1):
                self.hosts[name] = Host(name, number)
        except BaseException:
            self._close_hosts()
            raise
        self._names = {ipaddress.ip_address(host.address).packed: name for name, host in self.hosts.items()}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self._close_hosts()

    def _close_hosts(self) -> None:
        for host in self.hosts.values():
            host.close()

    @contextlib.contextmanager
    def broken(self, *names: str, peers: list[str] | None = None, **road):
        """While it lasts, the ways between the named hosts and `peers` (all others) are as `road` says, both ways."""
        ways = [(name, peer) for name in names for peer in (peers or self.hosts) if peer != name]
        for name, peer in ways:
            self._roads[name, peer] = self._roads[peer, name] = Road(**road)
        try:
            yield
        finally:
            for name, peer in ways:
                self._roads.pop((name, peer), None)
                self._roads.pop((peer, name), None)

    def _carry(self) -> None:
        with selectors.DefaultSelector() as selector:
            for name, host in self.hosts.items():
                selector.register(host.descriptor, selectors.EVENT_READ, name)
            while not self._over.is_set():
                wait = max(0, self._late[0][0] - time.monotonic()) if self._late else 0.1
                for key, _ in selector.select(min(wait, 0.1)):
                    self._take(key.data, key.fd)
                while self._late and self._late[0][0] <= time.monotonic():
                    _, _, target, packet = heapq.heappop(self._late)
                    self._give(target, packet)

    def _take(self, source: str, descriptor: int) -> None:
        with contextlib.suppress(BlockingIOError):
            for _ in range(64):
                packet = os.read(descriptor, 65536)
                target = self._names.get(packet[16:20]) if packet[0] >> 4 == 4 else None
                if target is None:
                    continue  # IPv6 looks for routers
                self.packets += 1
                road = self._roads.get((source, target), Road())
                if road.is_cut or (road.loss and self._draw.random() < road.loss):
                    self.lost += 1
                elif road.delay:
                    heapq.heappush(self._late, (time.monotonic() + road.delay, self.packets, target, packet))
                else:
                    self._give(target, packet)

    def _give(self, target: str, packet: bytes) -> None:
        # A queue that is full loses packets, as on any network.
        with contextlib.suppress(BlockingIOError, OSError):
            os.write(self.hosts[target].descriptor, packet)
