import { expect, it } from "@jest/globals";
import { readServiceUrl } from "./service-url.ts";

it.each([
  ["http://localhost:9324", "http://localhost:9324"],
  ["http://localhost:9324/", "http://localhost:9324"],
  ["http://127.0.0.1:4566/000000000000", "http://127.0.0.1:4566/000000000000"],
  ["http://localhost:9324/queue//", "http://localhost:9324/queue"],
  ["https://amazonaws.com.example.org", "https://amazonaws.com.example.org"],
])("puts the queues of another service right behind the base: %s", (url, queuesBase) => {
  expect(readServiceUrl(url)).toEqual({ endpoint: new URL(url).origin, queuesBase, region: undefined });
});

it.each([
  ["https://sqs.eu-west-1.amazonaws.com", "eu-west-1"],
  ["https://sqs.eu-west-1.amazonaws.com/", "eu-west-1"],
  ["https://sqs.cn-north-1.amazonaws.com.cn", "cn-north-1"],
  ["https://sqs.us-gov-west-1.amazonaws.com", "us-gov-west-1"],
  ["https://sqs.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"],
  ["https://sqs.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1"],
  ["https://sqs.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1"],
  ["https://sqs.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1"],
  ["https://sqs.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"],
  ["https://sqs.us-iso-east-1.api.aws.ic.gov", "us-iso-east-1"],
  ["https://sqs-fips.us-east-1.amazonaws.com", "us-east-1"],
  ["https://sqs.eu-west-1.api.aws", "eu-west-1"],
  ["https://vpce-0a1b-2c3d.sqs.ap-southeast-2.vpce.amazonaws.com", "ap-southeast-2"],
  ["https://eu-west-1.queue.amazonaws.com", "eu-west-1"],
  ["https://queue.amazonaws.com", undefined],
])("leaves it to SQS where the queues are when AWS's host has no account behind it: %s", (url, region) => {
  expect(readServiceUrl(url)).toEqual({ endpoint: new URL(url).origin, queuesBase: undefined, region });
});

it("puts queues behind the account where the base ends in it", () => {
  expect(readServiceUrl("https://sqs.eu-west-1.amazonaws.com/123456789012/")).toEqual({
    endpoint: "https://sqs.eu-west-1.amazonaws.com",
    queuesBase: "https://sqs.eu-west-1.amazonaws.com/123456789012",
    region: "eu-west-1",
  });
});

it.each([
  ["", "http(s)"],
  ["localhost:9324", "http(s)"],
  ["sqs://localhost", "http(s)"],
  ["http://user:secret@localhost", "without user name"],
  ["http://localhost?secret", "without query"],
  ["http://localhost#secret", "without query"],
  ["https://sqs.eu-west-1.amazonaws.com/123456789012/secret", "base URL"],
  ["https://sqs.eu-west-1.amazonaws.com/1234/", "base URL"],
])("refuses %j, and says what was expected but not what was given", (url, expected) => {
  expect(() => readServiceUrl(url)).toThrow(expected);
  expect(() => readServiceUrl(url)).not.toThrow("secret");
});
