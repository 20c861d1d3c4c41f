import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { runTypeScript } from "@wirekit/test-support/run-typescript";
import { credentials } from "./messages.ts";
import { closeAll, startService } from "./stack.ts";

const packageDirectory = fileURLToPath(new URL("..", import.meta.url));

/** Has Node tell of every module that it loads, on a line that begins with `loaded `. */
const tellLoaded = `
  import { writeSync } from "node:fs";
  export async function load(url, context, next) {
    writeSync(1, "loaded " + url + "\\n");
    return next(url, context);
  }
`;

/** The packages that a program loads, and how many of this package's own files. */
async function loadedBy(program: string, env: Readonly<Record<string, string>> = {}) {
  const register = `
    import { register } from "node:module";
    register("data:text/javascript," + encodeURIComponent(${JSON.stringify(tellLoaded)}));
    await import("./measured.ts");
  `;
  const { stdout, stderr, exitCode } = await runTypeScript(register, {
    packageDirectory,
    env,
    files: { "measured.ts": program },
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const urls = stdout.split("\n").filter((line) => line.startsWith("loaded "));
  const ofPackages = urls.map((line) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(line)?.[1]);
  return {
    packages: [...new Set(ofPackages.filter((name) => name !== undefined))].sort(),
    builtIn: urls.map((line) => /^loaded (node:.*)$/.exec(line)?.[1]).filter((name) => name !== undefined),
    own: urls.filter((line) => line.includes("/kindo-client/src/")).length,
    core: urls.filter((line) => line.includes("/core/src/")).length,
  };
}

it("loading the entry loads core and the package's own files: no library, and nothing of Node's", async () => {
  const loaded = await loadedBy('await import("@wirekit/kindo-client");');
  expect(loaded.packages).toEqual([]);
  expect(loaded.builtIn).toEqual([]);
  expect(loaded.own).toBeGreaterThan(20);
  expect(loaded.core).toBeGreaterThan(10);
}, 60_000);

it("making a client loads nothing more, and a send to a URL only what it needs", async () => {
  const make = `
    import { KindoClient } from "@wirekit/kindo-client";
    const credentials = ${JSON.stringify(credentials)};
    const kindo = new KindoClient({ url: process.env.SERVICE_URL, credentials });
  `;
  expect((await loadedBy(make, { SERVICE_URL: "http://127.0.0.1:9/" })).packages).toEqual([]);

  const server = await startService();
  try {
    const message = '{ event_type: "a", message_channel: "b", behavior: "instant", payload: {} }';
    const send = `${make} await kindo.send(${message}); await kindo.close();`;
    const { packages } = await loadedBy(send, { SERVICE_URL: server.url });
    // What CommonJS packages require among themselves is not seen here: these are the ones that are asked
    // for.
    expect(packages).toEqual(["@smithy/signature-v4", "ajv", "undici"]);
  } finally {
    await closeAll();
  }
}, 60_000);
