"""Fixtures: one cluster for the session, a stub for each service, and voices that the tests make or find."""

import itertools
import pathlib

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
