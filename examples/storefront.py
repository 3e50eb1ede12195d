"""A storefront's part of the conversation, on Python's standard library alone: register, order, refund, summary.

Run it against the demo: `python examples/storefront.py` (reads .data/demo.http.env), or set GUANXI, CLIENT_ID and CLIENT_SECRET.
"""

import base64
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

PATIENCE = 5  # tries of one call


class Refused(Exception):
    """The answer is a problem (RFC 9457); decide by problem["code"]."""

    def __init__(self, problem):
        super().__init__(f"{problem['code']}: {problem['detail']}")
        self.problem = problem


class Guanxi:
    """A client of the API that keeps its token fresh and repeats what may be repeated."""

    def __init__(self, base, client_id, client_secret):
        self.base, self.client_id, self.client_secret = base, client_id, client_secret
        self.token, self.token_ends = "", 0.0

    def get(self, path, **query):
        return self.call("GET", f"{path}?{urllib.parse.urlencode(query)}" if query else path)

    def post(self, path, body, key=None):
        """Do something once. key: keep it with your own order and send it again when you do not know whether the call arrived."""
        return self.call("POST", path, body, key or str(uuid.uuid4()))

    def put(self, path, body):
        return self.call("PUT", path, body)

    def call(self, method, path, body=None, key=""):
        for attempt in range(1, PATIENCE + 1):
            try:
                return self._send(method, path, body, key)
            except urllib.error.HTTPError as answer:
                problem = json.load(answer)
                may_repeat = answer.code in (429, 503) or problem["code"] == "idempotency_in_progress"
                if not may_repeat or attempt == PATIENCE:
                    raise Refused(problem) from None
                time.sleep(int(answer.headers.get("Retry-After") or attempt))
            except urllib.error.URLError:  # no answer: the same key makes it safe to ask again
                if attempt == PATIENCE:
                    raise
                time.sleep(attempt)

    def _send(self, method, path, body, key):
        headers = {"Authorization": f"Bearer {self._fresh_token()}", "Accept-Language": "en"}
        if key:
            headers["Idempotency-Key"] = key
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def _fresh_token(self):
        if time.time() > self.token_ends - 60:
            pair = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
            request = urllib.request.Request(
                f"{self.base}/oauth/token", b"grant_type=client_credentials", {"Authorization": f"Basic {pair}"}
            )
            with urllib.request.urlopen(request, timeout=30) as answer:
                said = json.load(answer)
            self.token, self.token_ends = said["access_token"], time.time() + said["expires_in"]
        return self.token


def from_environment(store="S001"):
    """The address and a store's client: of the environment, else of the demo. CLIENT_ID and CLIENT_SECRET are S001's."""
    kept = Path(__file__).resolve().parents[1] / os.environ.get("DATA_DIR", ".data") / "demo.http.env"
    lines = kept.read_text().splitlines() if kept.exists() else []
    known = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")) | os.environ
    ours = "CLIENT" if store == "S001" and "CLIENT_ID" in os.environ else f"{store}_CLIENT"
    return Guanxi(known.get("GUANXI", "http://127.0.0.1:8000/api/v1"), known[f"{ours}_ID"], known[f"{ours}_SECRET"])


def main():
    shop = from_environment()
    now = datetime.now(UTC)
    phone = f"139{now:%H%M%S}{now.microsecond // 10000:02d}"
    order_no = f"EX-{uuid.uuid4().hex[:8]}"

    # Somebody has typed the code we sent to their phone: register them, or find who they are.
    identity = {"provider": "phone", "external_id": phone, "verified_at": now.isoformat()}
    policy = {"purpose": "policy", "policy_version": "v1"}
    one_id = shop.post("/members", {"channel": "web", "identities": [identity], "consents": [policy]})["one_id"]
    print("member", one_id)

    # They pay ¥299.90 for a jacket; the key is our order's, so a repeated call cannot make two.
    order = {
        "order_no": order_no,
        "version": 1,
        "member": {"one_id": one_id},
        "status": "paid",
        "channel": "web",
        "currency": "CNY",
        "paid_minor": 29990,
        "placed_at": (now - timedelta(minutes=5)).isoformat(),
        "paid_at": now.isoformat(),
        "lines": [{"line_no": 1, "sku": "JKT-M", "name": "Jacket M", "quantity": 1, "unit_price_minor": 29990, "paid_minor": 29990}],
    }
    print("order", shop.post("/orders", order, key=f"{order_no}:1"))
    print("again", shop.post("/orders", order, key=f"{order_no}:1"))

    # It arrives: the whole order again, with a higher version.
    done = {**order, "version": 2, "status": "completed", "completed_at": now.isoformat()}
    print("completed", shop.post("/orders", done, key=f"{order_no}:2"))

    # It is too small: ¥299.90 goes back.
    refund = {
        "after_sale_no": f"AS-{order_no}",
        "version": 1,
        "order_no": order_no,
        "kind": "return",
        "status": "refunded",
        "currency": "CNY",
        "refund_minor": 29990,
        "applied_at": now.isoformat(),
        "settled_at": now.isoformat(),
        "lines": [{"line_no": 1, "quantity": 1, "refund_minor": 29990}],
    }
    print("refund", shop.post("/after-sales", refund, key=f"AS-{order_no}:1"))

    # What to show the member.
    [order] = shop.get(f"/members/{one_id}/orders")["data"]
    print("refunded", order["refunded_minor"])
    print("summary", json.dumps(shop.get(f"/members/{one_id}/summary"), ensure_ascii=False))

    # Refusals are told apart by their code.
    try:
        shop.post("/orders", {**done, "version": 1, "status": "paid"})
    except Refused as refused:
        print("refused", refused.problem["code"])


if __name__ == "__main__":
    main()
