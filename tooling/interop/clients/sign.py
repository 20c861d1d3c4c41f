"""Signs requests with botocore's own code: a JSON list on standard input, a JSON list of headers on standard output."""
import datetime
import json
import sys

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def sign(case):
    now = datetime.datetime.fromisoformat(case["date"])

    class Frozen(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return now.replace(tzinfo=None)

        @classmethod
        def now(cls, tz=None):
            return now if tz else now.replace(tzinfo=None)

    botocore.auth.datetime = type("frozen", (), {"datetime": Frozen, "timezone": datetime.timezone, "timedelta": datetime.timedelta})
    if hasattr(botocore.auth, "get_current_datetime"):
        botocore.auth.get_current_datetime = lambda remove_tzinfo=True: now.replace(tzinfo=None) if remove_tzinfo else now
    request = AWSRequest(method="POST", url=case["url"], data=case["body"].encode(), headers={"Content-Type": "application/json"})
    credentials = Credentials(case["accessKeyId"], case["secretAccessKey"], case.get("sessionToken"))
    botocore.auth.SigV4Auth(credentials, "lambda", case["region"]).add_auth(request)
    return dict(request.headers.items())


json.dump([sign(case) for case in json.load(sys.stdin)], sys.stdout)
