"""Fixtures: one cluster for the session, a stub for each service, and voices that the tests make or find."""

import itertools
import pathlib
import subprocess

import pytest

import cluster as cluster_module
import voices


@pytest.fixture(scope="session", autouse=True)
def stubs(tmp_path_factory):
    cluster_module.generate_stubs(tmp_path_factory.mktemp("stubs"))


@pytest.fixture(scope="session")
def model_arguments():
    """The real network where it is at hand; the tests that need a network say so by this fixture."""
    return voices.model_arguments()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory, stubs, model_arguments):
    # A unix socket's path must fit in 107 bytes, so not pytest's own deep folder.
    state = voices.short_folder()
    running = cluster_module.Cluster(state, "--replicas", "embedding=2", *model_arguments)
    yield running
    running.down()


@pytest.fixture(scope="session")
def channel(cluster):
    import grpc

    with grpc.insecure_channel(cluster.address("gateway")) as channel:
        yield channel


@pytest.fixture(scope="session")
def gateway(channel):
    from voiceprint.gateway.v1 import gateway_service_pb2_grpc

    return gateway_service_pb2_grpc.GatewayServiceStub(channel)


_numbers = itertools.count()


@pytest.fixture
def collection(gateway):
    """An empty collection of this test's own."""
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb

    name = f"test-{next(_numbers)}"
    gateway.CreateCollection(pb.CreateCollectionRequest(collection=name), timeout=10)
    yield name
    gateway.DeleteCollection(pb.DeleteCollectionRequest(collection=name), timeout=10)


@pytest.fixture
def own_gateway(cluster):
    """Starts a gateway of the test's own, with other settings; gives its address and what stops it with SIGTERM."""
    processes = []

    def start(*settings: str):
        upstreams = [f"upstreams.{name}={cluster.address(name)}" for name in ("feature", "embedding", "registry")]
        given = [argument for setting in ["listen.port=0", *upstreams, *settings] for argument in ("--set", setting)]
        process = subprocess.Popen(
            [cluster_module.BIN / "voiceprint-gateway", *given], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL, text=True)
        processes.append(process)
        port = int(process.stdout.readline().removeprefix("LISTENING "))
        return f"127.0.0.1:{port}", process.terminate

    yield start
    for process in processes:
        process.terminate()
        assert process.wait(30) == 0
        process.stdout.close()
