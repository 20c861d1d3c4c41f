import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { startLambdaUrl } from "@wirekit/devstack/lambda-url";
import { signRequest } from "@wirekit/kindo-client";
import { clientPackages, pythonEnvironment } from "@wirekit/servers";
import { describeWith } from "@wirekit/servers/gate";
import { runProgram } from "../run-program.ts";

const script = fileURLToPath(new URL("clients/sign.py", import.meta.url));
const region = "ap-southeast-2";
const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const message = {
  event_type: "a",
  message_channel: "b",
  behavior: "instant",
  payload: { name: "Zoë", n: 1.5 },
};

async function signedByBotocore(cases: readonly object[]): Promise<readonly Record<string, string>[]> {
  const { python } = await pythonEnvironment(clientPackages.kindo);
  return JSON.parse(await runProgram(python, [script], { input: JSON.stringify(cases) })) as Record<
    string,
    string
  >[];
}

await describeWith(["python"], "kindo-client and botocore", () => {
  it("sign the same requests the same", async () => {
    const urls = ["/", "/a/../b", "//x//y", "/a%20b", "/?b=2&a=1", "/p?x=%2F&y=", "/~user/-._"];
    const cases = urls.flatMap((target, index) =>
      [undefined, "session/token=="].map((sessionToken) => ({
        ...keys,
        ...(sessionToken !== undefined && { sessionToken }),
        url: `https://abc.lambda-url.${region}.on.aws${target}`,
        body: JSON.stringify({ ...message, index }),
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
  });

  it("are both accepted by the embedded Producer", async () => {
    await using producer = await startLambdaUrl({ credentials: keys, region });
    const body = JSON.stringify(message);
    const [headers = {}] = await signedByBotocore([
      { ...keys, url: producer.url, body, date: new Date().toISOString().replace("Z", "+00:00"), region },
    ]);
    const response = await fetch(producer.url, { method: "POST", headers, body });
    expect([response.status, await response.json()]).toEqual([200, { tracking_id: expect.any(String) }]);
  });
});
