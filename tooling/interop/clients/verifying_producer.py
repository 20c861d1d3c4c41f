"""A Kindo Producer that recomputes every signature with botocore's own code: ACCESS_KEY_ID SECRET_ACCESS_KEY REGION."""
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from lines import serve

key_id, secret, region = sys.argv[1:4]
signer = SigV4Auth(Credentials(key_id, secret), "lambda", region)
counts = {"accepted": 0, "refused": 0}
bodies = []
lock = threading.Lock()


def is_signed(handler, body):
    scheme, _, rest = handler.headers.get("Authorization", "").partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    signed = parts["SignedHeaders"].split(";")
    request = AWSRequest(
        method=handler.command,
        url=f"http://{handler.headers['Host']}{handler.path}",
        data=body,
        headers={name: handler.headers[name] for name in signed if name != "host"},
    )
    request.context["timestamp"] = handler.headers["X-Amz-Date"]
    canonical = signer.canonical_request(request)
    expected = signer.signature(signer.string_to_sign(request, canonical), request)
    return scheme == "AWS4-HMAC-SHA256" and parts["Credential"] == signer.scope(request) and parts["Signature"] == expected


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        accepted = is_signed(self, body)
        with lock:
            counts["accepted" if accepted else "refused"] += 1
            tracking_id = f"t-{counts['accepted']}"
            if accepted:
                bodies.append(body.decode())
        answer = {"tracking_id": tracking_id} if accepted else {"Message": "The signature does not match"}
        text = json.dumps(answer).encode()
        self.send_response(200 if accepted else 403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
serve({"port": lambda: server.server_address[1], "seen": lambda: {"counts": counts, "bodies": bodies}})
