import { type SendOutcome, UnconfirmedError, WirekitError } from "../../src/index.ts";
import type { ClientHarness } from "../../src/testing/index.ts";
import { cases } from "./case-names.ts";
import type { FakePeer } from "./fake-peer.ts";
import { referenceHarness } from "./harness.ts";
import type { ReferenceClient } from "./reference-client.ts";

type Outcomes = readonly SendOutcome[];

/** A bulk send whose outcomes are changed. */
const changed = (
  change: (outcomes: Outcomes) => Outcomes,
): Partial<ClientHarness<ReferenceClient, FakePeer>> => ({
  sendMany: async (client, count, options) =>
    change((await referenceHarness.sendMany?.(client, count, options)) ?? []),
});

const failed = (kind: "unconfirmed" | "not-sent", error: WirekitError) =>
  changed((outcomes) =>
    outcomes.map((outcome) => (outcome.kind === "delivered" ? outcome : { kind, error })),
  );

const nothing = new WirekitError("It was not sent", { code: "reference/not-sent" });

/** Bulk sends that break one promise each. */
export const brokenBulkSends = [
  {
    defect: "a bulk send forgets an outcome",
    caughtBy: cases.bulkCounts,
    broken: changed((outcomes) => outcomes.slice(1)),
  },
  {
    defect: "a bulk send tells of messages that went out as if they had not",
    caughtBy: cases.bulkNoAnswer,
    broken: failed("not-sent", nothing),
  },
  {
    defect: "a bulk send ignores its signal",
    caughtBy: cases.bulkAbort,
    broken: {
      sendMany: (client: ReferenceClient, count: number) => client.sendMany(Array(count).fill("hello")),
    },
  },
  {
    defect: "a bulk send says that what never left may have arrived",
    caughtBy: cases.bulkUnreachable,
    broken: failed("unconfirmed", new UnconfirmedError("The message")),
  },
  {
    defect: "a bulk send after the close rejects",
    caughtBy: cases.bulkAfterClose,
    broken: {
      sendMany: async (client: ReferenceClient, count: number) => {
        await client.send("hello");
        return client.sendMany(Array(count).fill("hello"));
      },
    },
  },
] as const;
