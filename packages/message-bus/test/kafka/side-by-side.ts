import { AsyncLocalStorage } from "node:async_hooks";
import { afterEach, it } from "@jest/globals";

type Cleanup = () => unknown;

/** What the test that runs has opened. */
const opened = new AsyncLocalStorage<Cleanup[]>();
const openedByOthers: Cleanup[] = [];

afterEach(() => closeAll(openedByOthers));

/** Has something ended when the test is over, whatever became of it: clients before their broker. */
export function atTheEnd(cleanup: Cleanup): void {
  (opened.getStore() ?? openedByOthers).push(cleanup);
}

async function closeAll(cleanups: Cleanup[]): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

/** How many tests of a file wait at the same time. */
const atOnce = 8;

interface Test {
  readonly name: string;
  readonly run: () => Promise<unknown>;
  readonly outcome: PromiseWithResolvers<void>;
}

const tests: Test[] = [];
let isStarted = false;

/**
 * As `it`, for tests that wait more than they compute: those of one file run side by side. Each has a broker
 * of its own.
 */
export function itSideBySide(name: string, run: () => Promise<unknown>): void {
  const test = { name, run, outcome: withResolvers() };
  tests.push(test);
  it(name, () => {
    startAll();
    return test.outcome.promise;
  }, 120_000);
}

/** As `it.each`. */
export function eachSideBySide<Row>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
  run: (row: Row) => Promise<unknown>,
): void {
  for (const row of rows) itSideBySide(nameOf(row), () => run(row));
}

function startAll(): void {
  if (isStarted) return;
  isStarted = true;
  const waiting = [...tests];
  const work = async () => {
    for (let test = waiting.shift(); test !== undefined; test = waiting.shift()) {
      const { run, outcome } = test;
      await opened.run([], () => runOne(run)).then(outcome.resolve, outcome.reject);
    }
  };
  for (let count = 0; count < atOnce; count += 1) void work();
}

async function runOne(run: () => Promise<unknown>): Promise<void> {
  const cleanups = opened.getStore() ?? [];
  try {
    await run();
  } finally {
    await closeAll(cleanups);
  }
}

type PromiseWithResolvers<T> = {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
};

function withResolvers(): PromiseWithResolvers<void> {
  let resolve: () => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // Its test is told of it, perhaps later than it happens.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
