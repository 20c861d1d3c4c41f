import { expect, it } from "@jest/globals";
import { Faults } from "../kit/index.ts";
import { dnsSuffixOf, formatArn, isAwsHost, parseArn, partitionOf, regionOption } from "./arn.ts";

it.each([
  ["eu-west-1", "aws", "amazonaws.com"],
  ["mx-central-1", "aws", "amazonaws.com"],
  ["cn-north-1", "aws-cn", "amazonaws.com.cn"],
  ["us-gov-west-1", "aws-us-gov", "amazonaws.com"],
  ["us-iso-east-1", "aws-iso", "c2s.ic.gov"],
  ["us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov"],
  ["eu-isoe-west-1", "aws-iso-e", "cloud.adc-e.uk"],
  ["us-isof-south-1", "aws-iso-f", "csp.hci.ic.gov"],
  ["eusc-de-east-1", "aws-eusc", "amazonaws.eu"],
])("puts the region %s into the partition %s", (region, partition, dnsSuffix) => {
  expect(partitionOf(region)).toBe(partition);
  expect(dnsSuffixOf(region)).toBe(dnsSuffix);
  expect(isAwsHost(`sqs.${region}.${dnsSuffix}`)).toBe(true);
  expect([dnsSuffix, `${dnsSuffix}.example.org`, `not-${dnsSuffix}`].filter(isAwsHost)).toEqual([]);
  const arn = formatArn({ service: "sqs", region, accountId: "123456789012", resource: "orders" });
  expect(arn).toBe(`arn:${partition}:sqs:${region}:123456789012:orders`);
  expect(parseArn(arn)).toEqual({
    partition,
    service: "sqs",
    region,
    accountId: "123456789012",
    resource: "orders",
  });
  const faults = new Faults();
  expect(regionOption.required(region, "region", faults)).toBe(region);
  faults.throwIfAny();
});

it("reads ARNs without region or account, and resources with colons", () => {
  expect(parseArn("arn:aws:s3:::bucket")).toMatchObject({ region: "", accountId: "", resource: "bucket" });
  expect(parseArn("arn:aws:iam::123456789012:role/a")).toMatchObject({ resource: "role/a" });
  expect(parseArn("arn:aws:lambda:eu-west-1:123456789012:function:f:live")).toMatchObject({
    resource: "function:f:live",
  });
});

it.each([
  "",
  "orders",
  "arn:aws:sqs",
  "arn:aws:sqs:eu-west-1:12:orders",
  "arn:aws:sqs:eu-west-1:123456789012:",
])("takes %j for no ARN", (text) => expect(parseArn(text)).toBeUndefined());

it.each([undefined, null, "", "eu", "eu-west-1\n", "EU-WEST-1", 7])("takes %j for no region", (value) => {
  const faults = new Faults();
  regionOption.required(value, "region", faults);
  expect(faults.issues).toMatchObject([{ path: "region" }]);
});
