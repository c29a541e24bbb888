"""A console where people sign in with keys of their own, and one that speaks TLS."""

import http.client
import json
import ssl
import subprocess

import pytest

import browser as browser_module
import cluster as cluster_module
from cluster import BIN, ROOT, eventually
from conftest import SCREENSHOTS
from console import Console
from test_tokens import Signer, write

WRONG = "vp_000000000000_" + "0" * 64


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    return Signer(tmp_path_factory.mktemp("tokens"), "first")


@pytest.fixture(scope="module")
def start(cluster, signer, tmp_path_factory):
    """Starts services of the tests' own; gives the process and its port."""
    processes, log = [], (tmp_path_factory.mktemp("login") / "log").open("w")
    keys = tmp_path_factory.mktemp("keys") / "jwks.json"
    write(keys, signer)

    def begin(service: str, *settings: str):
        given = [part for setting in ["listen.port=0", *settings] for part in ("--set", setting)]
        process = subprocess.Popen(
            [BIN / f"voiceprint-{service}", *given], stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL,
            text=True)
        processes.append(process)
        return process, int(process.stdout.readline().removeprefix("LISTENING "))

    def gateway() -> str:
        upstreams = [f"upstreams.{name}={cluster.address(name)}" for name in ("feature", "embedding", "registry")]
        access = ["access.required=true", "access.cache_seconds=1", f"access.jwks_file={keys}"]
        return f"127.0.0.1:{begin('gateway', *access, *upstreams)[1]}"

    def console(door: str, *settings: str) -> int:
        upstreams = [f"upstreams.{name}={cluster.address(name)}" for name in ("registry", "trainer", "embedding")]
        return begin("console", "login.required=true", f"upstreams.gateway={door}", *upstreams, *settings)[1]

    begin.gateway, begin.console = gateway, console
    yield begin
    for process in processes:
        process.terminate()
        assert process.wait(30) == 0
        process.stdout.close()
    log.close()


@pytest.fixture(scope="module")
def door(start):
    return start.gateway()


@pytest.fixture(scope="module")
def guarded(start, door):
    return Console(f"http://127.0.0.1:{start.console(door)}")


@pytest.fixture(scope="module")
def make_key(cluster):
    def make(*scopes: str, options=()) -> tuple[str, str]:
        made = json.loads(cluster.command("keys", "create", "a reader", "--json", *options, "--scopes", *scopes).stdout)
        return made["key"], made["id"]

    return make


def sign_in(console: Console, key: str) -> dict:
    """Signs in; gives the headers of the session."""
    answer = console.api("POST", "session", body={"key": key})
    assert answer.status == 201, answer.body
    return {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}


def test_nothing_is_answered_to_who_is_not_signed_in(guarded):
    assert guarded.ok("GET", "session") == {"isRequired": True, "isSignedIn": False}
    assert guarded.request("GET", "/").status == guarded.request("GET", "/healthz").status == 200
    stranger = {"Cookie": "session=" + "0" * 64}
    for method, path in [("GET", "status"), ("GET", "collections"), ("GET", "jobs"), ("GET", "epochs"),
                         ("POST", "collections"), ("GET", "jobs/none/events"), ("POST", "streams")]:
        for headers in ({}, stranger, {"Cookie": "session="}):
            answer = guarded.request(method, f"/api/v1/{path}", headers=headers)
            assert (answer.status, answer.json["error"]["code"]) == (401, "UNAUTHENTICATED"), (method, path)
    assert guarded.request("POST", "/api/v1/session", {"key": "x"}, marked=False).status == 403


def test_a_key_is_good_here_for_what_it_is_good_for_at_the_gateway(guarded, make_key):
    answer = guarded.api("POST", "session", body={"key": make_key("recognize", "enroll")[0]})
    assert answer.json == {
        "isRequired": True, "isSignedIn": True, "name": "a reader", "scopes": ["enroll", "recognize"]}
    cookie, *attributes = [part.strip() for part in answer.headers["Set-Cookie"].split(";")]
    assert attributes == ["Path=/", "HttpOnly", "SameSite=Strict"] and len(cookie) == len("session=") + 64
    headers = {"Cookie": cookie}
    assert guarded.ok("GET", "session", headers=headers) == answer.json
    assert guarded.api("GET", "collections", headers=headers).status == 200
    assert guarded.api("GET", "epochs", headers=headers).status == 200
    # At the gateway, and at trainer and registry, which ask nobody for keys.
    for method, path, body, scope in [
        ("POST", "collections", {"collection": "forbidden"}, "admin"), ("GET", "jobs", None, "train"),
        ("GET", "datasets", None, "train"), ("GET", "promotions", None, "promote"),
    ]:
        refused = guarded.api(method, path, body=body, headers=headers)
        assert refused.status == 403 and f"needs {scope}" in refused.json["error"]["message"], path
    trainer = sign_in(guarded, make_key("train")[0])
    assert guarded.api("GET", "jobs", headers=trainer).status == 200
    assert guarded.api("GET", "collections", headers=trainer).status == 403
    assert guarded.api("GET", "promotions", headers=trainer).status == 403


def test_a_tenant_sees_its_own_and_no_jobs(guarded, make_key, cluster):
    def signed(tenant):
        return sign_in(guarded, make_key("recognize", "admin", "train", options=("--tenant", tenant))[0])

    ours, theirs = signed("ours"), signed("theirs")
    guarded.ok("POST", "collections", body={"collection": "kept"}, headers=ours)
    assert [one["name"] for one in guarded.ok("GET", "collections", headers=ours)["collections"]] == ["kept"]
    assert guarded.ok("GET", "collections", headers=theirs)["collections"] == []
    refused = guarded.api("GET", "jobs", headers=ours)
    assert refused.status == 403 and "of the tenant 'ours'" in refused.json["error"]["message"]
    log = [json.loads(line) for line in cluster.command("audit", "list", "--json").stdout.splitlines()]
    made = [row for row in log if row["action"] == "collection.create" and row["collection"].endswith("kept")]
    assert made[-1]["caller"].startswith("key:") and made[-1]["caller"].endswith(" a reader")
    guarded.ok("DELETE", "collections", "kept", headers=ours)


def test_a_token_signs_in_for_its_scopes(guarded, signer):
    headers = sign_in(guarded, signer.token(sub="zoë", scope="recognize train"))
    assert guarded.ok("GET", "session", headers=headers)["name"] == "zoë"
    assert guarded.api("GET", "jobs", headers=headers).status == 200
    assert guarded.api("GET", "promotions", headers=headers).status == 403
    for wrong in (signer.token(exp=1), signer.token(signed=False), signer.token() + "x"):
        assert guarded.api("POST", "session", body={"key": wrong}).status == 401


def test_signing_out_ends_what_runs(guarded, make_key):
    headers = sign_in(guarded, make_key("recognize")[0])
    stream = guarded.ok("POST", "streams", body={"sampleRateHz": 16000}, headers=headers)["stream"]
    connection = guarded.connection()
    connection.request("GET", f"/api/v1/streams/{stream}/events", headers=headers)
    events = connection.getresponse()
    assert events.status == 200
    out = guarded.api("DELETE", "session", headers=headers)
    assert out.status == 204 and "Max-Age=0" in out.headers["Set-Cookie"]
    assert "CANCELLED" in events.read().decode()
    connection.close()
    assert guarded.api("GET", "collections", headers=headers).status == 401
    assert guarded.ok("GET", "session", headers=headers)["isSignedIn"] is False


@pytest.mark.parametrize("path", ["collections", "jobs"])
def test_a_session_ends_with_its_key(guarded, make_key, cluster, path):
    key, name = make_key("recognize", "train")
    headers = sign_in(guarded, key)
    other = sign_in(guarded, make_key("recognize", "train")[0])
    assert guarded.api("GET", path, headers=headers).status == 200
    cluster.command("keys", "revoke", name)
    refused = eventually(lambda: (answer := guarded.api("GET", path, headers=headers)).status == 401 and answer)
    assert "was revoked" in refused.json["error"]["message"]
    assert guarded.ok("GET", "session", headers=headers)["isSignedIn"] is False
    assert guarded.api("GET", path, headers=other).status == 200


def test_sessions_are_bounded_and_the_one_not_used_for_longest_goes(start, door, make_key):
    console = Console(f"http://127.0.0.1:{start.console(door, 'login.max_sessions=2')}")
    key = make_key("recognize")[0]
    first, second = sign_in(console, key), sign_in(console, key)
    assert console.api("GET", "collections", headers=first).status == 200
    third = sign_in(console, key)
    assert [console.api("GET", "collections", headers=one).status for one in (first, second, third)] == [200, 401, 200]


def test_wrong_keys_get_one_answer_and_then_have_to_wait_and_nobody_else_does(start, make_key):
    console = Console(f"http://127.0.0.1:{start.console(start.gateway())}")
    key = make_key("recognize")[0]
    signed = sign_in(console, key)
    tried = [key[:-1] + ("0" if key[-1] != "0" else "1"), WRONG, "a.b.c", "nonsense", "", " ", "é", "x" * 9000]
    answers = [console.api("POST", "session", body={"key": one}) for one in tried]
    assert {(one.status, one.body) for one in answers} == {(401, answers[0].body)}
    held = [console.api("POST", "session", body={"key": WRONG}) for _ in range(8)]
    assert 429 in [one.status for one in held] and int(held[-1].headers["Retry-After"]) > 0
    for _ in range(3):
        assert console.api("GET", "collections", headers=signed).status == 200


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    subprocess.run([ROOT / "deploy" / "make-certs.sh", folder, "console"], check=True, capture_output=True, timeout=60)
    return folder


def test_tls_and_new_certificates_without_a_restart(start, door, make_key, certificates):
    port = start.console(door, f"tls.certificate={certificates}/console.pem", "tls.reload_seconds=1")
    context = ssl.create_default_context(cafile=certificates / "ca.pem")
    console = Console(f"https://localhost:{port}", context)
    page = console.request("GET", "/")
    assert page.status == 200 and page.headers["Strict-Transport-Security"] == "max-age=31536000"
    answer = console.api("POST", "session", body={"key": make_key("recognize")[0]})
    assert answer.headers["Set-Cookie"].endswith("; Secure"), "by a name of this machine too"
    headers = {"Cookie": answer.headers["Set-Cookie"].split(";")[0], "Origin": console.address}
    assert console.api("POST", "streams", body={"sampleRateHz": 16000}, headers=headers).status == 201
    with pytest.raises((http.client.HTTPException, OSError)):
        Console(f"http://localhost:{port}").request("GET", "/")
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, OSError)):
        Console(f"https://localhost:{port}", old).request("GET", "/")

    def shown():
        return ssl.get_server_certificate(("127.0.0.1", port), ca_certs=certificates / "ca.pem")

    first, staying = shown(), console.connection()
    staying.request("GET", "/healthz")
    assert staying.getresponse().read() == b"ok\n"
    subprocess.run([ROOT / "deploy" / "make-certs.sh", certificates, "console"], check=True, capture_output=True)
    eventually(lambda: shown() != first, 30, "the new certificate")
    # The connection that there was stays; so does a certificate when what follows is none.
    staying.request("GET", "/healthz")
    assert staying.getresponse().read() == b"ok\n"
    staying.close()


def check(*settings: str):
    given = ["upstreams.gateway=127.0.0.1:1", "upstreams.registry=127.0.0.1:1", *settings]
    return subprocess.run(
        [BIN / "voiceprint-console", "--check-config", *[part for one in given for part in ("--set", one)]],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)


def test_plain_text_and_doors_without_login_are_for_this_host_or_said_to_be_meant():
    beyond = "listen.address=0.0.0.0"
    refused = check(beyond)
    assert refused.returncode == 78
    assert "listen.address: is reached from other machines, in plain text: set tls.certificate" in refused.stderr
    assert check(beyond, "tls.allow_plaintext=true").returncode == 0
    assert check(beyond, "tls.certificate=/some.pem").returncode == 0
    assert check().returncode == 0
    unused = check("login.required=true", "upstreams.gateway_key_file=/some/key")
    assert unused.returncode == 78 and "gateway_key_file: is of no use" in unused.stderr
    assert "tls.certificate: is missing" in check("tls.private_key=/some.key").stderr


@pytest.mark.parametrize("settings, said", [
    (["tls.certificate=/nowhere.pem"], "tls.certificate: /nowhere.pem"),
    (["login.required=true", "upstreams.gateway=10.1.2.3:50051"], "login.required: everybody on the way"),
])
def test_what_is_of_no_use_ends_the_start(settings, said):
    given = ["upstreams.gateway=127.0.0.1:1", "upstreams.registry=127.0.0.1:1", *settings]
    result = subprocess.run(
        [BIN / "voiceprint-console", *[part for one in given for part in ("--set", one)]], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=30)
    assert result.returncode == 78 and said in result.stderr


@pytest.fixture
def reader(guarded, microphone):
    running = browser_module.Browser(guarded.address, microphone.file, SCREENSHOTS)
    yield running
    running.quit()


def test_people_sign_in_and_out_on_the_page(reader, make_key, cluster):
    key, name = make_key("recognize")
    reader.get("login-form")
    reader.settle()
    assert reader.all("nav-people") == [] and reader.overflow() == 0
    reader.screenshot("login")
    reader.write("login-key", WRONG)
    reader.click("login-send")
    reader.wait_text("error-message", "this key is not taken")
    reader.write("login-key", key)
    reader.click("login-send")
    assert reader.wait_text("login-name", ".") == "a reader"
    # What the key is not good for is said where it is asked for, and ends nothing.
    reader.open("jobs")
    reader.wait_text("error-message", "needs train")
    reader.click("login-out")
    reader.get("login-form")
    assert reader.all("login-reason") == []
    reader.write("login-key", key)
    reader.click("login-send")
    reader.get("nav-status")
    reader.open("status")
    cluster.command("keys", "revoke", name)

    def is_told():
        reader.run("location.hash = location.hash === '#/people' ? '#/recognise' : '#/people'")
        return reader.all("login-reason")

    eventually(is_told, 20, "the login page")
    assert "was revoked" in reader.text("page-login")
    assert key not in reader.run("return document.documentElement.outerHTML + JSON.stringify({ ...localStorage })")
    assert reader.run("return document.cookie") == ""
    assert reader.problems(401, 403) == []
