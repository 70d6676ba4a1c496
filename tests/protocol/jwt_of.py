"""JSON Web Tokens (RFC 7519) as another system would sign them, HS256 (RFC 7518, section 3.2)."""

import base64
import hashlib
import hmac
import json


def _part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def signed(key, claims):
    head = _part(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    text = head + b"." + _part(json.dumps(claims).encode())
    return (text + b"." + _part(hmac.digest(key, text, hashlib.sha256))).decode()
