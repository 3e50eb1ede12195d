"""A receiver of our webhooks: checks the signature over the raw body, drops what it has seen, answers before it works.

    pip install standardwebhooks
    WEBHOOK_SECRET=whsec_... python examples/webhook_receiver.py 9000

The secret is shown in the back office where the webhook is made.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

seen = set()  # ids of messages; a real receiver keeps them in its database


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            Webhook(os.environ["WEBHOOK_SECRET"]).verify(body, {name.lower(): value for name, value in self.headers.items()})
        except WebhookVerificationError:
            return self.answer(401)
        message_id = self.headers["webhook-id"]
        if message_id in seen:  # delivered at least once, so sometimes twice
            return self.answer(204)
        seen.add(message_id)
        self.answer(204)
        handle(json.loads(body))

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments):
        pass


def handle(message):
    """Payloads carry ids only: ask the API for what you need, `GET /members/{one_id}` for example."""
    print(message["type"], json.dumps(message["data"]), flush=True)


def main():
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 9000), Receiver)
    print("listening on", server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
