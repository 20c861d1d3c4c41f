"""Invokes a function with boto3: ENDPOINT REGION ACCESS_KEY_ID SECRET_ACCESS_KEY."""
import json
import sys

import boto3

from lines import serve

endpoint, region, key_id, secret = sys.argv[1:5]
client = boto3.client(
    "lambda", endpoint_url=endpoint, region_name=region, aws_access_key_id=key_id, aws_secret_access_key=secret
)


def invoke(arn, message):
    answer = client.invoke(FunctionName=arn, InvocationType="RequestResponse", Payload=json.dumps(message))
    return json.loads(answer["Payload"].read())


serve({"invoke": invoke})
