"""The files of deploy/ that no test can run here: what is in them is read, and holds together with the code."""

import pathlib
import re
import shutil
import subprocess

import pytest
import yaml

from cluster import BIN, ROOT
from test_configuration import SERVICES, known

DEPLOY = ROOT / "deploy"
BASE = DEPLOY / "kubernetes" / "base"
YAML = sorted(path for path in DEPLOY.rglob("*") if path.suffix in (".yaml", ".yml"))


def configured_port(service, section):
    """A port of configs/services, also one that is commented out."""
    text = (ROOT / "configs" / "services" / f"{service}.yaml").read_text()
    return int(re.search(rf"^{section}:\n(?:  .*\n)*?  (?:# )?port: (\d+)", text, re.MULTILINE)[1])


@pytest.mark.parametrize("path", YAML, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_every_yaml_file_is_yaml(path):
    assert [document for document in yaml.safe_load_all(path.read_text()) if document]


# ---- Kubernetes ------------------------------------------------------------------------------------------------------

OBJECTS = [item for path in sorted(BASE.glob("*.yaml")) if path.name != "kustomization.yaml"
           for item in yaml.safe_load_all(path.read_text())]


def of(kind, name=None):
    found = [item for item in OBJECTS if item["kind"] == kind and name in (None, item["metadata"]["name"])]
    return found if name is None else found[0]


def container(service):
    (only,) = of("Deployment", service)["spec"]["template"]["spec"]["containers"]
    return only


def test_the_base_names_each_of_its_files_and_each_object_once():
    base = yaml.safe_load((BASE / "kustomization.yaml").read_text())
    assert {*base["resources"], "kustomization.yaml"} == {path.name for path in BASE.glob("*.yaml")}
    names = [(item["kind"], item["metadata"]["name"]) for item in OBJECTS]
    assert len(set(names)) == len(names)
    for kind, name in names:
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", name), (kind, name)
    assert {item["apiVersion"] for item in OBJECTS} == {
        "v1", "apps/v1", "policy/v1", "autoscaling/v2", "networking.k8s.io/v1"}


def test_kustomize_builds_it():
    if not shutil.which("kubectl"):
        pytest.skip("NOT RUN: there is no kubectl on this machine")
    result = subprocess.run(["kubectl", "kustomize", BASE], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    built = [item for item in yaml.safe_load_all(result.stdout) if item]
    assert len(built) == len(OBJECTS) + 1, "all objects and the ConfigMap"
    assert all(item["kind"] == "Namespace" or item["metadata"]["namespace"] == "voiceprint" for item in built)
    images = {c["image"] for item in built if item["kind"] == "Deployment"
              for c in item["spec"]["template"]["spec"]["containers"]}
    assert len(images) == 1, "one image, wherever it was pushed to"


@pytest.mark.parametrize("service", SERVICES)
def test_selectors_find_their_pods(service):
    deployment = of("Deployment", service)
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert labels == deployment["spec"]["selector"]["matchLabels"] == of("Service", service)["spec"]["selector"]
    spread = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]
    assert all(item["labelSelector"]["matchLabels"] == labels for item in spread)
    for kind in ("PodDisruptionBudget",):
        for item in of(kind):
            if item["metadata"]["name"] == service:
                assert item["spec"]["selector"]["matchLabels"] == labels
    assert of("NetworkPolicy", service)["spec"]["podSelector"]["matchLabels"] == labels


@pytest.mark.parametrize("service", SERVICES)
def test_ports_are_those_of_the_configuration_everywhere(service):
    port, metrics = configured_port(service, "listen"), configured_port(service, "metrics")
    ports = {item["name"]: item["containerPort"] for item in container(service)["ports"]}
    name = "http" if service == "console" else "grpc"
    assert ports == {name: port, "metrics": metrics}
    environment = {item["name"]: item.get("value") for item in container(service)["env"]}
    assert environment[f"VOICEPRINT_{service.upper()}_LISTEN_PORT"] == str(port)
    assert environment[f"VOICEPRINT_{service.upper()}_METRICS_PORT"] == str(metrics)
    headless = of("Service", service)["spec"]
    assert headless["clusterIP"] == "None", "clients balance over the replicas themselves"
    assert [(item["port"], item["targetPort"]) for item in headless["ports"]] == [(port, name)]
    for rule in of("NetworkPolicy", service)["spec"]["ingress"]:
        assert [item["port"] for item in rule["ports"]] == [port]
    assert metrics in [item["port"] for item in of("NetworkPolicy", "metrics")["spec"]["ingress"][0]["ports"]]


@pytest.mark.parametrize("service", SERVICES)
def test_probes_ask_what_is_there(service):
    probes = container(service)
    ready = probes["readinessProbe"]
    if service == "console":
        assert ready["httpGet"] == {"path": "/healthz", "port": "http"}
    else:
        assert ready["grpc"]["port"] == configured_port(service, "listen")
        assert probes["startupProbe"]["httpGet"] == {"path": "/healthz", "port": "metrics"}
    assert probes["livenessProbe"]["httpGet"]["path"] == "/healthz"
    # Longer than the drain and the grace that the service is given, and the 5 s that it has for the rest.
    environment = {item["name"]: item.get("value") for item in probes["env"]}
    drain = int(environment.get(f"VOICEPRINT_{service.upper()}_LISTEN_DRAIN_MILLISECONDS", 0)) / 1000
    grace = int(environment[f"VOICEPRINT_{service.upper()}_LISTEN_SHUTDOWN_GRACE_SECONDS"])
    assert of("Deployment", service)["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] >= drain + grace + 5


@pytest.mark.parametrize("service", SERVICES)
def test_pods_may_do_no_more_than_they_must(service):
    pod = of("Deployment", service)["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] > 10000
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert container(service)["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    resources = container(service)["resources"]
    assert "memory" in resources["limits"] and "cpu" in resources["requests"]
    volumes = {item["name"] for item in pod["volumes"]}
    assert {item["name"] for item in container(service)["volumeMounts"]} == volumes


@pytest.mark.parametrize("service", SERVICES)
def test_the_environment_names_keys_that_the_program_has(service):
    keys = {f"VOICEPRINT_{service}_{key}".upper().replace(".", "_") for key in known(service)}
    assert {item["name"] for item in container(service)["env"]} <= keys
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"][service]["environment"]
    assert {name for name in compose if name not in ("VOICEPRINT_SERVICE", "PGPASSFILE")} <= keys
    for source in (compose, {item["name"]: item.get("value") for item in container(service)["env"]}):
        settings = [text for name, value in source.items() if name in keys and value
                    for text in ("--set", f"{by_name(service)[name]}={value}")]
        needed = {"database.url": "x"} if service in ("registry", "trainer") else {}
        settings += [text for key, value in needed.items() for text in ("--set", f"{key}={value}")]
        result = subprocess.run([BIN / f"voiceprint-{service}", "--check-config", *settings], capture_output=True,
                                text=True, timeout=30, stdin=subprocess.DEVNULL)
        assert result.returncode == 0, result.stderr


def by_name(service):
    return {f"VOICEPRINT_{service}_{key}".upper().replace(".", "_"): key for key in known(service)}


def upstreams(environment, service):
    prefix = f"VOICEPRINT_{service.upper()}_UPSTREAMS_"
    return {name.removeprefix(prefix).lower(): value for name, value in environment.items() if name.startswith(prefix)}


@pytest.mark.parametrize("service", SERVICES)
def test_services_call_those_that_the_policies_let_them(service):
    environment = {item["name"]: item.get("value") for item in container(service)["env"]}
    called = upstreams(environment, service)
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"][service]["environment"]
    assert called == upstreams(compose, service)
    allowed = {rule["to"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/component"]
               for rule in of("NetworkPolicy", service)["spec"]["egress"] if "to" in rule}
    assert set(called) == allowed
    for name, target in called.items():
        assert target == f"dns:///{name}:{configured_port(name, 'listen')}"
        callers = [source["podSelector"]["matchLabels"]["app.kubernetes.io/component"]
                   for rule in of("NetworkPolicy", name)["spec"]["ingress"] for source in rule["from"]
                   if "podSelector" in source]
        assert service in callers


def test_scaling_asks_for_metrics_that_there_are():
    adapter = yaml.safe_load((DEPLOY / "kubernetes" / "monitoring" / "adapter-rules.yaml").read_text())["rules"]
    given = {rule["name"]["matches"] for rule in adapter}
    catalogue = (ROOT / "Sources/VoiceServiceKit/Metrics/MetricCatalogue.swift").read_text()
    for scaler in of("HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        assert of("Deployment", target["name"]) and "replicas" not in of("Deployment", target["name"])["spec"]
        for metric in scaler["spec"]["metrics"]:
            if metric["type"] == "Pods":
                assert metric["pods"]["metric"]["name"] in given
                assert f'"{metric["pods"]["metric"]["name"]}"' in catalogue
    budgets = {item["metadata"]["name"] for item in of("PodDisruptionBudget")}
    assert budgets == {"gateway", "feature", "embedding", "registry"}


def test_secrets_are_named_and_never_written():
    for item in OBJECTS:
        assert item["kind"] != "Secret"
    for path in YAML:
        assert not re.search(r"(?i)password: *[^\s{]|postgres(ql)?://[^\s:@]+:[^\s@]+@", path.read_text()), path


# ---- Compose, the image, systemd -------------------------------------------------------------------------------------


def test_docker_compose_reads_its_file(tmp_path):
    if not shutil.which("docker-compose"):
        pytest.skip("NOT RUN: there is no docker-compose on this machine")
    copy = tmp_path / "deploy"
    shutil.copytree(DEPLOY, copy)
    (tmp_path / "secrets").mkdir()
    for name in ("database_password", "audio.key"):
        (tmp_path / "secrets" / name).write_text("x")
    result = subprocess.run(
        ["docker-compose", "-f", copy / "compose.yaml", "--profile", "monitoring", "config", "--quiet"],
        capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr


def test_the_image_has_what_the_others_expect_of_it():
    text = (DEPLOY / "Containerfile").read_text()
    for service in SERVICES:
        assert f"voiceprint-{service}" in text
    assert "USER 65532:65532" in text and text.count("FROM ") == 2
    needed = re.search(r"build=\(\n(.*?)\n\)", (DEPLOY / "install-deps.sh").read_text(), re.DOTALL)[1].split()
    libraries = {name for name in needed if name.startswith("lib") or name.startswith("zlib")}
    assert libraries <= set(text.split())
    for folder in re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE):
        assert (ROOT / folder).exists(), folder
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    for service in SERVICES:
        assert compose[service]["image"] == "voiceprint" and compose[service]["read_only"]
        assert compose[service]["cap_drop"] == ["ALL"]
        if service != "console":
            assert compose[service]["healthcheck"]["test"][-1] == f"127.0.0.1:{configured_port(service, 'listen')}"


@pytest.fixture
def units(tmp_path):
    """A root folder with the units of each service and what they name."""
    folder = tmp_path / "etc" / "systemd" / "system"
    folder.mkdir(parents=True)
    for service in SERVICES:
        shutil.copy(DEPLOY / "systemd" / "voiceprint@.service", folder / f"voiceprint@{service}.service")
    shutil.copy(DEPLOY / "systemd" / "voiceprint.target", folder)
    shutil.copytree(DEPLOY / "systemd" / "voiceprint@trainer.service.d", folder / "voiceprint@trainer.service.d")
    for unit in pathlib.Path("/lib/systemd/system").glob("*.target"):
        if unit.is_file():
            shutil.copy(unit, folder / unit.name)
    programs = tmp_path / "usr" / "bin"
    programs.mkdir(parents=True)
    (tmp_path / "bin").symlink_to("usr/bin")
    for name in ["kill", *[f"voiceprint-{service}" for service in SERVICES]]:
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("service", SERVICES)
def test_systemd_reads_the_units_and_finds_them_hardened(units, service):
    if not shutil.which("systemd-analyze"):
        pytest.skip("NOT RUN: there is no systemd-analyze on this machine")
    name = f"voiceprint@{service}.service"
    verified = subprocess.run(
        ["systemd-analyze", "verify", f"--root={units}", name], capture_output=True, text=True, timeout=60)
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    exposed = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--root={units}", "--no-pager", "--threshold=20", name],
        capture_output=True, text=True, timeout=60)
    assert exposed.returncode == 0, exposed.stdout[-300:] + exposed.stderr
