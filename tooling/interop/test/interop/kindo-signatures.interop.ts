import { fileURLToPath } from "node:url";
import { expect } from "@jest/globals";
import { startLambdaUrl } from "@wirekit/devstack/lambda-url";
import { KindoClient, SendError, signRequest } from "@wirekit/kindo-client";
import { clientPackages, pythonEnvironment } from "@wirekit/servers";
import { startPythonClient } from "../../src/programs/python-client.ts";
import { runProgram } from "../../src/programs/run-program.ts";
import { describePair } from "../../src/rows/describe-pair.ts";
import { copyOf } from "../../src/rows/originals.ts";
import { keys, messages, region } from "./kindo-messages.ts";

const script = fileURLToPath(new URL("../../clients/sign.py", import.meta.url));

async function signedByBotocore(cases: readonly object[]): Promise<readonly Record<string, string>[]> {
  const { python } = await pythonEnvironment(clientPackages.kindo);
  return JSON.parse(await runProgram(python, [script], { input: JSON.stringify(cases) })) as Record<
    string,
    string
  >[];
}

await describePair(
  { ours: "kindo-client", theirs: "botocore's SigV4Auth", on: "devstack", needs: ["python"] },
  (row) => {
    row("ours = theirs", "the same request has the same signature", async () => {
      const urls = ["/", "/a/../b", "//x//y", "/a%20b", "/?b=2&a=1", "/p?x=%2F&y=", "/~user/-._"];
      const cases = urls.flatMap((target, index) =>
        [undefined, "session/token=="].map((sessionToken) => ({
          ...keys,
          ...(sessionToken !== undefined && { sessionToken }),
          url: `https://abc.lambda-url.${region}.on.aws${target}`,
          body: JSON.stringify({ ...messages[0], index }),
          date: `2026-01-15T12:00:${10 + index}+00:00`,
          region,
        })),
      );
      const theirs = await signedByBotocore(cases);
      const ours = await Promise.all(
        cases.map(({ url, body, date, ...rest }) =>
          signRequest(
            { method: "POST", url, headers: { "Content-Type": "application/json" }, body },
            { region, service: "lambda", credentials: rest, date: new Date(date) },
          ),
        ),
      );
      expect(ours.map(({ headers }) => headers.Authorization)).toEqual(
        theirs.map((headers) => headers.Authorization),
      );
      return { requests: cases.length };
    });

    row("theirs -> ours", "what botocore signs is accepted by the embedded Producer", async () => {
      await using producer = await startLambdaUrl({ credentials: keys, region });
      const date = new Date().toISOString().replace("Z", "+00:00");
      const cases = messages.map((message) => ({
        ...keys,
        url: producer.url,
        body: JSON.stringify(message),
        date,
        region,
      }));
      for (const [index, headers] of (await signedByBotocore(cases)).entries()) {
        const body = cases[index]?.body ?? "";
        const response = await fetch(producer.url, { method: "POST", headers, body });
        expect([response.status, await response.json()]).toEqual([200, { tracking_id: expect.any(String) }]);
      }
      return { signed: cases.length, stored: producer.stored.length };
    });

    row(
      "ours -> theirs",
      "what ours signs is accepted by a Producer that verifies with botocore",
      async () => {
        await using producer = await startPythonClient({
          packages: clientPackages.kindo,
          file: "verifying_producer.py",
          args: [keys.accessKeyId, keys.secretAccessKey, region],
        });
        const url = `http://127.0.0.1:${await producer.ask<number>("port")}/a//b/../c%20d?y=2&x=%2F`;
        const many = Array.from({ length: 100 }, (_, index) => messages[index % messages.length] ?? never());
        await using kindo = new KindoClient({ url, region, credentials: keys });
        const { counts } = await kindo.sendMany(many);
        expect(counts.delivered).toBe(many.length);

        await using stranger = new KindoClient({
          url,
          region,
          credentials: { ...keys, secretAccessKey: "another" },
        });
        const refused: unknown = await stranger.send(messages[0] ?? never()).catch((error: unknown) => error);
        expect(refused instanceof SendError && refused.status).toBe(403);

        const seen = await producer.ask<{ counts: Record<string, number>; bodies: string[] }>("seen");
        expect(seen.counts).toEqual({ accepted: many.length, refused: 1 });
        // In the order of the messages, whatever the order of their arrival.
        const sent = many.map((message) => JSON.stringify({ security_level: "normal", ...message }));
        const sorted = (texts: readonly string[]) => texts.map(canonical).sort();
        expect(sorted(seen.bodies)).toEqual(sorted(sent));
        return { sent: many.length, ...seen.counts };
      },
    );
  },
);

await describePair(
  {
    ours: "kindo-client",
    theirs: "kindo-message-client",
    on: "devstack",
    needs: ["python"],
    original: "kindo",
  },
  (row) => {
    row("ours = theirs", "the same message makes the same request", async () => {
      await using producer = await startLambdaUrl({ credentials: keys, region });
      await using original = await startPythonClient({
        packages: clientPackages.kindo,
        file: "kindo_original.py",
        env: {
          PYTHONPATH: copyOf("kindo") ?? "",
          AWS_ACCESS_KEY_ID: keys.accessKeyId,
          AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
          AWS_REGION: region,
        },
      });
      await using kindo = new KindoClient({ url: producer.url, region, credentials: keys });
      for (const message of messages) {
        producer.forget();
        const theirId = await original.ask<string>("send", { url: producer.url, message });
        const { trackingId } = await kindo.send(message);
        const [theirs, ours] = producer.requests;
        expect(producer.stored.map((stored) => stored.trackingId)).toEqual([theirId, trackingId]);
        expect(ours?.body.toString()).toBe(theirs?.body.toString());
        for (const name of ["content-type", "host"]) expect(ours?.headers[name]).toBe(theirs?.headers[name]);
        expect(ours?.headers["x-amz-date"]).toMatch(/^\d{8}T\d{6}Z$/);
        expect(ours?.signature).toMatchObject({ kind: "accepted" });
        expect(scopeOf(ours?.headers.authorization)).toBe(scopeOf(theirs?.headers.authorization));
      }
      return { messages: messages.length, equal: messages.length };
    });
  },
);

/** Everything in the header but the signature, which differs with the second in which it was made. */
function scopeOf(authorization: string | undefined): string {
  return (authorization ?? "").replace(/Signature=.*/, "");
}

function canonical(text: string): string {
  const { event_type, message_channel, behavior, security_level, payload } = JSON.parse(text);
  return JSON.stringify({ event_type, message_channel, behavior, security_level, payload });
}

function never(): never {
  throw new Error("there are messages");
}
