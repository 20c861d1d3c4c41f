import assert from "node:assert/strict";
import process from "node:process";
import type { Client } from "../../contract.ts";
import { ConfigError } from "../../errors/config-error.ts";
import { isWithin } from "../../kit/faults.ts";
import type { ConformanceCase } from "../conformance-case.ts";
import { account } from "./accounts.ts";
import type { ClientHarness, ClientOptions, ConformancePeer, OptionNames } from "./harness.ts";
import { inTime, withPeer } from "./stage.ts";
import { watchProcess } from "./watch-process.ts";

/** Stands in options and variables that are wrong, and must stand in no error. */
const secret = "hunter2-hunter2";

const wrongValues: { readonly [Kind in keyof Required<OptionNames>]: readonly unknown[] } = {
  durations: [null, Number.NaN, -1, 2 ** 31, "1", secret, {}, [], true],
  numbers: [null, Number.NaN, -1, "1", secret, {}, [], true],
  texts: [null, 1, "", " ", {}, [], true],
  functions: [null, 1, secret, {}, []],
  objects: [null, 1, secret, true],
};

/** What the contract says of making a client. */
export function constructionCases(harness: ClientHarness): ConformanceCase[] {
  const create = async (peer: ConformancePeer, overrides: ClientOptions) => harness.create(peer, overrides);
  const kinds = Object.keys(wrongValues) as (keyof OptionNames)[];
  const wrongOptions = kinds.flatMap((kind) =>
    (harness.options[kind] ?? []).map((name) => ({ name, values: wrongValues[kind] })),
  );

  const cases: ConformanceCase[] = [
    {
      name: "reads no variable where it is made",
      run: () =>
        withPeer(harness, async (peer) => {
          const { made, read } = recordingVariables(() => create(peer, {}));
          await close(harness, await made);
          assert.deepEqual(read, [], "variables were read");
        }),
    },
    ...wrongOptions.map(({ name, values }) => ({
      name: `refuses ${name} where it is wrong, by its name`,
      run: () =>
        withPeer(harness, async (peer) => {
          for (const value of values) {
            const error = await refusal(
              harness,
              () => create(peer, nested(name, value)),
              `${name}: ${shown(value)}`,
            );
            assertNames(error, [name]);
          }
        }),
    })),
    {
      name: "names every fault at once, and shows no value",
      run: () =>
        withPeer(harness, async (peer) => {
          const names = wrongOptions.map(({ name }) => name).filter((name) => !name.includes("."));
          const all = Object.fromEntries(names.map((name) => [name, null]));
          const error = await refusal(
            harness,
            () => create(peer, { ...all, noSuchOption: secret }),
            "everything wrong",
          );
          assertNames(error, [...names, "noSuchOption"]);
        }),
    },
    ...misspelt(wrongOptions.map(({ name }) => name)).map(({ wrong, right }) => ({
      name: `names ${right} where it is misspelt`,
      run: () =>
        withPeer(harness, async (peer) => {
          const error = await refusal(harness, () => create(peer, nested(wrong, 1)), wrong);
          assertNames(error, [wrong]);
          const meant = right.slice(right.lastIndexOf(".") + 1);
          assert.ok(error.message.includes(meant), `must suggest ${meant}: ${error.message}`);
        }),
    })),
  ];
  return [...cases, ...(harness.send === undefined ? [] : [opensNothing(harness)]), ...envCases(harness)].map(
    ({ name, run }) => ({ name, run: () => watchProcess(run) }),
  );
}

/** A consumer starts when it is made; what sends waits for its first message. */
function opensNothing(harness: ClientHarness): ConformanceCase {
  return {
    name: "opens nothing where it is made",
    run: () =>
      withPeer(harness, async (peer) => {
        const before = resources();
        const made = harness.create(peer, {});
        const after = resources();
        await close(harness, await made);
        assert.deepEqual(after, before, "a timer or a connection was opened");
        assert.equal(peer.received(), 0);
      }),
  };
}

/** What keeps the process alive, by kind. */
function resources(): string[] {
  return process.getActiveResourcesInfo().sort();
}

function envCases(harness: ClientHarness): ConformanceCase[] {
  const { fromEnv } = harness;
  if (fromEnv === undefined) return [];
  return [
    {
      name: "fromEnv reads the environment that it is given, and no other",
      run: async () => {
        const { made, read } = recordingVariables(async () => fromEnv.create(fromEnv.env, {}));
        const client = await made;
        account(harness, client);
        await close(harness, client);
        assert.deepEqual(read, [], "variables of the process were read");
      },
    },
    ...fromEnv.bad.map(({ env, names }) => ({
      name: `fromEnv names ${names.join(", ")} where the environment is wrong, and shows no value`,
      run: async () => {
        const error = await refusal(harness, async () => fromEnv.create(env, {}), `with ${names}`);
        assertNames(error, names);
        const text = textOf(error);
        for (const value of Object.values(env)) {
          const isTelling = value !== undefined && value.trim().length > 3;
          assert.ok(!isTelling || !text.includes(value), "the error shows the value of a variable");
        }
      },
    })),
  ];
}

/**
 * Runs `make` while reads of `process.env` are noted; only what it does at once, before it waits for
 * anything.
 */
function recordingVariables<T>(make: () => Promise<T>): {
  readonly made: Promise<T>;
  readonly read: string[];
} {
  const read: string[] = [];
  const variables = process.env;
  process.env = new Proxy(variables, {
    get: (target, name) => {
      read.push(String(name));
      return Reflect.get(target, name);
    },
    has: (target, name) => {
      read.push(String(name));
      return Reflect.has(target, name);
    },
    ownKeys: (target) => {
      read.push("all variables");
      return Reflect.ownKeys(target);
    },
  });
  try {
    return { made: make(), read };
  } finally {
    process.env = variables;
  }
}

/** The `ConfigError` with which a client is refused. One that is made after all is closed. */
async function refusal(
  harness: ClientHarness,
  make: () => Promise<Client<unknown>>,
  what: string,
): Promise<ConfigError> {
  let made: Client<unknown>;
  try {
    made = await make();
  } catch (thrown) {
    assert.ok(thrown instanceof ConfigError, `${what} must be refused with a ConfigError, not ${thrown}`);
    assert.ok(!textOf(thrown).includes(secret), `the error shows a value: ${thrown.message}`);
    return thrown;
  }
  await close(harness, made);
  return assert.fail(`${what} was accepted`);
}

async function close(harness: ClientHarness, client: Client<unknown>): Promise<void> {
  await inTime(harness, "close", client.close({ timeoutMs: 100 }));
}

function assertNames({ issues }: ConfigError, names: readonly string[]): void {
  for (const name of names) {
    const isNamed = issues.some(({ path }) => isWithin(path, name));
    assert.ok(isNamed, `must name ${name}, and names ${issues.map(({ path }) => path).join(", ")}`);
  }
}

const textOf = (error: ConfigError): string =>
  `${error.stack} ${error.message} ${shown(error.details)} ${shown(error.issues)}`;

const shown = (value: unknown): string => (typeof value === "number" ? String(value) : JSON.stringify(value));

/** One misspelt name for each object that has options: its longest name without a letter in the middle. */
function misspelt(names: readonly string[]): { readonly wrong: string; readonly right: string }[] {
  const longest = new Map<string, string>();
  for (const name of names) {
    const root = name.slice(0, Math.max(0, name.lastIndexOf(".")));
    if (name.length > (longest.get(root)?.length ?? 5)) longest.set(root, name);
  }
  return [...longest.values()].map((right) => ({
    right,
    wrong: `${right.slice(0, -3)}${right.slice(-2)}`,
  }));
}

function nested(path: string, value: unknown): ClientOptions {
  const [root = path, ...members] = path.split(".");
  return { [root]: members.length === 0 ? value : nested(members.join("."), value) };
}
