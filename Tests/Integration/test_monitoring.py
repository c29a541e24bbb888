"""What an operator sees of a running cluster: metrics, the dashboard and alerts made of them, traces, log levels."""

import concurrent.futures
import json
import os
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request

import grpc
import pytest

from cluster import BIN, ROOT, Cluster, eventually
from test_recognition import ANN, BOB, clip, enroll, identify, pb
from voices import short_folder

SERVICES = ["gateway", "feature", "embedding", "registry", "trainer", "console"]
MONITORING = ROOT / "deploy" / "monitoring"


class Collector:
    """An OTLP collector that keeps every span, with the name of the service that it came from."""

    def __init__(self):
        from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as trace_pb
        from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc

        self.spans, self.lock = [], threading.Lock()
        collector = self

        class Service(trace_service_pb2_grpc.TraceServiceServicer):
            def Export(self, request, context):
                with collector.lock:
                    for resource in request.resource_spans:
                        names = {item.key: item.value.string_value for item in resource.resource.attributes}
                        for scope in resource.scope_spans:
                            collector.spans += [(names["service.name"], span) for span in scope.spans]
                return trace_pb.ExportTraceServiceResponse()

        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Service(), self.server)
        self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def of(self, trace):
        with self.lock:
            return [(name, span) for name, span in self.spans if span.trace_id.hex() == trace]


@pytest.fixture(scope="module")
def collector(stubs):
    collector = Collector()
    yield collector
    collector.server.stop(None)


@pytest.fixture(scope="module")
def watched(collector, model_arguments):
    """A cluster that sends its traces to the collector."""
    names = [f"VOICEPRINT_{service.upper()}_TRACING_ENDPOINT" for service in SERVICES]
    os.environ.update({name: f"ipv4:127.0.0.1:{collector.port}" for name in names})
    try:
        running = Cluster(short_folder(), "--replicas", "embedding=2", *model_arguments)
    finally:
        for name in names:
            del os.environ[name]
    yield running
    running.down()


@pytest.fixture(scope="module")
def busy(watched):
    """The cluster after some of everything; gives a stub of its gateway."""
    from voiceprint.gateway.v1 import gateway_service_pb2_grpc

    with grpc.insecure_channel(watched.address("gateway")) as channel:
        stub = gateway_service_pb2_grpc.GatewayServiceStub(channel)
        enroll(stub, "default", "ann", clip(ANN, 1))
        for voice in (ANN, BOB):
            identify(stub, "default", clip(voice, 2))
        stub.Verify(pb().VerifyRequest(speaker_id="ann", audio=clip(ANN, 3)), timeout=30)
        stub.Contrast(pb().ContrastRequest(first=clip(ANN, 2), second=clip(BOB, 2)), timeout=30)
        with pytest.raises(grpc.RpcError):
            stub.Verify(pb().VerifyRequest(speaker_id="nobody", audio=clip(ANN, 3)), timeout=30)
        urllib.request.urlopen(f"http://{watched.address('console')}/api/v1/status", timeout=10).read()
        yield stub


def scrape(cluster, service, index=0):
    port = cluster.process(service, index)["metrics_port"]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return answer.read().decode()


def value(text, series):
    found = [line for line in text.splitlines() if line.startswith(f"{series} ")]
    assert found, f"there is no {series} in\n{text}"
    return float(found[0].rsplit(" ", 1)[1])


@pytest.mark.parametrize("service", SERVICES)
def test_promtool_finds_nothing_wrong_with_the_metrics(watched, busy, service):
    result = subprocess.run(
        ["promtool", "check", "metrics"], input=scrape(watched, service), capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_calls_scores_and_work_are_counted(watched, busy):
    before, work = scrape(watched, "gateway"), scrape(watched, "feature")
    method = 'method="Identify",service="voiceprint.gateway.v1.GatewayService"'
    for _ in range(3):
        identify(busy, "default", clip(ANN, 2))
    after = scrape(watched, "gateway")
    for series, grown in [
        (f'voiceprint_rpc_server_handled_total{{code="OK",{method}}}', 3),
        (f"voiceprint_rpc_server_duration_seconds_count{{{method}}}", 3),
        ('voiceprint_decision_score_count{decision="accepted",operation="identify"}', 3),
        ('voiceprint_audio_recordings_total{operation="identify"}', 3),
        ('voiceprint_rpc_client_handled_total{code="OK",method="Search",'
         'service="voiceprint.registry.v1.RegistryService"}', 3),
    ]:
        assert value(after, series) - value(before, series) == grown, series
    assert value(after, f"voiceprint_rpc_server_in_flight{{{method}}}") == 0
    assert value(after, 'voiceprint_rpc_server_handled_total{code="NOT_FOUND",method="Verify",'
                        'service="voiceprint.gateway.v1.GatewayService"}') == 1
    pool = 'voiceprint_compute_work_seconds_count{pool="feature"}'
    assert value(scrape(watched, "feature"), pool) - value(work, pool) == 3


def test_epochs_people_and_connections_are_told(watched, busy):
    registry = scrape(watched, "registry")
    (epoch, fingerprint), = re.findall(
        r'voiceprint_registry_default_epoch_info\{epoch="(.+)",fingerprint="([0-9a-f]{64})"\} 1', registry)
    for index in range(2):
        replica = scrape(watched, "embedding", index)
        assert value(replica, f'voiceprint_embedding_epoch_info{{epoch="{epoch}",fingerprint="{fingerprint}"}}') == 1
        assert value(replica, 'voiceprint_embedding_epochs{state="ready"}') == 1
        assert value(replica, "voiceprint_embedding_epoch_memory_bytes") > 1 << 20
    assert value(registry, "voiceprint_registry_speakers") == 1
    assert value(registry, "voiceprint_registry_gallery_templates") == 1
    assert value(registry, "voiceprint_postgres_available") == 1
    idle = value(registry, 'voiceprint_postgres_connections{state="idle"}')
    assert 1 <= idle <= value(registry, "voiceprint_postgres_connections_max")
    trainer = scrape(watched, "trainer")
    assert value(trainer, 'voiceprint_training_jobs{state="failed"}') == 0
    for service in SERVICES:
        text = scrape(watched, service)
        pid = watched.process(service)["pid"]
        resident = int(open(f"/proc/{pid}/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        assert 0.5 < value(text, "process_resident_memory_bytes") / resident < 2
        assert abs(value(text, "process_open_fds") - len(os.listdir(f"/proc/{pid}/fd"))) <= 8


def test_no_label_holds_a_name_of_people_or_collections(watched, busy):
    for service in SERVICES:
        text = scrape(watched, service)
        assert '"ann"' not in text and '"default"' not in text and '"nobody"' not in text


def names_in(expressions):
    """Every metric that expressions of PromQL name, those that rules compute aside."""
    found = set()
    for expression in expressions:
        bare = re.sub(r'"[^"]*"', "", expression)
        found |= set(re.findall(r"(?<![:a-z_])(?:voiceprint|process)_[a-z0-9_]+(?![:a-z0-9_])", bare))
    return found


def expressions():
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    panels = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    rules = re.findall(r"expr: (?:>-\n((?: {10,}.*\n)+)|(.*)\n)", (MONITORING / "alerts.yml").read_text())
    return panels, ["".join(pair) for pair in rules]


def test_the_dashboard_and_the_alerts_ask_for_what_there_is(watched, busy):
    panels, rules = expressions()
    assert len(panels) > 50 and len(rules) > 20
    told = set()
    for service in SERVICES:
        told |= {re.split(r"[{ ]", line)[0] for line in scrape(watched, service).splitlines() if line[0] != "#"}
    # This one is there only when something went wrong.
    told.add("voiceprint_metrics_collect_failures_total")
    assert names_in(panels + rules) <= told, names_in(panels + rules) - told
    # And the dashboard shows every metric that is told.
    shown = {re.sub(r"_(bucket|sum|count)$", "", name) for name in names_in(panels + rules)}
    everything = {re.sub(r"_(bucket|sum|count)$", "", name) for name in told if name.startswith("voiceprint_")}
    assert everything <= shown, everything - shown


def test_the_computed_series_of_the_dashboard_are_those_of_the_rules():
    panels, rules = expressions()
    recorded = set(re.findall(r"record: (\S+)", (MONITORING / "alerts.yml").read_text()))
    used = {name for text in panels + rules for name in re.findall(r"[a-z_]+:voiceprint_[a-z_]+:[a-z0-9_]+", text)}
    assert used == recorded


@pytest.mark.parametrize("command", [
    ["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"], ["check", "config", "prometheus.yml"]])
def test_promtool_accepts_the_rules_and_they_do_what_they_say(command):
    result = subprocess.run(["promtool", *command], cwd=MONITORING, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "FAILED" not in result.stdout


def test_one_identification_is_one_tree_of_spans(busy, collector):
    trace, caller = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    identify_with = [("traceparent", f"00-{trace}-{caller}-01")]
    busy.Identify(pb().IdentifyRequest(audio=clip(ANN, 2)), timeout=30, metadata=identify_with)

    def connected():
        spans = collector.of(trace)
        services = {name for name, _ in spans}
        whole = {"voiceprint-gateway", "voiceprint-feature", "voiceprint-embedding", "voiceprint-registry"} <= services
        known = {span.span_id.hex() for _, span in spans} | {caller}
        return spans if whole and all(span.parent_span_id.hex() in known for _, span in spans) else None

    spans = eventually(connected, 20, "a connected trace")
    by_id = {span.span_id.hex(): (name, span) for name, span in spans}
    assert len(by_id) == len(spans), "every span has an id of its own"
    (root_service, root), = [item for item in spans if item[1].parent_span_id.hex() == caller]
    assert (root_service, root.name) == ("voiceprint-gateway", "voiceprint.gateway.v1.GatewayService/Identify")
    for service, span in spans:
        if span is root:
            continue
        parent_service, parent = by_id[span.parent_span_id.hex()]
        # Of a call, the client's span is in the caller, the server's in the one who answers.
        if span.kind == span.SPAN_KIND_SERVER:
            assert (parent.kind, parent.name) == (span.SPAN_KIND_CLIENT, span.name) and parent_service != service
        else:
            assert parent.kind == span.SPAN_KIND_SERVER and parent_service == service
        assert parent.start_time_unix_nano <= span.start_time_unix_nano + 5_000_000
        assert span.start_time_unix_nano < span.end_time_unix_nano <= parent.end_time_unix_nano + 5_000_000
    assert {span.name.split("/")[1] for _, span in spans} >= {"Identify", "Extract", "Embed", "Search"}


def test_a_caller_who_does_not_record_is_not_recorded(busy, collector):
    trace = "0af7651916cd43dd8448eb211c80319c"
    busy.Identify(pb().IdentifyRequest(audio=clip(ANN, 2)), timeout=30,
                  metadata=[("traceparent", f"00-{trace}-00f067aa0ba902b7-00")])
    test_one_identification_is_one_tree_of_spans(busy, collector)  # what came after it has arrived
    assert not collector.of(trace)


def test_a_collector_that_is_away_costs_no_call(watched, busy):
    gateway = own_process(watched, "--set", "tracing.endpoint=ipv4:127.0.0.1:1", "--set", "metrics.port=0")
    try:
        metrics, port = gateway.ports
        from voiceprint.gateway.v1 import gateway_service_pb2_grpc

        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = gateway_service_pb2_grpc.GatewayServiceStub(channel)
            identify(stub, "default", clip(ANN, 2))

        def lost():
            text = urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=10).read().decode()
            return value(text, 'voiceprint_trace_spans_dropped_total{reason="export_failed"}') > 0

        eventually(lost, 20, "spans that are lost")
    finally:
        gateway.end()


class own_process:
    """A gateway of the test's own, with its log."""

    def __init__(self, cluster, *arguments):
        self.log = short_folder() / "gateway.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        upstreams = [f"upstreams.{name}={cluster.address(name)}" for name in ("feature", "embedding", "registry")]
        given = [text for setting in ["listen.port=0", *upstreams] for text in ("--set", setting)]
        self.process = subprocess.Popen(
            [BIN / "voiceprint-gateway", *given, *map(str, arguments)], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=open(self.log, "w"), text=True)
        self.ports = []
        for line in self.process.stdout:
            self.ports.append(int(line.split()[1]))
            if line.startswith("LISTENING"):
                break

    def lines(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def end(self):
        self.process.terminate()
        assert self.process.wait(30) == 0
        self.process.stdout.close()


def test_metrics_are_told_nowhere_unless_a_port_is_set(watched):
    gateway = own_process(watched)
    assert len(gateway.ports) == 1
    gateway.end()


def test_the_level_of_the_log_is_read_again_on_sighup(watched, busy, tmp_path):
    from voiceprint.gateway.v1 import gateway_service_pb2_grpc

    config = tmp_path / "gateway.yaml"
    config.write_text("log:\n  level: info\n  format: json\n")
    gateway = own_process(watched, "--config", config)
    with grpc.insecure_channel(f"127.0.0.1:{gateway.ports[0]}") as channel:
        stub = gateway_service_pb2_grpc.GatewayServiceStub(channel)

        def calls_logged():
            stub.ListCollections(pb().ListCollectionsRequest(), timeout=10)
            return sum(line["message"] == "call" for line in gateway.lines())

        def reload(text, expected):
            config.write_text(text)
            seen = len(gateway.lines())
            gateway.process.send_signal(signal.SIGHUP)
            return eventually(
                lambda: [line for line in gateway.lines()[seen:] if expected in line["message"]], 10, expected)[0]

        eventually(lambda: calls_logged() > 0, 10, "a line of a call")
        told = reload("log:\n  level: error\n  format: json\n", "read again")
        assert (told["level_before"], told["level_now"]) == ("info", "error")
        count = calls_logged()
        assert calls_logged() == count, "no line of a call at the level error"
        told = reload("log:\n  level: loud\n", "stays")
        assert "loud" in told["error"]
        reload("log:\n  level: debug\n", "read again")
        eventually(lambda: calls_logged() > count, 10, "a line of a call")
    gateway.end()


def test_status_tells_the_load_of_every_replica(watched, busy):
    over = threading.Event()

    def call():
        while not over.is_set():
            identify(busy, "default", clip(ANN, 3, seconds=1.0))

    thread = threading.Thread(target=call)
    thread.start()
    try:
        status = json.loads(watched.command("status", "--cluster", "--interval", "2", "--json").stdout)
        text = watched.command("status", "--cluster").stdout
    finally:
        over.set()
        thread.join()
    loads = {f"{item['service']}-{item['index']}": item.get("load") for item in status["processes"]}
    assert loads.pop("postgres-0") is None
    assert all(load["resident_bytes"] > 1 << 20 for load in loads.values())
    assert loads["gateway-0"]["calls_per_second"] > 0.5 and loads["gateway-0"]["p99_milliseconds"] > 1
    assert loads["embedding-0"]["calls_per_second"] > 0 and loads["embedding-1"]["calls_per_second"] > 0
    assert "calls/s" in text and " MiB" in text
