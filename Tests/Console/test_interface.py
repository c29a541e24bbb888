"""openapi.yaml: valid, and true of the running console."""

import base64
import copy
import re
import urllib.parse

import openapi_schema_validator
import openapi_spec_validator
import pytest
import yaml

import cluster as cluster_module
import speech
from conftest import configuration

FILE = cluster_module.ROOT / "services" / "console" / "openapi.yaml"
METHODS = ("get", "post", "delete", "put", "patch", "head")


@pytest.fixture(scope="module")
def document():
    return yaml.safe_load(FILE.read_text())


@pytest.fixture(scope="module")
def operations(document):
    """(method, path) to the operation with the parameters of its path."""
    found = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                operation = copy.deepcopy(item[method])
                parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
                operation["parameters"] = [resolve(document, one) for one in parameters]
                found[method.upper(), path] = operation
    return found


def resolve(document, value):
    while "$ref" in value:
        target = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        value = {**target, **{key: item for key, item in value.items() if key != "$ref"}}
    return value


class Truth:
    """Holds answers against the schemas, with no field that the document does not name."""

    def __init__(self, document, operations):
        self.operations = operations
        self.schemas = strict(copy.deepcopy(document["components"]["schemas"]))
        self.document = document
        self.seen: set[tuple[str, str, str]] = set()

    def check(self, schema, value) -> None:
        whole = {**strict(copy.deepcopy(schema)), "components": {"schemas": self.schemas}}
        openapi_schema_validator.validate(
            value, whole, cls=openapi_schema_validator.OAS31Validator,
            format_checker=openapi_schema_validator.oas31_format_checker)

    def answer(self, method: str, template: str, answer) -> None:
        responses = self.operations[method, template]["responses"]
        key = str(answer.status) if str(answer.status) in responses else "default"
        assert key != "default" or answer.status >= 400, (method, template, answer.status)
        self.seen.add((method, template, key))
        response = resolve(self.document, responses[key])
        kind = (answer.headers["Content-Type"] or "").split(";")[0]
        if "content" not in response:
            assert answer.body == b"", (method, template)
            return
        media = next((one for one in response["content"] if re.fullmatch(one.replace("*", ".*"), kind)), None)
        assert media, (method, template, kind)
        if media == "application/json":
            self.check(response["content"][media]["schema"], answer.json)

    def events(self, template: str, events) -> set[str]:
        schemas = self.operations["GET", template]["responses"]["200"]["x-events"]
        self.seen.add(("GET", template, "200"))
        names = set()
        for name, data, _ in events:
            assert name in schemas, name
            self.check(schemas[name], data)
            names.add(name)
        return names


def strict(schema):
    """The schema with every object closed to properties that it does not name."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for value in schema.values():
            strict(value)
    elif isinstance(schema, list):
        for value in schema:
            strict(value)
    return schema


@pytest.fixture(scope="module")
def truth(document, operations):
    return Truth(document, operations)


def test_the_document_is_valid_and_is_what_the_console_serves(console, document):
    openapi_spec_validator.validate(document)
    served = console.api("GET", "openapi.yaml")
    assert served.body == FILE.read_bytes() and served.headers["Content-Type"] == "application/yaml"
    again = console.api("GET", "openapi.yaml", headers={"If-None-Match": served.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")


def test_everything_in_it_is_described(document, operations):
    for key, operation in operations.items():
        assert operation["summary"] and operation["operationId"] and operation["tags"], key
        assert "default" in operation["responses"], key
        for parameter in operation["parameters"]:
            assert parameter.get("description"), (key, parameter["name"])
        in_path = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", key[1])), key
        marked = any(one["name"] == "X-Voiceprint" for one in operation["parameters"])
        assert marked == (key[0] != "GET"), key
    identifiers = [operation["operationId"] for operation in operations.values()]
    assert len(identifiers) == len(set(identifiers))
    used = set(re.findall(r"#/components/(\w+/\w+)", FILE.read_text()))
    made = {f"{kind}/{name}" for kind, items in document["components"].items() for name in items}
    assert used == made


def test_every_path_is_there_and_knows_the_keys_of_its_query(console, operations):
    """A path names the keys that it knows in its error for another one. (That no path is missing: ConsoleTests.)"""
    for (method, template), operation in operations.items():
        path = "/api/v1" + re.sub(r"{\w+}", "none", template)
        answer = console.request(method, path + "?no-such-key=1", b"" if method == "POST" else None)
        assert answer.status == 400, (method, template, answer.status)
        told = re.search(r"no-such-key: is not known here(?:: known are (.*))?$", answer.json["error"]["message"])
        assert told, (method, template, answer.json)
        known = set((told.group(1) or "").split(", ")) - {""}
        assert known == {one["name"] for one in operation["parameters"] if one["in"] == "query"}, (method, template)


def test_bodies_have_the_keys_that_are_described(console, document, operations):
    for (method, template), operation in operations.items():
        body = resolve(document, operation.get("requestBody", {}))
        schema = body.get("content", {}).get("application/json", {}).get("schema")
        if not schema:
            continue
        path = "/api/v1" + re.sub(r"{\w+}", "none", template)

        def known(value, key):
            answer = console.request(method, path, value)
            told = re.search(rf"^{re.escape(key)}: is not known here: known are (.*)$", answer.json["error"]["message"])
            assert answer.status == 400 and told, (method, template, answer.json)
            return set(told.group(1).split(", "))

        described = resolve(document, schema)["properties"]
        assert known({"nothing": 1}, "nothing") == set(described), (method, template)
        for name, inner in described.items():
            properties = resolve(document, inner).get("properties")
            if properties:
                needs_spec = template == "/jobs" and name != "spec"
                rest = {"spec": {"dataset": "x", "configuration": "x"}} if needs_spec else {}
                assert known({**rest, name: {"nothing": 1}}, f"{name}.nothing") == set(properties), (template, name)


def call(console, truth, method: str, template: str, *names: str, **more):
    """A request by its template, whose answer is held against the document."""
    filled = template
    for name in names:
        filled = re.sub(r"{\w+}", urllib.parse.quote(name, safe="").replace("\\", "\\\\"), filled, count=1)
    query = more.pop("query", None)
    path = "/api/v1" + filled + ("?" + urllib.parse.urlencode(query) if query else "")
    answer = console.request(method, path, more.pop("body", None), **more)
    truth.answer(method, template, answer)
    return answer


def test_answers_about_people_are_as_described(console, truth, people):
    def ask(*arguments, **more):
        return call(console, truth, *arguments, **more)

    encoded = [base64.b64encode(speech.recording("june", index)).decode() for index in (1, 2)]
    person = "/collections/{collection}/speakers/{speaker}"
    assert ask("GET", "/status").status == 200
    assert ask("POST", "/contrast", body={"first": encoded[0], "second": encoded[1]}).json["decision"] == "accepted"
    assert ask("POST", "/contrast", body={"first": "no", "second": encoded[1]}).status == 400
    assert ask("POST", "/collections", body={"collection": "a/b", "retainAudio": "encrypted"}).status == 201
    assert ask("POST", "/collections", body={"collection": "a/b"}).status == 409
    assert ask("GET", "/collections", query={"pageSize": 1}).json["nextPageToken"]
    assert ask("GET", "/collections/{collection}", "a/b").json["name"] == "a/b"
    assert ask("GET", "/collections/{collection}", "none").status == 404
    enrolment = {"displayName": "J", "labels": {"team": "7"}, "requestId": "once", "audios": encoded}
    answer = ask("POST", f"{person}/utterances", "a/b", "j/1", body=enrolment)
    assert answer.status == 200 and answer.json["created"] and not answer.json["replayed"]
    assert ask("POST", f"{person}/utterances", "a/b", "j/1", body=enrolment).json["replayed"]
    assert ask("POST", f"{person}/utterances", "none", "x", body={"audios": encoded}).status == 404
    assert ask("POST", f"{person}/utterances", "a/b", "x", body={"audios": []}).status == 400
    assert ask("GET", "/collections/{collection}/speakers", "a/b", query={"search": "J/"}).json["speakers"]
    assert ask("GET", "/collections/{collection}/speakers", "none").status == 404
    speaker = ask("GET", person, "a/b", "j/1").json
    assert speaker["labels"] == {"team": "7"}
    assert ask("GET", person, "a/b", "nobody").status == 404
    take = speaker["utterances"][0]["utteranceId"]
    sound = speech.recording("june", 3)
    identify = "/collections/{collection}/identify"
    assert ask("POST", identify, "a/b", body=sound, query={"topK": 3, "threshold": 0.1}).json["speakerId"] == "j/1"
    assert ask("POST", identify, people, body=sound).json["margin"] > 0
    assert ask("POST", identify, "none", body=sound).status == 404
    assert ask("POST", identify, "a/b", body=b"").status == 400
    assert ask("POST", f"{person}/verify", "a/b", "j/1", body=sound).json["decision"] == "accepted"
    assert ask("POST", f"{person}/verify", "a/b", "nobody", body=sound).status == 404
    kept = ask("GET", f"{person}/utterances/{{utterance}}/audio", "a/b", "j/1", take)
    assert kept.body == speech.recording("june", 1)
    assert ask("GET", f"{person}/utterances/{{utterance}}/audio", "a/b", "j/1", "none").status == 404
    guest = console.ok("GET", "collections", "guests", "speakers", "allison")["utterances"][0]["utteranceId"]
    assert ask("GET", f"{person}/utterances/{{utterance}}/audio", "guests", "allison", guest).status == 412
    assert ask("DELETE", f"{person}/utterances/{{utterance}}", "a/b", "j/1", "none").status == 404
    assert "speaker" in ask("DELETE", f"{person}/utterances/{{utterance}}", "a/b", "j/1", take).json
    rest = ask("GET", person, "a/b", "j/1").json["utterances"][0]["utteranceId"]
    assert ask("DELETE", f"{person}/utterances/{{utterance}}", "a/b", "j/1", rest).json == {}
    ask("POST", f"{person}/utterances", "a/b", "j/2", body={"audios": encoded})
    assert ask("DELETE", person, "a/b", "j/2").json == {"deletedUtterances": 2}
    assert ask("DELETE", person, "a/b", "j/2").status == 404
    assert ask("DELETE", "/collections/{collection}", "a/b").json == {"deletedSpeakers": 0}
    assert ask("DELETE", "/collections/{collection}", "a/b").status == 404


def test_live_streams_are_as_described(console, truth, people):
    settings = {"collection": people, "sampleRateHz": speech.RATE, "windowSeconds": 2, "hopSeconds": 0.5, "topK": 2}
    opened = call(console, truth, "POST", "/streams", body=settings)
    cookie = {"Cookie": opened.headers["Set-Cookie"].split(";")[0]}
    stream = opened.json["stream"]
    data = speech.recording("carlo", 3)[44:] + bytes(2 * speech.RATE)
    for at in range(0, len(data), 16_000):
        answer = call(console, truth, "POST", "/streams/{stream}/audio", stream, body=data[at:at + 16_000],
                      headers=cookie)
        assert answer.status in (202, 429)
    assert call(console, truth, "POST", "/streams/{stream}/end", stream, headers=cookie).status == 202
    events = list(console.events(f"streams/{stream}/events", cookie))
    assert truth.events("/streams/{stream}/events", events) == {"window", "stretch", "end"}
    said = [data["speakerId"] for name, data, _ in events if name == "stretch"]
    assert "carlo" in said
    cancelled = call(console, truth, "POST", "/streams", body=settings, headers=cookie).json["stream"]
    assert call(console, truth, "DELETE", "/streams/{stream}", cancelled, headers=cookie).status == 204
    (last,) = console.events(f"streams/{cancelled}/events", cookie, until="error")
    assert truth.events("/streams/{stream}/events", [last]) == {"error"} and last[1]["code"] == "CANCELLED"
    assert call(console, truth, "POST", "/streams", body={"sampleRateHz": 1}).status == 400
    assert call(console, truth, "POST", "/streams/{stream}/end", "none", headers=cookie).status == 404


def test_answers_about_the_session_are_as_described(console, truth):
    assert call(console, truth, "GET", "/session").json == {"isRequired": False, "isSignedIn": False}
    assert call(console, truth, "POST", "/session", body={"key": "vp_"}).status == 412
    assert call(console, truth, "DELETE", "/session").status == 204


def test_answers_about_trainings_are_as_described(console, truth, dataset, candidate):
    def ask(*arguments, **more):
        return call(console, truth, *arguments, **more)

    epoch, job = candidate
    assert dataset in [one["name"] for one in ask("GET", "/datasets").json["datasets"]]
    assert ask("GET", "/jobs", query={"state": "finished", "dataset": dataset, "pageSize": 5}).json["jobs"]
    assert ask("GET", "/jobs", query={"state": "asleep"}).status == 400
    assert ask("GET", "/jobs/{job}", job).json["candidateEpoch"] == epoch
    assert ask("GET", "/jobs/{job}", "none").status == 404
    spec = {"dataset": dataset, "configuration": configuration(1)}
    assert ask("POST", "/jobs", body={"spec": spec, "validateOnly": True}).json == {}
    assert ask("POST", "/jobs", body={"spec": {**spec, "dataset": "none"}}).status == 404
    policy = {"promotion": {"collection": "staff", "retainSeconds": 60}, "eerImprovement": 0.9}
    made = ask("POST", "/jobs", body={"spec": spec, "priority": -1, "requestId": "once", "autoPromotion": policy}).json
    again = ask("POST", "/jobs", body={"spec": spec, "requestId": "once", "autoPromotion": policy}).json
    assert again["job"] == made["job"]
    events = list(console.events(f"jobs/{made['job']}/events"))
    names = truth.events("/jobs/{job}/events", events)
    assert names >= {"stateChange", "start", "progress", "evaluation", "checkpoint", "candidate", "promotionDecision",
                     "end"}
    numbers = [int(number) for _, _, number in events if number]
    assert numbers == list(range(1, len(numbers) + 1))
    again = list(console.events(f"jobs/{made['job']}/events", {"Last-Event-ID": "3"}))
    assert [number for _, _, number in again if number] == [str(number) for number in numbers[3:]]
    assert ask("POST", "/jobs/{job}/cancel", made["job"]).json["state"] == "finished"
    assert ask("POST", "/jobs/{job}/cancel", "none").status == 404
    assert ask("GET", "/epochs").json["epochs"]
    assert ask("GET", "/epochs/{epoch}", epoch).json["manifest"]
    assert ask("GET", "/epochs/{epoch}", "none").status == 404


def test_answers_about_promotions_are_as_described(console, truth, people, candidate):
    def ask(*arguments, **more):
        return call(console, truth, *arguments, **more)

    epoch, _ = candidate
    console.ok("POST", "collections", body={"collection": "movers", "retainAudio": "encrypted"})
    console.enrol("movers", "june", speech.recording("june", 8))
    old = console.ok("GET", "collections", "movers")["epoch"]
    change = {"collection": "movers", "toEpoch": epoch, "unretainedPolicy": "fail", "quorum": 1}
    planned = ask("POST", "/promotions", body={**change, "validateOnly": True})
    assert planned.status == 200 and planned.json["promotionId"] == "" and planned.json["utterancesTotal"] == 1
    assert ask("POST", "/promotions", body={**change, "toEpoch": "none"}).status == 404
    assert ask("POST", "/promotions", body={**change, "toEpoch": old}).status == 412
    # One that waits for no recording a second is stopped; the next one goes through.
    slow = ask("POST", "/promotions", body={**change, "utterancesPerSecond": 0.001}).json["promotionId"]
    assert ask("POST", "/promotions", body=change).status == 412
    assert ask("POST", "/promotions/{promotion}/cancel", slow).json["state"] in ("cancelled", "staging", "reembedding")
    assert "end" in truth.events("/promotions/{promotion}/events", console.events(f"promotions/{slow}/events"))
    begun = ask("POST", "/promotions", body={**change, "retainSeconds": 600})
    assert begun.status == 201
    name = begun.json["promotionId"]
    seen = console.events(f"promotions/{name}/events")
    flipped = next(event for event in seen if event[1].get("state") == "draining")
    truth.events("/promotions/{promotion}/events", [flipped])
    assert ask("GET", "/promotions/{promotion}", name).json["state"] == "draining"
    assert ask("GET", "/promotions/{promotion}", "none").status in (400, 404)
    assert ask("GET", "/promotions", query={"collection": "movers"}).json["promotions"][0]["promotionId"] == name
    assert ask("POST", "/promotions/{promotion}/cancel", name).status == 412
    unknown = ask("GET", "/promotions/unretained", query={"collection": "guests", "pageSize": 10})
    assert unknown.json["speakerIds"] == ["allison"]
    back = ask("POST", "/promotions/{promotion}/rollback", name, body={"unretainedPolicy": "proceed"}).json
    assert back["rollsBack"] == name
    assert "end" in truth.events("/promotions/{promotion}/events", console.events(f"promotions/{name}/events"))
    console.ok("DELETE", "collections", "movers")


def test_every_success_that_is_described_was_seen(truth, operations):
    """Needs the tests above; what is only a download or a cache's answer is looked at elsewhere."""
    elsewhere = {("GET", "/openapi.yaml", "200"), ("GET", "/openapi.yaml", "304"),
                 ("POST", "/session", "201")}
    described = {(method, path, status) for (method, path), operation in operations.items()
                 for status in operation["responses"] if status.startswith("2")}
    assert described - truth.seen - elsewhere == set()
