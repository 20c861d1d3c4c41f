import process from "node:process";
import {
  ClosedError,
  ConfigError,
  TimeoutError,
  UnconfirmedError,
  type WaitOptions,
} from "../../src/index.ts";
import { type ClientHarness, type ClientOptions, clientConformance } from "../../src/testing/index.ts";
import {
  AlwaysWell,
  ClosesAtOnce,
  ClosesLate,
  ClosesWhatever,
  CountsCloses,
  IllWithoutReason,
  NeverDisposes,
  NeverWellAgain,
  OkAfterClose,
  OpensTimer,
  ReportsNothing,
  ReportsNotSent,
  StatsLater,
  StatsWithDate,
  StatsWithoutPending,
  ThrowsTypeError,
  TrustsItsHook,
  TrustsItsListeners,
  TrustsItsLogger,
} from "./broken-classes.ts";
import { cases } from "./case-names.ts";
import { FakePeer } from "./fake-peer.ts";
import { optionsOf, referenceHarness } from "./harness.ts";
import { ReferenceClient, type ReferenceOptions, type ReferenceStats } from "./reference-client.ts";

type Harness = ClientHarness<ReferenceClient, FakePeer>;

/** A client that breaks one promise of the contract, and the case that has to notice it. */
export interface BrokenClient {
  readonly defect: string;
  readonly caughtBy: string;
  readonly broken: Partial<Harness>;
}

/** Runs the case that has to notice the defect. It rejects if it does. */
export async function runCase({ caughtBy, broken }: BrokenClient): Promise<void> {
  const suite = clientConformance({ ...referenceHarness, ...broken, patienceMs: 1_500 });
  const found = suite.find(({ name }) => name === caughtBy);
  if (found === undefined) throw new Error(`there is no case "${caughtBy}"`);
  await found.run();
}

const made = (
  Class: new (options: ReferenceOptions) => ReferenceClient,
  change: (overrides: ClientOptions) => ClientOptions = (overrides) => overrides,
): Partial<Harness> => ({
  create: (peer, overrides) => new Class(optionsOf(peer, change(overrides))),
});

/** Replaces the error of a client that cannot be made. */
const refusing = (replace: (error: ConfigError, overrides: ClientOptions) => unknown): Partial<Harness> => ({
  create: (peer, overrides) => {
    try {
      return new ReferenceClient(optionsOf(peer, overrides));
    } catch (thrown) {
      throw thrown instanceof ConfigError ? replace(thrown, overrides) : thrown;
    }
  },
});

/** Replaces what a send rejects with. */
const failing = (replace: (thrown: unknown, options: WaitOptions) => unknown): Partial<Harness> => ({
  send: (client, options) =>
    client.send("hello", options).catch((thrown: unknown) => {
      throw replace(thrown, options);
    }),
});

const unconfirmedAs = (replace: (error: UnconfirmedError, options: WaitOptions) => unknown) =>
  failing((thrown, options) => (thrown instanceof UnconfirmedError ? replace(thrown, options) : thrown));

const without = (name: string) => (overrides: ClientOptions) => ({ ...overrides, [name]: undefined });

/** Counts answers, also those that come after the close. */
const countsLateAnswers: Partial<Harness> = {
  create: (peer, overrides) => {
    let answers = 0;
    const counted = {
      request: async (count: number) => {
        await peer.request(count);
        answers += 1;
      },
    } as FakePeer;
    class CountsAnswers extends ReferenceClient {
      override stats(): ReferenceStats {
        return { ...super.stats(), answers } as ReferenceStats;
      }
    }
    return new CountsAnswers(optionsOf(counted, overrides));
  },
};

/** Every promise of the contract, broken once. */
export const brokenClients: readonly BrokenClient[] = [
  {
    defect: "a constructor that reads a variable",
    caughtBy: cases.noVariable,
    broken: {
      create: (peer, overrides) =>
        new ReferenceClient(optionsOf(peer, { name: process.env.REFERENCE_NAME ?? "shop", ...overrides })),
    },
  },
  { defect: "a constructor that opens a timer", caughtBy: cases.opensNothing, broken: made(OpensTimer) },
  {
    defect: "a wrong number is taken",
    caughtBy: cases.wrongDuration,
    broken: made(ReferenceClient, without("requestTimeoutMs")),
  },
  {
    defect: "null is a TypeError",
    caughtBy: cases.wrongText,
    broken: refusing((error, { name }) => (name === null ? new TypeError("name is null") : error)),
  },
  {
    defect: "one fault is named at a time",
    caughtBy: cases.everyFault,
    broken: refusing(({ issues }) => new ConfigError(issues.slice(0, 1))),
  },
  {
    defect: "an error shows the value",
    caughtBy: cases.wrongDuration,
    broken: refusing(
      ({ issues }, { requestTimeoutMs }) =>
        new ConfigError(issues.map(({ path }) => ({ path, message: `must not be ${requestTimeoutMs}` }))),
    ),
  },
  {
    defect: "an unknown option is ignored",
    caughtBy: cases.everyFault,
    broken: made(ReferenceClient, without("noSuchOption")),
  },
  {
    defect: "a misspelt option gets no suggestion",
    caughtBy: cases.misspelt,
    broken: refusing(
      ({ issues }) => new ConfigError(issues.map(({ path }) => ({ path, message: "is not an option" }))),
    ),
  },
  {
    defect: "fromEnv reads the process's variables",
    caughtBy: cases.envOnly,
    broken: {
      fromEnv: {
        ...required(referenceHarness.fromEnv),
        create: (env, overrides) =>
          ReferenceClient.fromEnv({ ...process.env, ...env }, { peer: new FakePeer(), ...overrides }),
      },
    },
  },
  {
    defect: "fromEnv names options instead of variables",
    caughtBy: cases.envNames,
    broken: {
      fromEnv: {
        ...required(referenceHarness.fromEnv),
        create: (env, overrides) =>
          new ReferenceClient({ peer: new FakePeer(), name: env.REFERENCE_NAME as string, ...overrides }),
      },
    },
  },
  { defect: "stats() returns a promise", caughtBy: cases.counts, broken: made(StatsLater) },
  { defect: "counters do not add up", caughtBy: cases.counts, broken: made(StatsWithoutPending) },
  { defect: "stats() holds what is no plain data", caughtBy: cases.counts, broken: made(StatsWithDate) },
  { defect: "health() is silent", caughtBy: cases.resets, broken: made(AlwaysWell) },
  { defect: "health() never recovers", caughtBy: cases.resets, broken: made(NeverWellAgain) },
  { defect: "health() gives no reason", caughtBy: cases.unreachable, broken: made(IllWithoutReason) },
  { defect: "health() is ok after the close", caughtBy: cases.closed, broken: made(OkAfterClose) },
  {
    defect: "an abort before the send gets another reason",
    caughtBy: cases.abortBefore,
    broken: failing((thrown) => new Error("aborted", { cause: thrown })),
  },
  {
    defect: "an aborted signal is ignored",
    caughtBy: cases.abortBefore,
    broken: { send: (client) => client.send("hello") },
  },
  {
    defect: "an abort after the send gets the signal's reason",
    caughtBy: cases.abortAfter,
    broken: unconfirmedAs(({ cause }) => cause),
  },
  {
    defect: "the error of an abort has no cause",
    caughtBy: cases.abortAfter,
    broken: unconfirmedAs(() => new UnconfirmedError("The message")),
  },
  {
    defect: "a time-out after the send says that nothing was sent",
    caughtBy: cases.noAnswer,
    broken: unconfirmedAs(() => new TimeoutError("Sending", 500)),
  },
  {
    defect: "a time limit is ignored",
    caughtBy: cases.silent,
    broken: { send: (client, { signal }) => client.send("hello", { signal }) },
  },
  {
    defect: "a wrong time limit is taken",
    caughtBy: cases.wrongCallLimit,
    broken: { send: (client) => client.send("hello") },
  },
  {
    defect: "a broken connection says that nothing was sent",
    caughtBy: cases.resets,
    broken: unconfirmedAs(({ cause }) => cause),
  },
  {
    defect: "what never left may have arrived",
    caughtBy: cases.unreachable,
    broken: failing((cause) => new UnconfirmedError("The message", { cause })),
  },
  {
    defect: "a send after the close gets another error",
    caughtBy: cases.afterClose,
    broken: failing((thrown) => (thrown instanceof ClosedError ? new Error("closed") : thrown)),
  },
  { defect: "close() waits for the peer", caughtBy: cases.inTime, broken: made(ClosesLate) },
  { defect: "close() reports nothing", caughtBy: cases.reports, broken: made(ReportsNothing) },
  {
    defect: "close() reports what went out as not sent",
    caughtBy: cases.inTime,
    broken: made(ReportsNotSent),
  },
  {
    defect: "close() reports something else each time",
    caughtBy: cases.oneReport,
    broken: made(CountsCloses),
  },
  { defect: "close() gives up what was sent", caughtBy: cases.endsSends, broken: made(ClosesAtOnce) },
  { defect: "close() ignores a wrong limit", caughtBy: cases.wrongCloseLimit, broken: made(ClosesWhatever) },
  { defect: "a wrong limit is a TypeError", caughtBy: cases.wrongCloseLimit, broken: made(ThrowsTypeError) },
  { defect: "disposal does not close", caughtBy: cases.disposed, broken: made(NeverDisposes) },
  { defect: "a late answer is counted", caughtBy: cases.reports, broken: countsLateAnswers },
  { defect: "a logger that throws fails a send", caughtBy: cases.logger, broken: made(TrustsItsLogger) },
  { defect: "a hook that throws fails a send", caughtBy: cases.hook, broken: made(TrustsItsHook) },
  {
    defect: "a listener that throws fails a send",
    caughtBy: cases.listener,
    broken: made(TrustsItsListeners),
  },
];

/**
 * Clients whose fault only the process sees. Jest keeps its events from the tests, so that these run without
 * Jest.
 */
export const brokenInProcess: readonly BrokenClient[] = [
  {
    defect: "a logger that rejects ends the process",
    caughtBy: cases.loggerRejects,
    broken: made(TrustsItsLogger),
  },
  {
    defect: "a hook that rejects ends the process",
    caughtBy: cases.hookRejects,
    broken: made(TrustsItsHook),
  },
  {
    defect: "a rejection is not handled",
    caughtBy: cases.unreachable,
    broken: failing((thrown) => {
      void Promise.reject(new Error("not handled"));
      return thrown;
    }),
  },
];

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the reference client reads variables");
  return value;
}
