import { inspect } from "node:util";
import { afterEach, expect, it } from "@jest/globals";
import { SendError } from "../src/index.ts";
import { aMessage, credentials } from "./messages.ts";
import { closeAll, openClient, startBoth, startService } from "./stack.ts";

afterEach(closeAll);

it.each([
  ["1 MB of blanks", " ".repeat(1_000_000)],
  ["1 MB of backslashes", "\\".repeat(1_000_000)],
  ["9 MB of blanks", " ".repeat(9_000_000)],
])(
  "an answer of %s costs what its beginning costs",
  async (_name, body) => {
    const { server, client } = await startBoth();
    server.faults.next({ kind: "answer", status: 400, body });
    const texts = Array.from({ length: 50 }, (_, index) => " ".repeat(6 + index * 200));
    const error: unknown = await client
      .send(aMessage({ payload: { texts } }))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SendError);
    expect((error as SendError).message.length).toBeLessThan(1_000);
  },
  30_000,
);

it("a session token with blanks at its ends is not shown as it was sent, without them", async () => {
  const temporary = {
    ...credentials,
    accessKeyId: "ASIAEXAMPLE",
    sessionToken: "FIRST//half  second+HALF==",
  };
  const server = await startService({ credentials: temporary });
  const client = openClient(server.url, {
    credentials: {
      ...temporary,
      secretAccessKey: "another key",
      sessionToken: ` ${temporary.sessionToken} `,
    },
  });
  const error = await client.send(aMessage()).catch((thrown: unknown) => thrown);
  const shown = inspect(error, { depth: 10, showHidden: true, maxStringLength: null });
  expect(shown).toContain("x-amz-security-token:[redacted]");
  expect(shown).not.toMatch(/FIRST|HALF/);
});

it("the payload is not shown in whichever way an answer writes it", async () => {
  const note = `<PRIVATE/note> & "more" it's 50% é`;
  const json = JSON.stringify({ note });
  const { server, client } = await startBoth();
  const answers = [
    json,
    json.replaceAll("/", "\\/"),
    json.replace(/[<>&']/g, (mark) => `\\u00${mark.charCodeAt(0).toString(16)}`),
    JSON.stringify({ error: json }),
    encodeURIComponent(json),
    new URLSearchParams({ json }).toString(),
    json.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;"),
  ];
  for (const body of answers) {
    server.faults.next({ kind: "answer", status: 400, body });
    const error = (await client
      .send(aMessage({ payload: { note } }))
      .catch((thrown: unknown) => thrown)) as SendError;
    expect(`${error.message} ${error.body}`).toContain("[redacted]");
    expect(`${error.message} ${error.body}`).not.toContain("PRIVATE");
  }
});
