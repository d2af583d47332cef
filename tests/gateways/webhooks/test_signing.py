"""Signatures are those of Standard Webhooks, by its reference vector and by another program."""

from __future__ import annotations

import base64
import subprocess
from datetime import UTC, datetime

from contactcenter.gateways.webhooks.signing import signed_headers

# The vector of the specification's reference libraries (github.com/standard-webhooks/standard-webhooks).
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_reference_vector() -> None:
    headers = signed_headers(message_id=MESSAGE, at=AT, body=BODY, secrets=[SECRET])
    assert headers == {"webhook-id": MESSAGE, "webhook-timestamp": "1614265330", "webhook-signature": SIGNATURE}


def test_two_secrets_give_two_signatures_as_openssl_makes_them() -> None:
    other = "whsec_" + base64.b64encode(b"another secret of thirty-two b..").decode()
    headers = signed_headers(message_id=MESSAGE, at=AT, body=BODY, secrets=[other, SECRET])
    key = base64.b64decode(other.removeprefix("whsec_")).hex()
    mac = subprocess.run(
        ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key}", "-binary"],
        input=f"{MESSAGE}.1614265330.".encode() + BODY,
        capture_output=True,
        check=True,
    ).stdout
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()} {SIGNATURE}"
