"""Makes an IAM user who may do something, and an access key of his, on moto: URL REGION."""
import json
import sys

import boto3

from lines import serve

url, region = sys.argv[1:3]
iam = boto3.client("iam", endpoint_url=url, region_name=region, aws_access_key_id="any", aws_secret_access_key="any")


def make(name, action):
    iam.create_user(UserName=name)
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
    iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"accessKeyId": key["AccessKeyId"], "secretAccessKey": key["SecretAccessKey"]}


serve({"make": make})
