import { afterEach, beforeEach, describe } from "@jest/globals";
import { describeConsuming } from "./consuming.ts";
import type { ContractBus, ContractTraits } from "./contract-bus.ts";
import { describeFaults } from "./faults.ts";
import { describeOnceOnly } from "./once-only.ts";
import { describeReceiving } from "./receiving.ts";
import { describeRefusals } from "./refusals.ts";
import { describeTracing } from "./tracing.ts";

/**
 * What every bus promises, as tests. One suite, so that a service which is tested on one bus can rely on the
 * others.
 */
export function describeMessageBusContract(
  name: string,
  open: () => Promise<ContractBus>,
  traits: ContractTraits,
): void {
  describe(`the contract of a message bus, kept by ${name}`, () => {
    let subject: ContractBus;

    beforeEach(async () => {
      subject = await open();
    });

    afterEach(async () => {
      await subject.close();
    });

    const current = () => subject;
    describeReceiving(current, traits);
    describeConsuming(current, traits);
    describeFaults(current);
    describeRefusals(current);
    describeOnceOnly(current, traits);
    describeTracing(current);
  });
}
