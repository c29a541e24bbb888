"""What the console refuses, asked as no browser would, and names that are no names."""

import base64
import re

import pytest

import speech

FORGED = {"Origin": "https://evil.example", "Content-Type": "text/plain"}


def test_a_page_of_another_site_changes_nothing(console, people):
    victim = f"/api/v1/collections/{people}/speakers/allison"
    for method, path, body in [("DELETE", victim, None), ("POST", "/api/v1/collections", b'{"collection":"forged"}')]:
        # What a form or a script of another site can make a browser send: no header of one's own, cookies or not.
        for headers in (FORGED, {**FORGED, "Cookie": "session=" + "0" * 32}, {}, {"X-Voiceprint": "0"},
                        {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = console.request(method, path, body, headers, marked=False)
            assert answer.status == 403 and answer.json["error"]["code"] == "PERMISSION_DENIED", (method, headers)
        # And with the marker, which only a page of the console's own origin can send.
        for origin in ("https://evil.example", "null", f"http://{console.authority}.evil.example",
                       "http://127.0.0.1:1"):
            answer = console.request(method, path, body, {"Origin": origin})
            assert answer.status == 403, (method, origin)
    assert console.api("GET", "collections", people, "speakers", "allison").status == 200
    assert console.api("GET", "collections", "forged").status == 404
    # No preflight is granted.
    preflight = console.request("OPTIONS", "/api/v1/collections", headers={
        "Origin": "https://evil.example", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-voiceprint"})
    assert preflight.status == 404
    assert not [name for name in preflight.headers if name.lower().startswith("access-control")]
    # The console's own page may.
    own = console.request("DELETE", "/api/v1/collections/forged", headers={"Origin": console.address})
    assert own.status == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "", "a b"])
def test_a_name_of_somebody_else_leads_nowhere(console, host):
    for path in ("/", "/api/v1/status", "/assets/app.js"):
        answer = console.request("GET", path, headers={"Host": host})
        assert answer.status in (400, 403), (host, path)
        assert b"evil" not in answer.body or b"is not called" in answer.body


def test_names_of_this_machine_do(console):
    port = console.authority.split(":")[1]
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        assert console.request("GET", "/api/v1/openapi.yaml", headers={"Host": host}).status == 200


@pytest.mark.parametrize("path", [
    "/../openapi.yaml", "/assets/../../openapi.yaml", "/assets/%2e%2e/%2e%2e/openapi.yaml",
    "/assets/..%2f..%2fopenapi.yaml", "//etc/passwd", "/assets//etc/passwd", "/assets/%2fetc/passwd",
    "/assets/../../../../../../etc/passwd", "/assets/....//....//etc/passwd", "/assets/app.js%00.css",
    "/assets/..\\..\\openapi.yaml", "/Main.swift", "/assets", "/assets/",
])
def test_nothing_but_the_page_is_served(console, path):
    answer = console.request("GET", path)
    assert answer.status in (400, 404), (path, answer.body[:80])
    assert b"root:" not in answer.body and b"openapi:" not in answer.body


def test_names_in_paths_stay_names(console, people):
    for name in ("..", ".", "../..", "a/b", "%2e%2e", "\0", "x\r\nSet-Cookie: a=b", "'; DROP TABLE speakers; --"):
        answer = console.api("GET", "collections", name, "speakers", name)
        assert answer.status in (400, 404) and answer.headers["Content-Type"] == "application/json", name
        assert "Set-Cookie" not in answer.headers
    assert console.api("GET", "collections", people).status == 200


def test_every_answer_keeps_the_browser_from_what_it_should_not_do(console):
    for method, path in [("GET", "/"), ("GET", "/assets/app.js"), ("GET", "/api/v1/status"), ("GET", "/nothing"),
                         ("POST", "/api/v1/collections"), ("GET", "/api/v1/jobs/none/events")]:
        headers = console.request(method, path).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'none'" and policy["script-src"] == policy["style-src"] == "'self'", path
        assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Permissions-Policy"] == "microphone=(self)"
        assert headers["Cache-Control"] in ("no-store", "no-cache")
    page = console.request("GET", "/").body.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|javascript:|https?://", page)


def test_the_cookie_of_live_streams(console, people):
    def opened(host: str) -> tuple[str, dict]:
        answer = console.request("POST", "/api/v1/streams", {"collection": people, "sampleRateHz": 16000},
                                 {"Host": host})
        assert answer.status == 201, answer.body
        parts = [part.strip() for part in answer.headers["Set-Cookie"].split(";")]
        return answer.json["stream"], parts

    port = console.authority.split(":")[1]
    stream, cookie = opened(f"127.0.0.1:{port}")
    assert cookie[1:] == ["Path=/", "HttpOnly", "SameSite=Strict"]
    assert opened(f"localhost:{port}")[1][1:] == ["Path=/", "HttpOnly", "SameSite=Strict"]
    # Whatever is called from elsewhere must be behind TLS.
    assert opened("192.0.2.7")[1][1:] == ["Path=/", "HttpOnly", "SameSite=Strict", "Secure"]
    # A stream belongs to whoever opened it: others do not even learn that it is there.
    for headers in ({}, {"Cookie": "session=" + "0" * 32}, {"Cookie": "session="}):
        assert console.api("POST", "streams", stream, "audio", body=b"\0\0", headers=headers).status == 404
        assert console.api("GET", "streams", stream, "events", headers=headers).status == 404
        assert console.api("DELETE", "streams", stream, headers=headers).status == 404
    assert console.api("DELETE", "streams", stream, headers={"Cookie": cookie[0]}).status == 204


def test_bodies_that_are_too_long_or_of_the_wrong_kind(console, people):
    stream = console.api("POST", "streams", body={"sampleRateHz": 16000})
    cookie = {"Cookie": stream.headers["Set-Cookie"].split(";")[0]}
    name = stream.json["stream"]
    long = console.api("POST", "streams", name, "audio", body=bytes((1 << 20) + 2), headers=cookie)
    assert long.status == 413 and "1048576" in long.json["error"]["message"]
    console.api("DELETE", "streams", name, headers=cookie)
    for kind in ("application/json", "multipart/form-data; boundary=x", "text/html",
                 "application/x-www-form-urlencoded"):
        answer = console.api("POST", "collections", people, "identify", body=b"x", headers={"Content-Type": kind})
        assert answer.status == 400 and "Content-Type" in answer.json["error"]["message"]
    for body in (b"", b"{", b"[]", b'{"collection":1}', b'{"collection":"x","colour":"red"}'):
        answer = console.api("POST", "collections", body=body, headers={"Content-Type": "application/json"})
        assert answer.status == 400, body


HOSTILE = [
    "<img src=x onerror=problems.push('ran')>", "\"><script>problems.push('ran')</script>", "{name} ${7*7} %s",
    "يوسف \u202egnp.exe", "𝓔𝓿𝓮 👩‍🎤 Zoë", "javascript:problems.push('ran')",
]


def test_names_of_people_are_text_wherever_they_are_shown(browser, console, clips):
    console.ok("POST", "collections", body={"collection": "hostile", "retainAudio": "encrypted"})
    voice = speech.recording("allison", 5)
    for name in HOSTILE:
        console.enrol("hostile", f"id {name}", voice, name=name)
    browser.open("people")
    browser.choose("people-collection", "hostile")
    browser.wait(lambda: len(browser.all("person-row")) == len(HOSTILE), what="everybody")
    assert sorted(row.text for row in browser.all("person-open")) == sorted(HOSTILE)
    browser.screenshot("people-hostile-names")
    assert browser.overflow() == 0
    for index in range(len(HOSTILE)):
        name = browser.all("person-open")[index].text
        browser.click("person-open", index)
        browser.wait(lambda: name in browser.text("person-details"), what="the details")
        browser.wait(lambda: browser.all("utterance"), what="the recordings")
    browser.click("person-remove")
    browser.wait_text("person-remove-dialog", "Remove")
    browser.click("person-remove-dialog-cancel")
    browser.open("recognise")
    browser.choose("recognise-collection", "hostile")
    browser.upload("recognise-clip-file", clips["allison-0"])
    browser.click("recognise-run")
    assert browser.wait_text("recognise-decision", ".") in HOSTILE
    # No element came of them, and nothing ran.
    assert browser.run("return document.querySelectorAll('main img, main script, main iframe').length") == 0
    assert browser.run("return window.problems") == []
    console.ok("DELETE", "collections", "hostile")


def test_a_recording_that_is_a_page_is_never_shown_as_one(console):
    """Bytes that are no audio are refused, so that what is kept is audio; and are never named as anything else."""
    page = base64.b64encode(b"<html><script>alert(1)</script>").decode()
    console.ok("POST", "collections", body={"collection": "pages", "retainAudio": "encrypted"})
    refused = console.api("POST", "collections", "pages", "speakers", "eve", "utterances", body={"audios": [page]})
    assert refused.status == 400
    person = console.enrol("pages", "eve", speech.recording("june", 6))["speaker"]
    kept = console.api("GET", "collections", "pages", "speakers", "eve", "utterances",
                       person["utterances"][0]["utteranceId"], "audio")
    assert kept.headers["Content-Type"] == "audio/wav" and kept.headers["Content-Disposition"] == "attachment"
    console.ok("DELETE", "collections", "pages")
