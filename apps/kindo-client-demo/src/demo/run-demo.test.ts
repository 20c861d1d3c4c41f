import { expect, it } from "@jest/globals";
import { recordingStream } from "@wirekit/demo-screen/testing";
import { runDemo, type Step } from "./run-demo.ts";

function stepThatClaims(isTrue: boolean): Step {
  return async ({ expectations }) => {
    expectations.expect("the moon is round", isTrue);
    return { step: "the moon", delivered: 1, failed: 0, attempts: 1, latenciesMs: [5] };
  };
}

it("ends with 0 when everything is as it claims", async () => {
  const { stream, text } = recordingStream();
  await expect(runDemo(stream, [stepThatClaims(true)])).resolves.toBe(0);
  expect(text()).toContain("✓ All 1 things that this demo claims are so.");
  expect(text()).toMatch(/│ the moon │ +1 │ +0 │ +1 │ 5\.0 ms │/);
});

it("ends with 1, and says what is not so, when something is not", async () => {
  const { stream, text } = recordingStream();
  await expect(runDemo(stream, [stepThatClaims(true), stepThatClaims(false)])).resolves.toBe(1);
  expect(text()).toContain("✗ This is not so: the moon is round.");
  expect(text()).not.toContain("✓ All");
});

it("closes its producers when a step fails outright", async () => {
  const { stream } = recordingStream();
  let url = "";
  const failing: Step = async ({ producer }) => {
    url = producer.url;
    throw new Error("the step failed");
  };
  await expect(runDemo(stream, [failing])).rejects.toThrow("the step failed");
  await expect(fetch(url)).rejects.toThrow();
});
