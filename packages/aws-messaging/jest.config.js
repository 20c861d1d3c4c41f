import shared from "@wirekit/jest-config";
import { withEveryStatementTested } from "@wirekit/jest-config/coverage";

/** Modules of types alone: there is nothing in them to run. */
const typesOnly = [
  "consume-options",
  "encryption/key-provider",
  "event-handler",
  "large-bodies/body-store",
  "messaging-options",
  "publish-options",
  "sns-api",
  "sqs-admin-api",
];

export default withEveryStatementTested({
  ...shared,
  collectCoverageFrom: [...shared.collectCoverageFrom, ...typesOnly.map((name) => `!src/${name}.ts`)],
});
