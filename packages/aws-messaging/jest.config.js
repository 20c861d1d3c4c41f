import shared from "@wirekit/jest-config";

/** Modules of types alone: there is nothing in them to run. */
const typesOnly = [
  "consume-options",
  "encryption/key-provider",
  "event-handler",
  "messaging-options",
  "publish-options",
  "sns-api",
  "sqs-admin-api",
];

/** @type {import("jest").Config} */
export default {
  ...shared,
  collectCoverageFrom: [...shared.collectCoverageFrom, ...typesOnly.map((name) => `!src/${name}.ts`)],
};
