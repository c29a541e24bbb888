"""The console's interface as a program sees it that speaks HTTP."""

import base64
import dataclasses
import http.client
import json
import ssl
import urllib.parse


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class Console:
    """Requests to one console; those that change something carry the marker that the page sends too."""

    def __init__(self, address: str, context: ssl.SSLContext | None = None):
        self.address = address
        self.context = context
        self.authority = urllib.parse.urlsplit(address).netloc

    def connection(self) -> http.client.HTTPConnection:
        if self.context:
            return http.client.HTTPSConnection(self.authority, timeout=60, context=self.context)
        return http.client.HTTPConnection(self.authority, timeout=60)

    def request(self, method: str, path: str, body=None, headers: dict | None = None, marked: bool = True) -> Answer:
        """Sends a request as it is given: `path` is not escaped or made shorter, headers may name any Host."""
        sent = dict(headers or {})
        if marked and method not in ("GET", "HEAD"):
            sent.setdefault("X-Voiceprint", "1")
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        elif body is not None:
            sent.setdefault("Content-Type", "application/octet-stream")
        connection = self.connection()
        try:
            connection.putrequest(method, path, skip_host="Host" in sent)
            for name, value in sent.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def api(self, method: str, *parts: str, query: dict | None = None, body=None, **more) -> Answer:
        """A request to the interface, whose parts of the path are escaped."""
        path = "/api/v1/" + "/".join(urllib.parse.quote(part, safe="") for part in parts)
        if query:
            path += "?" + urllib.parse.urlencode(query)
        return self.request(method, path, body, **more)

    def ok(self, method: str, *parts: str, **more):
        """The JSON of a request that has to succeed."""
        answer = self.api(method, *parts, **more)
        assert answer.status < 300, (method, parts, answer.status, answer.body)
        return answer.json if answer.body else None

    def enrol(self, collection: str, speaker: str, *audios: bytes, name: str | None = None) -> dict:
        body = {"audios": [base64.b64encode(audio).decode() for audio in audios]}
        if name is not None:
            body["displayName"] = name
        return self.ok("POST", "collections", collection, "speakers", speaker, "utterances", body=body)

    def events(self, path: str, headers: dict | None = None, until: str = "end"):
        """The events of a stream, as (name, data, id), up to and with the one that is named."""
        connection = self.connection()
        connection.request("GET", "/api/v1/" + path, headers=headers or {})
        response = connection.getresponse()
        assert response.status == 200 and response.headers["Content-Type"].startswith("text/event-stream")
        name, data, number = "", [], None
        try:
            for line in response:
                field, _, value = line.decode().rstrip("\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    data.append(value)
                elif field == "id":
                    number = value
                elif field == "" and name:
                    yield name, json.loads("\n".join(data)), number
                    if name == until:
                        return
                    name, data, number = "", [], None
        finally:
            connection.close()
