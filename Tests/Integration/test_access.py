"""Who may call the gateway: keys, their scopes, limits and tenants, at a gateway that asks for them."""

import json
import pathlib

import grpc
import pytest

import voices
from cluster import eventually

CACHE_SECONDS = 1


@pytest.fixture
def guarded(own_gateway):
    """The address of a gateway that asks everybody for a key."""
    return own_gateway("access.required=true", f"access.cache_seconds={CACHE_SECONDS}")[0]


@pytest.fixture
def make_key(cluster):
    """Makes a key and gives it as it is shown, with its id."""

    def make(*arguments, scopes=("recognize", "enroll", "admin")):
        made = json.loads(cluster.command("keys", "create", "a test", "--json", *arguments, "--scopes", *scopes).stdout)
        return made["key"], made["id"]

    return make


class Client:
    """The gateway as the owner of a key calls it; gives the status of what fails."""

    def __init__(self, address, key=None):
        from voiceprint.gateway.v1 import gateway_service_pb2_grpc

        self.channel = grpc.insecure_channel(address)
        self.stub = gateway_service_pb2_grpc.GatewayServiceStub(self.channel)
        self.metadata = [("authorization", f"Bearer {key}")] if key else None

    def call(self, method, **fields):
        from voiceprint.gateway.v1 import gateway_service_pb2 as pb

        request = getattr(pb, f"{method}Request")(**fields)
        return getattr(self.stub, method)(request, timeout=30, metadata=self.metadata)

    def failure(self, method, **fields):
        with pytest.raises(grpc.RpcError) as failed:
            self.call(method, **fields)
        return Failure(failed.value)


class Failure:
    def __init__(self, error):
        from google.rpc import error_details_pb2, status_pb2

        self.code, self.message = error.code(), error.details()
        self.reason, self.retry = "", None
        for key, value in error.trailing_metadata() or ():
            if key != "grpc-status-details-bin":
                continue
            status = status_pb2.Status()
            status.ParseFromString(value)
            for detail in status.details:
                info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
                if detail.Unpack(info):
                    self.reason = info.reason
                elif detail.Unpack(retry):
                    self.retry = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9

    def __repr__(self):
        return f"{self.code} {self.reason}: {self.message}"


def test_without_a_good_key_nothing_is_answered_but_health(guarded, make_key):
    from grpc.health.v1 import health_pb2, health_pb2_grpc

    key, _ = make_key()
    assert Client(guarded, key).call("ListCollections").collections is not None
    missing = Client(guarded).failure("ListCollections")
    assert (missing.code, missing.reason) == (grpc.StatusCode.UNAUTHENTICATED, "KEY_MISSING")
    assert "voiceprint keys create" in missing.message
    wrong = [
        key[:-1] + ("0" if key[-1] != "0" else "1"),  # the right id, a wrong secret
        "vp_000000000000_" + key.rpartition("_")[2],  # a right secret of another id
        "nonsense", "vp_", key[:-1], key + "0",
    ]
    failures = [Client(guarded, text).failure("ListCollections") for text in wrong[:4]]
    assert {(failure.code, failure.reason, failure.message) for failure in failures} == {
        (grpc.StatusCode.UNAUTHENTICATED, "KEY_UNKNOWN", failures[0].message)}, "nothing tells a wrong id from a secret"
    health = health_pb2_grpc.HealthStub(grpc.insecure_channel(guarded))
    assert health.Check(health_pb2.HealthCheckRequest(), timeout=10).status == 1


def test_many_wrong_keys_of_an_address_have_to_wait_and_right_ones_not(guarded, make_key):
    key, _ = make_key()
    right = Client(guarded, key)
    right.call("ListCollections")
    wrong = Client(guarded, "vp_000000000000_" + "0" * 64)
    reasons = []
    for _ in range(12):
        failure = wrong.failure("ListCollections")
        reasons.append(failure.reason)
        if failure.reason == "WRONG_KEYS":
            assert failure.code == grpc.StatusCode.RESOURCE_EXHAUSTED
            assert failure.retry > 0
    assert reasons[:5] == ["KEY_UNKNOWN"] * 5 and "WRONG_KEYS" in reasons
    right.call("ListCollections")


def test_a_key_is_good_for_its_scopes_and_nothing_else(guarded, make_key):
    client = Client(guarded, make_key(scopes=["recognize"])[0])
    client.call("ListCollections")
    for method, scope in {"Enroll": "enroll", "ListSpeakers": "enroll", "DeleteSpeaker": "enroll",
                          "GetRecording": "admin", "CreateCollection": "admin", "DeleteCollection": "admin"}.items():
        failure = client.failure(method)
        assert (failure.code, failure.reason) == (grpc.StatusCode.PERMISSION_DENIED, "SCOPE_MISSING"), method
        assert f"this call needs {scope}" in failure.message


def test_a_revoked_key_and_one_that_has_expired_are_refused(guarded, make_key, cluster):
    key, identifier = make_key()
    client = Client(guarded, key)
    client.call("ListCollections")
    assert cluster.command("keys", "revoke", identifier).stdout == f"{identifier} is revoked\n"

    def refused():
        try:
            client.call("ListCollections")
        except grpc.RpcError as error:
            return Failure(error)

    assert eventually(refused, CACHE_SECONDS + 5, "the refusal of the revoked key").reason == "KEY_REVOKED"
    expired = Client(guarded, make_key("--expires-in", "0.0000001")[0]).failure("ListCollections")
    assert (expired.code, expired.reason) == (grpc.StatusCode.UNAUTHENTICATED, "KEY_EXPIRED")
    listed = {item["id"]: item for item in json.loads(cluster.command("keys", "list", "--json").stdout)}
    assert listed[identifier]["state"] == "revoked"
    assert listed[identifier]["last_used"] is not None
    assert cluster.command("keys", "revoke", "nobody", check=False).returncode != 0


def test_the_secret_is_kept_nowhere(make_key, cluster):
    import subprocess

    key, identifier = make_key()
    database = cluster.status()["database"]
    dump = subprocess.run(
        ["psql", database, "-Atc", "SELECT * FROM access_keys"], capture_output=True, text=True, timeout=30)
    assert identifier in dump.stdout, dump.stderr
    secret = key.rpartition("_")[2]
    assert secret not in dump.stdout
    logs = pathlib.Path(cluster.state, "logs")
    assert all(secret not in log.read_text() for log in logs.glob("*.log"))


def test_a_key_that_is_shown_must_be_right_even_where_none_is_asked_for(own_gateway, make_key):
    address = own_gateway()[0]
    Client(address).call("ListCollections")
    Client(address, make_key()[0]).call("ListCollections")
    assert Client(address, "nonsense").failure("ListCollections").reason == "KEY_UNKNOWN"


def test_the_commands_bring_their_key(guarded, make_key, cluster, tmp_path):
    key, _ = make_key()
    file = tmp_path / "key"
    file.write_text(key + "\n")
    arguments = ["collections", "list", "--gateway", guarded]
    refused = cluster.command(*arguments, check=False)
    assert refused.returncode != 0 and "--api-key-file" in refused.stderr
    assert cluster.command(*arguments, "--api-key-file", str(file)).returncode == 0
    assert "cannot be read" in cluster.command(*arguments, "--api-key-file", "/nowhere", check=False).stderr
    cluster.environment["VOICEPRINT_API_KEY"] = key
    try:
        assert cluster.command(*arguments).returncode == 0
        refused = cluster.command("collections", "list", "--gateway", "voiceprint.example.org:1", check=False)
        assert "could read the key" in refused.stderr
    finally:
        del cluster.environment["VOICEPRINT_API_KEY"]


# ---- Limits


def test_calls_beyond_the_rate_wait(guarded, make_key):
    client = Client(guarded, make_key("--calls-per-second", "0.01", "--burst", "3")[0])
    for _ in range(3):
        client.call("ListCollections")
    failure = client.failure("ListCollections")
    assert (failure.code, failure.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMIT")
    assert 50 < failure.retry <= 100
    # Another key has calls of its own.
    Client(guarded, make_key()[0]).call("ListCollections")


def test_audio_beyond_the_quota_of_an_hour_waits(guarded, make_key):
    client = Client(guarded, make_key("--audio-seconds-per-hour", "5")[0])
    audio = {"audio": {"content": voices.wav(voices.voice(**voices.ANN))}}
    client.call("Embed", **audio)
    client.call("Embed", **audio)  # takes the last of it, and more
    failure = client.failure("Embed", **audio)
    assert (failure.code, failure.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "AUDIO_QUOTA")
    # What is owed, and a millisecond, at five seconds an hour.
    assert 600 < failure.retry < 900
    client.call("ListCollections")


def test_people_beyond_the_quota_are_not_enrolled(guarded, make_key):
    client = Client(guarded, make_key("--tenant", "quota", "--max-speakers", "2")[0])
    client.call("CreateCollection", collection="one")
    client.call("CreateCollection", collection="two")
    audios = [{"content": voices.wav(voices.voice(**voices.ANN))}]
    client.call("Enroll", collection="one", speaker_id="ann", audios=audios)
    client.call("Enroll", collection="two", speaker_id="bob", audios=audios)
    failure = client.failure("Enroll", collection="one", speaker_id="eve", audios=audios)
    assert (failure.code, failure.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "SPEAKER_QUOTA")
    assert failure.retry > 0
    # Who is enrolled may be so again, and who is deleted makes room when they are counted anew.
    client.call("Enroll", collection="one", speaker_id="ann", audios=audios)
    client.call("DeleteSpeaker", collection="two", speaker_id="bob")

    def enrolled():
        try:
            return client.call("Enroll", collection="one", speaker_id="eve", audios=audios).created
        except grpc.RpcError as error:
            assert Failure(error).reason == "SPEAKER_QUOTA"

    assert eventually(enrolled, CACHE_SECONDS + 10, "room for another person")
    for name in ("one", "two"):
        client.call("DeleteCollection", collection=name)


# ---- Tenants


@pytest.fixture
def tenants(guarded, make_key):
    """Two tenants, and who runs the cluster; each has a collection "staff" of its own with one person in it."""
    audios = [{"content": voices.wav(voices.voice(**voices.ANN))}]
    clients = {
        name: Client(guarded, make_key(*(("--tenant", name) if name else ()))[0]) for name in ("acme", "umbra", "")}
    for name, client in clients.items():
        client.call("CreateCollection", collection="staff")
        client.call("Enroll", collection="staff", speaker_id=f"of-{name or 'nobody'}", audios=audios)
    yield clients
    for client in clients.values():
        client.call("DeleteCollection", collection="staff")


def methods_with_a_collection():
    """Every method of the gateway whose request, or first message, names a collection."""
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb

    service = pb.DESCRIPTOR.services_by_name["GatewayService"]
    found = {}
    for method in service.methods:
        fields = dict(method.input_type.fields_by_name)
        if method.client_streaming:
            assert "settings" in fields, "a stream whose settings this test does not know"
            fields = fields["settings"].message_type.fields_by_name
        if "collection" in fields:
            found[method.name] = (method, fields)
    return found


def fill(method, collection, speaker, utterance):
    """A request of the method that is right in all but whom it names."""
    from voiceprint.gateway.v1 import gateway_service_pb2 as pb

    audio = {"content": voices.wav(voices.voice(**voices.ANN))}
    values = {"collection": collection, "speaker_id": speaker, "utterance_id": utterance, "audio": audio,
              "audios": [audio]}
    if method.client_streaming:
        settings = {"collection": collection, "encoding": "ENCODING_PCM_S16LE", "sample_rate_hz": 16000}
        return iter([pb.IdentifyStreamRequest(settings=settings)])
    message = getattr(pb, method.input_type.name)
    return message(**{key: value for key, value in values.items() if key in method.input_type.fields_by_name})


def answer(client, method, request):
    """What a call gives, as text: the message, or the failure."""
    call = getattr(client.stub, method.name)
    try:
        given = call(request, timeout=30, metadata=client.metadata)
        return str(list(given) if method.server_streaming else given)
    except grpc.RpcError as error:
        return str(Failure(error))


# What makes a collection, or brings the tenant's own into being, has no answer of another's.
MAKES = {"CreateCollection"}


def test_what_is_another_tenants_is_not_there_by_any_method(tenants):
    """The same answer, to the letter, for a collection, person or utterance of another as for one that nobody has."""
    walked = methods_with_a_collection()
    assert {"Enroll", "Verify", "Identify", "IdentifyStream", "GetSpeaker", "ListSpeakers", "DeleteSpeaker",
            "DeleteUtterance", "GetRecording", "GetCollection", "DeleteCollection"} <= set(walked)
    acme, umbra = tenants["acme"], tenants["umbra"]
    acme.call("CreateCollection", collection="secret")
    try:
        audios = [{"content": voices.wav(voices.voice(**voices.ANN))}]
        person = acme.call("Enroll", collection="secret", speaker_id="ann", audios=audios).speaker
        utterance = person.utterances[0].utterance_id
        for name, (method, _) in walked.items():
            if name in MAKES:
                continue
            there = answer(umbra, method, fill(method, "secret", "ann", utterance))
            nowhere = answer(umbra, method, fill(method, "nowhere", "ann", utterance))
            assert there.replace("secret", "nowhere") == nowhere, name
            assert "NOT_FOUND" in there and "acme" not in there and "\u241f" not in there, name
            # By the inner name nobody gets there either, whoever it is.
            for client in tenants.values():
                inner = answer(client, method, fill(method, "acme\u241fsecret", "ann", utterance))
                assert "INVALID_ARGUMENT" in inner and "U+241F" in inner, name
            # In a collection of the own, another's person and utterance are not there.
            if name in {"GetSpeaker", "DeleteSpeaker", "DeleteUtterance", "GetRecording", "Verify"}:
                assert "NOT_FOUND" in answer(umbra, method, fill(method, "staff", "ann", utterance)), name
        assert acme.call("GetSpeaker", collection="secret", speaker_id="ann").speaker.speaker_id == "ann"
    finally:
        acme.call("DeleteCollection", collection="secret")


def test_each_tenant_has_its_own_collection_of_a_name_and_lists_no_other(tenants):
    for name, client in tenants.items():
        people = [person.speaker_id for person in client.call("ListSpeakers", collection="staff").speakers]
        assert people == [f"of-{name or 'nobody'}"]
        collection = client.call("GetCollection", collection="staff").collection
        assert (collection.name, collection.speaker_count) == ("staff", 1)
        audio = {"content": voices.wav(voices.voice(**voices.ANN, seed=5))}
        found = client.call("Identify", collection="staff", audio=audio)
        assert [match.speaker_id for match in found.candidates] == [f"of-{name or 'nobody'}"]
    for name in ("acme", "umbra"):
        listed, token = [], ""
        while True:
            page = tenants[name].call("ListCollections", page_size=1, page_token=token)
            listed += [collection.name for collection in page.collections]
            token = page.next_page_token
            if not token:
                break
        assert listed == ["staff"]
    own = [collection.name for collection in tenants[""].call("ListCollections", page_size=1000).collections]
    assert "staff" in own and not [name for name in own if "\u241f" in name]


def test_a_page_token_of_another_tenant_tells_nothing(tenants):
    acme, umbra = tenants["acme"], tenants["umbra"]
    acme.call("CreateCollection", collection="zebra")
    try:
        token = acme.call("ListCollections", page_size=1).next_page_token
        assert token
        listed = umbra.call("ListCollections", page_token=token).collections
        assert [collection.name for collection in listed] == ["staff"]
    finally:
        acme.call("DeleteCollection", collection="zebra")


def test_names_that_combine_with_the_separator_or_are_long(guarded, make_key):
    client = Client(guarded, make_key("--tenant", "acme")[0])
    for name in ("\u0301accent", "x" * 123, "\u200dzero"):
        assert client.call("CreateCollection", collection=name).collection.name == name
        assert name in [collection.name for collection in client.call("ListCollections").collections]
        client.call("DeleteCollection", collection=name)
    failure = client.failure("CreateCollection", collection="x" * 124)
    assert failure.code == grpc.StatusCode.INVALID_ARGUMENT


def test_an_error_names_a_collection_as_its_tenant_does(tenants):
    failure = tenants["acme"].failure("CreateCollection", collection="staff", epoch="nobody")
    assert "acme" not in repr(failure)
    failure = tenants["acme"].failure("DeleteCollection", collection="nowhere")
    assert "'nowhere'" in failure.message


def test_the_console_shows_the_gateway_a_key_of_its_own(guarded, make_key, cluster, tmp_path):
    import subprocess
    import urllib.error
    import urllib.request

    from cluster import BIN

    file = tmp_path / "key"
    file.write_text(make_key()[0] + "\n")

    def collections(*more):
        settings = ["listen.port=0", f"upstreams.gateway=ipv4:{guarded}",
                    f"upstreams.registry=ipv4:{cluster.address('registry')}", *more]
        given = [part for setting in settings for part in ("--set", setting)]
        process = subprocess.Popen(
            [BIN / "voiceprint-console", *given], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL, text=True)
        try:
            port = int(process.stdout.readline().removeprefix("LISTENING "))
            url = f"http://127.0.0.1:{port}/api/v1/collections"
            try:
                return urllib.request.urlopen(url, timeout=20).status
            except urllib.error.HTTPError as error:
                return error.code
        finally:
            process.terminate()
            assert process.wait(30) == 0

    assert collections(f"upstreams.gateway_key_file={file}") == 200
    assert collections() == 401
