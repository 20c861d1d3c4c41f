import { expect, it } from "@jest/globals";
import { createExpectations } from "./expectations.ts";
import { createScreen } from "./screen.ts";
import { recordingStream } from "./testing/recording-stream.ts";
import { showVerdict } from "./verdict.ts";

function verdictOn(claims: Readonly<Record<string, boolean>>) {
  const { stream, text } = recordingStream();
  const expectations = createExpectations();
  for (const [claim, isTrue] of Object.entries(claims)) expectations.expect(claim, isTrue);
  return { exitCode: showVerdict(createScreen(stream), expectations), text: text() };
}

it("is 0 when everything is as claimed", () => {
  expect(verdictOn({ "the moon is round": true, "it is far": true })).toEqual({
    exitCode: 0,
    text: "\n   ✓ All 2 things that this demo claims are so.\n",
  });
});

it("is 1 when something is not, and says what", () => {
  expect(verdictOn({ "the moon is round": true, "it is near": false, "it is square": false })).toEqual({
    exitCode: 1,
    text: "\n   ✗ This is not so: it is near.\n   ✗ This is not so: it is square.\n",
  });
});
