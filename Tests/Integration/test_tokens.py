"""JSON Web Tokens at the gateway: their signature, claims and keys that are replaced while it runs."""

import base64
import hmac
import json
import os
import subprocess
import time

import grpc
import pytest

from cluster import eventually
from test_access import Client, Failure


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Signer:
    """A key of RSA that `openssl` makes, its public half as a JSON Web Key, and tokens signed with it."""

    def __init__(self, folder, name):
        self.file, self.name = folder / f"{name}.key", name
        subprocess.run(["openssl", "genrsa", "-out", self.file, "2048"], check=True, capture_output=True)
        modulus = subprocess.run(
            ["openssl", "rsa", "-in", self.file, "-noout", "-modulus"], check=True, capture_output=True, text=True)
        number = bytes.fromhex(modulus.stdout.strip().removeprefix("Modulus="))
        self.public = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": name, "n": base64url(number), "e": "AQAB"}

    def token(self, header=None, signed=True, **claims):
        claims = {"exp": int(time.time()) + 600, "sub": "ann", "scope": "recognize", "iss": "https://login.test",
                  "aud": ["voiceprint", "others"], **claims}
        claims = {key: value for key, value in claims.items() if value is not None}
        header = {"alg": "RS256", "typ": "JWT", "kid": self.name, **(header or {})}
        text = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        made = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", self.file], input=text.encode(), check=True, capture_output=True)
        return f"{text}.{base64url(made.stdout) if signed else ''}"


def write(file, *signers):
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps({"keys": [signer.public for signer in signers]}))
    os.replace(draft, file)


@pytest.fixture
def signer(tmp_path):
    return Signer(tmp_path, "first")


@pytest.fixture
def keys(tmp_path, signer):
    file = tmp_path / "jwks.json"
    write(file, signer)
    return file


@pytest.fixture
def guarded(own_gateway, keys):
    return own_gateway(
        "access.required=true", f"access.jwks_file={keys}", "access.jwt_issuer=https://login.test",
        "access.jwt_audience=voiceprint")[0]


def test_a_token_is_good_for_its_scopes_and_tenant(guarded, signer):
    client = Client(guarded, signer.token())
    client.call("ListCollections")
    assert client.failure("DeleteCollection", collection="x").reason == "SCOPE_MISSING"
    admin = Client(guarded, signer.token(scope="recognize admin unheard-of", tenant="token-tenant"))
    admin.call("CreateCollection", collection="own")
    assert [each.name for each in admin.call("ListCollections").collections] == ["own"]
    assert "own" not in [each.name for each in client.call("ListCollections", page_size=1000).collections]
    admin.call("DeleteCollection", collection="own")
    Client(guarded, signer.token(aud="voiceprint")).call("ListCollections")


@pytest.mark.parametrize("wrong", [
    {"exp": 1}, {"exp": None}, {"nbf": 4_000_000_000}, {"iss": "https://other.test"}, {"iss": None}, {"aud": "other"},
    {"aud": []}, {"aud": None}, {"header": {"alg": "none"}, "signed": False}, {"signed": False},
], ids=str)
def test_a_token_that_is_not_right_is_refused(guarded, signer, wrong):
    failure = Client(guarded, signer.token(**wrong)).failure("ListCollections")
    assert (failure.code, failure.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_REFUSED")


def test_a_public_key_is_no_shared_secret(guarded, signer):
    """The confusion of algorithms: a code that whoever has the public key can make is no signature."""
    public = subprocess.run(["openssl", "rsa", "-in", signer.file, "-pubout"], check=True, capture_output=True).stdout
    text = signer.token(header={"alg": "HS256"}).rpartition(".")[0]
    for secret in (public, public.strip(), json.dumps(signer.public).encode(), b""):
        code = base64url(hmac.digest(secret, text.encode(), "sha256"))
        assert Client(guarded, f"{text}.{code}").failure("ListCollections").reason == "TOKEN_REFUSED"


def test_a_token_of_another_key_is_refused_and_keys_are_read_again(guarded, signer, keys, tmp_path):
    second = Signer(tmp_path, "second")
    # Not only by its name: signed by a stranger in the name of the known key.
    second.name = "first"
    assert Client(guarded, second.token()).failure("ListCollections").reason == "TOKEN_REFUSED"
    second.name = "second"
    keys.write_text("damaged")
    Client(guarded, signer.token()).call("ListCollections")
    write(keys, second)
    client = Client(guarded, second.token())

    def taken():
        try:
            client.call("ListCollections")
        except grpc.RpcError as error:
            assert Failure(error).reason in ("TOKEN_REFUSED", "WRONG_KEYS")
            return False
        return True

    eventually(taken, 60, "the new key")
    assert Client(guarded, signer.token()).failure("ListCollections").reason == "TOKEN_REFUSED"


def test_without_keys_of_tokens_none_is_taken(own_gateway, signer):
    address = own_gateway("access.required=true")[0]
    assert Client(address, signer.token()).failure("ListCollections").reason == "KEY_UNKNOWN"
