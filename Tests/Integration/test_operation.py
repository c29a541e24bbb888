"""Health, reflection, deadlines, drain, and what the services promise when a part of them dies."""

import os
import signal
import subprocess
import threading
import time

import grpc
import pytest

from cluster import BIN, Cluster, eventually
from test_bad_input import error_details
from test_recognition import ANN, BOB, audio, clip, enroll, identify, pb
from voices import short_folder


def health(address, service=""):
    from grpc.health.v1 import health_pb2, health_pb2_grpc

    with grpc.insecure_channel(address) as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(
            health_pb2.HealthCheckRequest(service=service), timeout=5)
        return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)


SERVICES = {
    "gateway": ["voiceprint.gateway.v1.GatewayService"],
    "feature": ["voiceprint.feature.v1.FeatureService"],
    "embedding": ["voiceprint.embedding.v1.EmbeddingService"],
    "registry": ["voiceprint.registry.v1.RegistryService", "voiceprint.registry.v1.EpochService"],
}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_tells_its_health_and_its_protos(cluster, service):
    from grpc.reflection.v1 import reflection_pb2, reflection_pb2_grpc

    address = cluster.address(service)
    assert health(address) == "SERVING"
    for name in SERVICES[service]:
        assert health(address, name) == "SERVING"
    with pytest.raises(grpc.RpcError) as caught:
        health(address, "no.such.Service")
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND
    with grpc.insecure_channel(address) as channel:
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        questions = [reflection_pb2.ServerReflectionRequest(list_services="")] + [
            reflection_pb2.ServerReflectionRequest(file_containing_symbol=name) for name in SERVICES[service]]
        answers = list(stub.ServerReflectionInfo(iter(questions), timeout=10))
    listed = {item.name for item in answers[0].list_services_response.service}
    assert set(SERVICES[service]) | {"grpc.health.v1.Health"} <= listed
    from google.protobuf import descriptor_pb2

    for name, answer in zip(SERVICES[service], answers[1:]):
        files = [descriptor_pb2.FileDescriptorProto.FromString(data)
                 for data in answer.file_descriptor_response.file_descriptor_proto]
        assert any(name == f"{file.package}.{item.name}" for file in files for item in file.service)


def test_a_trace_crosses_the_services(cluster, gateway, collection):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    gateway.Identify(
        pb().IdentifyRequest(collection=collection, audio=clip(ANN)), timeout=30,
        metadata=[("traceparent", f"00-{trace}-00f067aa0ba902b7-01")])
    for service in ("gateway", "feature", "embedding", "registry"):
        logs = [open(item["log"]).read() for item in cluster.status()["processes"] if item["service"] == service]
        assert any(trace in log for log in logs), f"{service} did not log the trace"


def test_a_deadline_that_cannot_be_met_ends_the_call_in_time(gateway):
    from voices import voice, wav

    minutes = audio(wav(list(voice(**ANN)) * 40))
    request = pb().ContrastRequest(first=minutes, second=minutes)
    begin = time.monotonic()
    with pytest.raises(grpc.RpcError) as caught:
        gateway.Contrast(request, timeout=0.02)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert time.monotonic() - begin < 5


class Load:
    """Identify calls from several threads until it is stopped; keeps every error."""

    def __init__(self, stub, collection, threads=4):
        self.calls, self.errors, self.over = 0, [], threading.Event()
        self.probe = clip(ANN, 3, seconds=1.0)
        self.expected = identify(stub, collection, self.probe).score
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(stub, collection)) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def run(self, stub, collection):
        while not self.over.is_set():
            try:
                score = identify(stub, collection, self.probe).score
                problem = None if score == self.expected else f"score {score}, expected {self.expected}"
            except grpc.RpcError as error:
                problem = f"{error.code()}: {error.details()}"
            with self.lock:
                self.calls += 1
                if problem:
                    self.errors.append(problem)

    def at_least(self, calls):
        goal = self.calls + calls
        eventually(lambda: self.calls >= goal, 60, f"{goal} calls")

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join()


@pytest.fixture
def own_cluster(stubs, model_arguments):
    """A cluster that the test may break."""
    running = Cluster(short_folder(), "--replicas", "embedding=2", *model_arguments)
    yield running
    running.down()


@pytest.fixture
def own_gateway(own_cluster):
    from voiceprint.gateway.v1 import gateway_service_pb2_grpc

    with grpc.insecure_channel(own_cluster.address("gateway")) as channel:
        yield gateway_service_pb2_grpc.GatewayServiceStub(channel)


def test_a_killed_embedding_replica_loses_no_call(own_cluster, own_gateway):
    enroll(own_gateway, "default", "ann", clip(ANN, 1))
    load = Load(own_gateway, "default")
    load.at_least(20)
    own_cluster.kill("embedding", 0)
    load.at_least(60)
    load.stop()
    assert not load.errors, f"{len(load.errors)} of {load.calls} calls failed: {load.errors[:3]}"


def test_sigterm_drains_a_replica_without_a_failed_call(own_cluster, own_gateway):
    enroll(own_gateway, "default", "ann", clip(ANN, 1))
    load = Load(own_gateway, "default")
    load.at_least(20)
    process = own_cluster.process("embedding", 1)
    os.kill(process["pid"], signal.SIGTERM)
    eventually(lambda: not os.path.exists(f"/proc/{process['pid']}") or
               open(f"/proc/{process['pid']}/stat").read().split()[2] == "Z", 30, "the replica's end")
    load.at_least(40)
    load.stop()
    assert not load.errors, f"{len(load.errors)} of {load.calls} calls failed: {load.errors[:3]}"


def test_postgres_gone_is_unavailable_and_back_is_well(own_cluster, own_gateway):
    enroll(own_gateway, "default", "ann", clip(ANN, 1))
    before = identify(own_gateway, "default", clip(ANN, 2)).score
    subprocess.run([str(BIN / "voiceprint"), "postgres", "stop"], env=own_cluster.environment, check=True, timeout=60)
    with pytest.raises(grpc.RpcError) as caught:
        identify(own_gateway, "default", clip(ANN, 2))
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE, caught.value.details()
    assert error_details(caught.value).reason
    subprocess.run([str(BIN / "voiceprint"), "postgres", "start"], env=own_cluster.environment, check=True, timeout=60)

    def again():
        try:
            return identify(own_gateway, "default", clip(ANN, 2))
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAVAILABLE
            return None

    assert eventually(again, 30, "recovery").score == before


def test_two_registries_agree_at_once(own_cluster, own_gateway):
    """What was deleted through one replica is found by no search on another that begins afterwards."""
    from voiceprint.registry.v1 import registry_service_pb2 as registry_pb
    from voiceprint.registry.v1 import registry_service_pb2_grpc

    second = own_cluster.command("start", "registry", "--json")
    import json

    port = json.loads(second.stdout)["port"]
    voiceprint = own_gateway.Embed(pb().EmbedRequest(audio=clip(ANN, 2)), timeout=30).embedding
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        other = registry_service_pb2_grpc.RegistryServiceStub(channel)
        for round in range(20):
            enroll(own_gateway, "default", "ann", clip(ANN, 1, seconds=1.0))
            search = registry_pb.SearchRequest(collection="default", embedding=voiceprint)
            assert [match.speaker_id for match in other.Search(search, timeout=10).matches] == ["ann"]
            own_gateway.DeleteSpeaker(pb().DeleteSpeakerRequest(speaker_id="ann"), timeout=10)
            assert not other.Search(search, timeout=10).matches


def test_voiceprints_of_another_epoch_are_never_compared(cluster, gateway):
    from voiceprint.registry.v1 import registry_service_pb2 as registry_pb
    from voiceprint.registry.v1 import registry_service_pb2_grpc

    voiceprint = gateway.Embed(pb().EmbedRequest(audio=clip(ANN, 2)), timeout=30).embedding
    voiceprint.epoch = "Other-0123456789ab"
    with grpc.insecure_channel(cluster.address("registry")) as channel:
        registry = registry_service_pb2_grpc.RegistryServiceStub(channel)
        with pytest.raises(grpc.RpcError) as caught:
            registry.Search(registry_pb.SearchRequest(collection="default", embedding=voiceprint), timeout=10)
    assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert error_details(caught.value).reason == "EPOCH_MISMATCH"
