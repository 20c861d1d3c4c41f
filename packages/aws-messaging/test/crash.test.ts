import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import type { Answer } from "@wirekit/devstack/aws";
import { runTypeScript } from "@wirekit/test-support/run-typescript";
import { scale } from "@wirekit/test-support/scale";
import type { AwsMessaging } from "../src/index.ts";
import { crashProgram, type Step } from "./crash-program.ts";
import { numbers, OrderPlaced, placedAt, startFixture, until } from "./messaging-fixture.ts";

const packageDirectory = fileURLToPath(new URL("..", import.meta.url));
const topics = ["orders", "orders.fifo"] as const;
const queues = { orders: "test-orders-queue", "orders.fifo": "test-orders-queue.fifo" };
const groups = 3;
const count = scale({ small: 24, full: 240 });
/**
 * How long a message that died with its process stays away. Short, and yet longer than a busy machine holds
 * up a renewal.
 */
const visibilityMs = 4_000;

/** What one test has to itself: they wait side by side. */
interface Stage {
  readonly fixture: Awaited<ReturnType<typeof startFixture>>;
  readonly accountFile: string;
  /** Whether the process was killed from outside. */
  hasKilled: boolean;
}

async function onStage(play: (stage: Stage) => Promise<void>): Promise<void> {
  const fixture = await startFixture();
  const directory = await mkdtemp(join(tmpdir(), "wirekit-crash-"));
  try {
    await publishAll(fixture.messaging());
    await play({ fixture, accountFile: join(directory, "account"), hasKilled: false });
  } finally {
    await fixture.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function publishAll(messaging: AwsMessaging): Promise<void> {
  for (const topic of topics) {
    await messaging.provision(topic, { maxReceiveCount: 1_000 });
    const events = numbers(count).map((n) => ({
      event: { n, placed_at: placedAt },
      ...(topic === "orders.fifo" && { groupId: `g${n % groups}` }),
    }));
    const outcomes = await messaging.publishBatch({ topic, schema: OrderPlaced }, events);
    expect(outcomes.every(({ kind }) => kind === "delivered")).toBe(true);
  }
}

/** One message that a process has handled. */
interface Done {
  readonly topic: string;
  readonly n: number;
  readonly messageId: string;
}

/** Runs the process that does not live to the end. */
async function runProcess(stage: Stage, step: Step) {
  const {
    fixture: { aws },
    accountFile,
  } = stage;
  const { exitCode } = await runTypeScript(crashProgram, {
    packageDirectory,
    env: {
      STEP: step,
      ACCOUNT: accountFile,
      VISIBILITY_MS: String(visibilityMs),
      ENDPOINT_URL: aws.endpointUrl,
      AWS_REGION_NAME: aws.regionName,
      AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
    },
  });
  const lines = (await readFile(accountFile, "utf8")).trimEnd().split("\n");
  const facts = lines.map((line) => line.split(" "));
  return {
    exitCode,
    // Not by a fault of its own.
    isEndedByUs: stage.hasKilled || facts.some(([what]) => what === "ends"),
    done: facts.flatMap(([what, topic = "", n, messageId = ""]): Done[] =>
      what === "done" ? [{ topic, n: Number(n), messageId }] : [],
    ),
    deleted: new Set(facts.flatMap(([what, id = ""]) => (what === "deleted" ? [id] : []))),
  };
}

/** A second client handles what is left, until both queues are empty. */
async function handleTheRest({ fixture }: Stage): Promise<Done[]> {
  const done: Done[] = [];
  const messaging = fixture.messaging();
  for (const topic of topics) {
    messaging.consume(
      { topic, schema: OrderPlaced, waitTimeMs: 1_000, visibilityTimeoutMs: visibilityMs },
      ({ n }, { metadata }) => void done.push({ topic, n, messageId: metadata.messageId }),
    );
  }
  await until(async () => {
    const counts = await Promise.all(topics.map((topic) => held(fixture, topic)));
    return counts.every((count) => count === 0);
  });
  await messaging.close();
  return done;
}

async function held(fixture: Stage["fixture"], topic: (typeof topics)[number]): Promise<number> {
  const { ready, inFlight, delayed } = await fixture.aws.inspectQueue(queues[topic]);
  return ready.length + inFlight.length + delayed.length;
}

function killTheProcess(stage: Stage): void {
  const [, pid] = /^pid (\d+)$/m.exec(readFileSync(stage.accountFile, "utf8")) ?? [];
  process.kill(Number(pid), "SIGKILL");
  stage.hasKilled = true;
}

/** Deaths that are caused from outside, at the second delete. */
function plan(stage: Stage, step: Step): void {
  const { faults } = stage.fixture.aws;
  let deletes = 0;
  const isSecond = () => {
    deletes += 1;
    return deletes === 2;
  };
  if (step === "before the delete") {
    const when = () => {
      if (!isSecond()) return false;
      killTheProcess(stage);
      return true;
    };
    faults.next({ kind: "reset", before: "apply" }, { on: "DeleteMessageBatch", when });
  }
  if (step === "deleted, and not told so") {
    const kill = (answer: Answer) => {
      killTheProcess(stage);
      return answer;
    };
    const unanswered = { kind: "stall", afterBytes: 0 } as const;
    faults.next([{ kind: "rewrite", edit: kill }, unanswered], { on: "DeleteMessageBatch", when: isSecond });
  }
}

function expectOrderInGroups(first: readonly Done[], second: readonly Done[]): void {
  const sequence = (done: readonly Done[], group: number) =>
    done.filter(({ topic, n }) => topic === "orders.fifo" && n % groups === group).map(({ n }) => n);
  for (const group of numbers(groups)) {
    const [one, other] = [sequence(first, group), sequence(second, group)];
    const inOrder = (all: readonly number[]) => [...new Set(all)].sort((a, b) => a - b);
    expect(one).toEqual(inOrder(one));
    expect(other).toEqual(inOrder(other));
    // Nothing was handled before what it stands behind, across the crash either.
    const both = [...new Set([...one, ...other])];
    expect(both).toEqual(numbers(count).filter((n) => n % groups === group));
  }
}

const name = ({ topic, n }: Done) => `${topic} ${n}`;
const everything = topics.flatMap((topic) => numbers(count).map((n) => `${topic} ${n}`)).sort();

it.concurrent.each<Step>([
  "received",
  "running",
  "before the delete",
  "deleted, and not told so",
  "after the delete",
])(
  "nothing is lost by a process that is killed: %s",
  (step) =>
    onStage(async (stage) => {
      plan(stage, step);
      const killed = await runProcess(stage, step);
      expect(killed).toMatchObject({ exitCode: 1, isEndedByUs: true });
      const rest = await handleTheRest(stage);

      expect([...new Set([...killed.done, ...rest].map(name))].sort()).toEqual(everything);
      // Twice was handled only what the dead process had handled and could not delete any more.
      const duplicates = [...killed.done, ...rest]
        .map(name)
        .filter((it, place, all) => all.indexOf(it) !== place);
      const explained = new Set(
        killed.done.filter(({ messageId }) => !killed.deleted.has(messageId)).map(name),
      );
      expect(duplicates.filter((it) => !explained.has(it))).toEqual([]);
      expectOrderInGroups(killed.done, rest);
      // The test has a subject: the process died in the middle of its work.
      expect(rest.length).toBeGreaterThan(0);
    }),
  120_000,
);

it.concurrent(
  "nothing is lost, and nothing done twice, by a process that is asked to end",
  () =>
    onStage(async (stage) => {
      const ended = await runProcess(stage, "asked to end");
      expect(ended).toMatchObject({ exitCode: 0, isEndedByUs: true });
      expect(ended.done.length).toBeLessThan(everything.length);
      const rest = await handleTheRest(stage);
      expect([...ended.done, ...rest].map(name).sort()).toEqual(everything);
      expectOrderInGroups(ended.done, rest);
    }),
  120_000,
);
