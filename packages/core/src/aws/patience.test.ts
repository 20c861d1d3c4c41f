import { expect, it } from "@jest/globals";
import { ConfigError, ConnectionError, type WirekitError } from "../index.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { toAwsError } from "./aws-error.ts";
import { Patience, tryPatiently } from "./patience.ts";

const refusal = (name: string, status: number) =>
  toAwsError("Receiving", { name, $metadata: { httpStatusCode: status } });
const denied = refusal("AccessDenied", 403);
const gone = refusal("QueueDoesNotExist", 400);

it("counts refusals of tries that ran at the same time as one", () => {
  const patience = new Patience(() => 0.5);
  for (let round = 0; round < 4; round += 1) {
    const { refusals } = patience;
    for (let receiver = 0; receiver < 8; receiver += 1) patience.pauseAfter(denied, refusals);
  }
  expect(() => patience.pauseAfter(denied, patience.refusals)).toThrow(denied);
});

it("starts anew after a success, and pauses longer with each failure, up to 30 seconds", () => {
  const patience = new Patience(() => 1);
  const pauses = Array.from({ length: 10 }, () => patience.pauseAfter(new ConnectionError("down")));
  expect(pauses).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
  patience.succeeded();
  expect(patience.pauseAfter(new ConnectionError("down"))).toBe(200);
});

function look(answers: readonly (WirekitError | "found")[]) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const told: WirekitError[] = [];
  let tries = 0;
  const looking = tryPatiently(
    async () => {
      const answer = answers[tries];
      tries += 1;
      if (answer === undefined || answer === "found") return answer;
      throw answer;
    },
    { signal: stop.signal, onTrouble: (error) => told.push(error), clock, random: () => 0.5 },
  );
  looking.catch(() => {});
  return { looking, clock, stop, told, tries: () => tries };
}

it("tries for as long as it may pass, and tells of each failure", async () => {
  const down = toAwsError("Looking", { code: "ECONNREFUSED" });
  const failures = [down, refusal("InvalidSignatureException", 403), refusal("OverLimit", 403), down];
  const { looking, clock, told } = look([...failures, "found"]);
  await clock.advance(60_000);
  await expect(looking).resolves.toBe("found");
  expect(told).toEqual(failures);
});

it.each([
  [gone, 1],
  [denied, 5],
  [new ConfigError([{ path: "queue", message: "is wrong" }]), 1],
])("ends with what is final for certain: %s, after %d tries", async (error, expected) => {
  const { looking, clock, tries } = look(Array(10).fill(error));
  await clock.advance(60_000);
  await expect(looking).rejects.toBe(error);
  expect(tries()).toBe(expected);
});

it("ends at once, in the middle of a pause, with the signal's own reason", async () => {
  const { looking, clock, stop } = look([toAwsError("Looking", { code: "ECONNREFUSED" })]);
  await clock.settle();
  stop.abort("enough");
  await expect(looking).rejects.toBe("enough");
  expect(clock.pendingTimers).toBe(0);
});
