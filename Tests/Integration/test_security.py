"""A cluster over mutual TLS: who is let in, what happens when certificates are replaced, and what is refused."""

import json
import os
import pathlib
import subprocess
import threading

import grpc
import pytest

import voices
from cluster import BIN, ROOT, Cluster, eventually

MAKE = ROOT / "deploy" / "make-certs.sh"


def make(folder, *names):
    subprocess.run([MAKE, folder, *names], check=True, capture_output=True, timeout=60)


def channel(address, folder, name="operator", service="gateway", authority=None):
    """A channel as somebody of these certificates, to whoever shows the certificate of the service."""
    pair = (folder / f"{name}.pem").read_bytes() if name else None
    credentials = grpc.ssl_channel_credentials(((authority or folder) / "ca.pem").read_bytes(), pair, pair)
    # Connections of its own: every channel shakes hands anew.
    options = [("grpc.ssl_target_name_override", service), ("grpc.use_local_subchannel_pool", 1)]
    return grpc.secure_channel(address, credentials, options)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    make(folder)
    return folder


@pytest.fixture(scope="module")
def secured(stubs, certificates, model_arguments):
    running = Cluster(
        voices.short_folder(), "--certificates", str(certificates), "--replicas", "embedding=2", *model_arguments)
    yield running
    running.down()


def collections(channel, timeout=10):
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb
    from voiceprint.gateway.v1 import gateway_service_pb2_grpc

    stub = gateway_service_pb2_grpc.GatewayServiceStub(channel)
    return stub.ListCollections(pb.ListCollectionsRequest(), timeout=timeout)


def serial(address):
    """The serial number of the certificate that a service shows now."""
    shown = subprocess.run(
        ["openssl", "s_client", "-connect", address], stdin=subprocess.DEVNULL, capture_output=True, timeout=20)
    found = subprocess.run(
        ["openssl", "x509", "-noout", "-serial"], input=shown.stdout, capture_output=True, timeout=20)
    return found.stdout.decode().strip()


def test_all_of_it_serves_and_the_commands_find_their_certificates(secured):
    status = secured.status()
    assert {item["health"] for item in status["processes"]} == {"SERVING"}
    assert secured.command("collections", "list").returncode == 0
    assert secured.command("epochs", "list").returncode == 0
    assert secured.command("jobs", "list").returncode == 0


def test_people_are_enrolled_and_recognised_and_a_collection_is_promoted(secured, tmp_path):
    """Every service calls every other one that it needs: the trainer asks each embedding replica, too."""
    for name, voice in {"ann": voices.ANN, "bob": voices.BOB}.items():
        (tmp_path / f"{name}.wav").write_bytes(voices.wav(voices.voice(**voice)))
    secured.command("register", "--name", "Ann", str(tmp_path / "ann.wav"))
    assert "Ann" in secured.command("recognize", str(tmp_path / "ann.wav")).stdout
    epoch = json.loads(secured.command("epochs", "list", "--json").stdout)[0]["epoch"]
    planned = secured.command("epochs", "promote", epoch, "--collection", "default", "--dry-run", check=False)
    assert "may not call" not in planned.stderr + planned.stdout
    ready = [item["epochs"] for item in secured.status()["processes"] if item["service"] == "embedding"]
    assert ready == [[epoch], [epoch]]


def test_the_commands_take_certificates_by_option(secured, certificates):
    arguments = ["collections", "list", "--gateway", secured.address("gateway"), "--ca", certificates / "ca.pem"]
    arguments = [str(item) for item in arguments]
    own = ["--certificate", str(certificates / "operator.pem")]
    assert secured.command(*arguments, *own).returncode == 0
    assert secured.command(*arguments, check=False).returncode != 0, "nobody is let in without a certificate"
    assert secured.command(*arguments, *own, "--server-name", "registry", check=False).returncode != 0


@pytest.mark.parametrize("service", ["gateway", "feature", "embedding", "registry", "trainer"])
def test_strangers_and_plain_text_are_not_let_in(secured, certificates, tmp_path, service):
    from grpc.health.v1 import health_pb2, health_pb2_grpc

    def ask(channel):
        with channel:
            stub = health_pb2_grpc.HealthStub(channel)
            return stub.Check(health_pb2.HealthCheckRequest(), timeout=10).status

    make(tmp_path)
    address = secured.address(service)
    assert ask(channel(address, certificates, service=service)) == health_pb2.HealthCheckResponse.SERVING
    attempts = {
        "a certificate of another authority": channel(address, tmp_path, service=service, authority=certificates),
        "a client that trusts another authority": channel(address, certificates, service=service, authority=tmp_path),
        "another service's name": channel(address, certificates, service="nobody"),
        "no certificate": channel(address, certificates, name=None, service=service),
        "plain text": grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]),
    }
    for what, attempt in attempts.items():
        with pytest.raises(grpc.RpcError) as refused:
            ask(attempt)
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE, what


def test_certificates_are_replaced_without_a_failed_call(secured, certificates):
    addresses = {name: secured.address(name) for name in ("gateway", "feature", "embedding", "registry", "trainer")}
    before = {name: serial(address) for name, address in addresses.items()}
    assert all(before.values())
    failures, calls, stop = [], [0], threading.Event()

    def call():
        # Both: one connection that stays, and one a call, whose handshake meets the new certificates.
        with channel(addresses["gateway"], certificates) as staying:
            while not stop.is_set():
                for used in (staying, channel(addresses["gateway"], certificates)):
                    try:
                        collections(used)
                    except grpc.RpcError as error:
                        failures.append(f"{error.code()}: {error.details()}")
                    calls[0] += 1
                    if used is not staying:
                        used.close()

    caller = threading.Thread(target=call)
    caller.start()
    try:
        for _ in range(2):
            make(certificates)
            now = {name: subprocess.run(
                ["openssl", "x509", "-noout", "-serial", "-in", certificates / f"{name}.pem"],
                capture_output=True, text=True, check=True).stdout.strip() for name in addresses}
            assert all(now[name] != before[name] for name in addresses)
            for name, address in addresses.items():
                eventually(lambda: serial(address) == now[name], 60, f"the new certificate of the {name}")
            before = now
    finally:
        stop.set()
        caller.join()
    assert failures == []
    assert calls[0] > 10


UPSTREAMS = {
    "gateway": ["upstreams.feature=a:1", "upstreams.embedding=a:1", "upstreams.registry=a:1"],
    "feature": [],
    "embedding": ["upstreams.registry=a:1"],
    "registry": ["database.url=postgresql:///nowhere"],
    "trainer": ["upstreams.feature=a:1", "upstreams.embedding=a:1", "upstreams.registry=a:1", "jobs.folder=/nowhere",
                "database.url=postgresql:///nowhere"],
}


def check(service, *settings):
    given = [part for setting in (*UPSTREAMS[service], *settings) for part in ("--set", setting)]
    return subprocess.run(
        [BIN / f"voiceprint-{service}", "--check-config", *given], stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=30)


@pytest.mark.parametrize("service", UPSTREAMS)
@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.1.2.3", "voiceprint.example.org"])
def test_plain_text_is_for_this_host_alone(service, address):
    result = check(service, f"listen.address={address}")
    assert result.returncode == 78
    assert "listen.address: is reached from other machines, in plain text: set tls.certificate" in result.stderr
    assert check(service, f"listen.address={address}", "tls.allow_plaintext=true").returncode == 0
    assert check(service, f"listen.address={address}", "tls.certificate=/some.pem").returncode == 0
    for own in ("127.0.0.1", "127.9.9.9", "::1", "localhost"):
        assert check(service, f"listen.address={own}").returncode == 0


def test_plain_text_beyond_this_host_is_logged_as_a_warning(cluster):
    process = subprocess.Popen(
        [BIN / "voiceprint-feature", "--set", "listen.address=0.0.0.0", "--set", "tls.allow_plaintext=true"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    assert process.stdout.readline().startswith("LISTENING")
    process.terminate()
    lines = [json.loads(line) for line in process.communicate(timeout=30)[1].splitlines()]
    assert [line["level"] for line in lines if "in plain text" in line["message"]] == ["warning"]


def test_a_certificate_that_is_of_no_use_ends_the_start_with_its_key_and_file(certificates, tmp_path):
    def start(*settings):
        given = [part for setting in settings for part in ("--set", setting)]
        result = subprocess.run(
            [BIN / "voiceprint-feature", *given], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
        assert result.returncode == 78
        return result.stderr

    assert "tls.certificate: /nowhere.pem cannot be read" in start("tls.certificate=/nowhere.pem")
    assert "tls.certificate: is missing" in start("tls.client_ca=/nowhere.pem")
    ca = certificates / "ca.pem"
    assert "there is not an unencrypted private key in it" in start(f"tls.certificate={ca}")
    own, key = tmp_path / "own.pem", tmp_path / "key.pem"
    own.write_bytes(ca.read_bytes())
    key.write_bytes((certificates / "feature.pem").read_bytes())
    assert "do certificate and key match?" in start(f"tls.certificate={own}", f"tls.private_key={key}")


def test_a_service_may_call_what_its_row_says_and_nothing_else(secured, certificates):
    """Of the registry's methods a feature replica may call none, the gateway none that is the operator's."""
    from grpc.health.v1 import health_pb2, health_pb2_grpc
    from voiceprint.registry.v1 import epoch_service_pb2, epoch_service_pb2_grpc
    from voiceprint.registry.v1 import promotion_service_pb2, promotion_service_pb2_grpc
    from voiceprint.registry.v1 import registry_service_pb2, registry_service_pb2_grpc

    address = secured.address("registry")

    def code(name, stub, method, request):
        with channel(address, certificates, name, service="registry") as used:
            try:
                getattr(stub(used), method)(request, timeout=10)
            except grpc.RpcError as error:
                return error.code(), error.details()
            return grpc.StatusCode.OK, ""

    people = registry_service_pb2_grpc.RegistryServiceStub
    gone = registry_service_pb2.DeleteCollectionRequest(collection="nobody")
    refused, why = code("feature", people, "DeleteCollection", gone)
    assert refused == grpc.StatusCode.PERMISSION_DENIED
    assert why == ("spiffe://voiceprint/feature may not call voiceprint.registry.v1.RegistryService/DeleteCollection: "
                   "it is for gateway")
    for name in ("embedding", "trainer", "console", "operator"):
        assert code(name, people, "DeleteCollection", gone)[0] == grpc.StatusCode.PERMISSION_DENIED
    assert code("gateway", people, "DeleteCollection", gone)[0] == grpc.StatusCode.NOT_FOUND
    listing = promotion_service_pb2.ListPromotionsRequest()
    promotions = promotion_service_pb2_grpc.PromotionServiceStub
    assert code("gateway", promotions, "ListPromotions", listing)[0] == grpc.StatusCode.PERMISSION_DENIED
    assert code("operator", promotions, "ListPromotions", listing)[0] == grpc.StatusCode.OK
    epochs = epoch_service_pb2_grpc.EpochServiceStub
    assert code("feature", epochs, "ListEpochs", epoch_service_pb2.ListEpochsRequest())[0] \
        == grpc.StatusCode.PERMISSION_DENIED
    # Whoever balances load asks for health, whatever else he may.
    assert code("feature", health_pb2_grpc.HealthStub, "Check", health_pb2.HealthCheckRequest())[0] \
        == grpc.StatusCode.OK


def test_gateway_and_console_alone_say_for_whom_they_call(secured, certificates):
    """The audit log names anybody else by the certificate, whatever is said in the metadata."""
    from voiceprint.trainer.v1 import trainer_service_pb2, trainer_service_pb2_grpc

    def written(name):
        with channel(secured.address("trainer"), certificates, name, service="trainer") as used:
            stub = trainer_service_pb2_grpc.TrainerServiceStub(used)
            with pytest.raises(grpc.RpcError) as failed:
                stub.DeleteDataset(
                    trainer_service_pb2.DeleteDatasetRequest(name="nobody"), timeout=10,
                    metadata=[("voiceprint-caller", "key:7"), ("voiceprint-tenant", "acme")])
            assert failed.value.code() == grpc.StatusCode.NOT_FOUND
        rows = secured.command("audit", "list", "--json", "--action", "dataset.delete").stdout.splitlines()
        return json.loads(rows[-1])["caller"]

    assert written("console") == "key:7"
    assert written("operator") == "spiffe://voiceprint/operator"
    assert written("console") == "key:7"
