import shared from "@wirekit/jest-config";
import { withEveryStatementTested } from "@wirekit/jest-config/coverage";

/** Modules of types alone: there is nothing in them to run. */
const typesOnly = [
  "connection/sns-api",
  "connection/sqs-admin-api",
  "consuming/event-handler",
  "encryption/key-provider",
  "large-bodies/body-store",
  "publishing/publish-options",
];

export default withEveryStatementTested({
  ...shared,
  // Tests that only wait do so side by side, and so do files: one of two cores would stand idle.
  maxWorkers: 2,
  maxConcurrency: 3,
  collectCoverageFrom: [...shared.collectCoverageFrom, ...typesOnly.map((name) => `!src/${name}.ts`)],
});
