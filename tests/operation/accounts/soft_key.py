"""A passkey in software, as WebAuthn Level 3 describes an authenticator (6.1, 6.3.3, 6.5), with no browser before
it: it signs for any page it is told of."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

FLAG = AuthenticatorData.FLAG


class SoftKey:
    def __init__(self, host: str) -> None:
        self.host = host
        self.id = token_bytes(16)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.owner = b""

    def create(self, options: dict[str, Any], *, origin: str) -> str:
        public = options["publicKey"]
        self.owner = urlsafe_b64decode(padded(public["user"]["id"]))
        credential = AttestedCredentialData.create(
            b"\0" * 16, self.id, ES256.from_cryptography_key(self.key.public_key())
        )
        data = AuthenticatorData.create(self.rp_hash, FLAG.UP | FLAG.UV | FLAG.AT, 0, credential)
        return self.answer(
            clientDataJSON=client_data("webauthn.create", public["challenge"], origin),
            attestationObject=bytes(AttestationObject.create("none", data, {})),
        )

    def get(self, options: dict[str, Any], *, origin: str, verified: bool = True) -> str:
        """`verified`: it asked for a finger, a face or a PIN."""
        said = client_data("webauthn.get", options["publicKey"]["challenge"], origin)
        data = bytes(AuthenticatorData.create(self.rp_hash, FLAG.UP | FLAG.UV if verified else FLAG.UP, 1))
        return self.answer(
            clientDataJSON=said,
            authenticatorData=data,
            signature=self.key.sign(data + sha256(said).digest(), ec.ECDSA(SHA256())),
            userHandle=self.owner,
        )

    @property
    def rp_hash(self) -> bytes:
        return sha256(self.host.encode()).digest()

    def answer(self, **response: bytes) -> str:
        name = text(self.id)
        parts = {part: text(value) for part, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": parts})


def client_data(kind: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()


def text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def padded(value: str) -> str:
    return value + "=" * (-len(value) % 4)
