import { expect, it } from "@jest/globals";
import { withoutKeys } from "./without-keys.ts";

const key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const token = `IQoJb3JpZ2luX2VjE${"aB3/".repeat(60)}==`;

it.each([
  [`could not parse ${key}`, "could not parse [redacted]"],
  [
    `{"SecretAccessKey":"${key}","SessionToken": "${token}"}`,
    '{"SecretAccessKey":"[redacted]","SessionToken": "[redacted]"}',
  ],
  [`aws_secret_access_key = ${key}\n`, "aws_secret_access_key = [redacted]\n"],
  ['{\\"Token\\":\\"short-but-a-secret\\"}', '{\\"Token\\":\\"[redacted]\\"}'],
  ["secret_key=0123456789abcdef01234567", "secret_key=[redacted]"],
])("hides the keys in %p", (text, shown) => {
  expect(withoutKeys(text)).toBe(shown);
});

it.each([
  "Could not read /home/someone/Projects/An-Application-2/with/a/long/path/.aws/credentials",
  "arn:aws:iam::123456789012:role/a-role-with-a-name",
  "connect ECONNREFUSED 169.254.169.254:80",
  "The security token: expired",
  "AKIAIOSFODNN7EXAMPLE is not authorized",
])("leaves %p as it is", (text) => {
  expect(withoutKeys(text)).toBe(text);
});
