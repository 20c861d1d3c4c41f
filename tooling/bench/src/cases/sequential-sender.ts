import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { Ajv, type ValidateFunction } from "ajv";
import aws4 from "aws4";
import { credentials, region, service } from "./sample-message.ts";

const schemaPath = fileURLToPath(
  new URL("../../../../packages/kindo-client/schemas/producer_payload.json", import.meta.url),
);
let validate: ValidateFunction | undefined;

/**
 * As the Python original sends: the schema from disk, a new connection and a signature for every message. In
 * one thing it is given more than the original has: the schema is compiled once, because that takes ajv
 * longer than all the rest.
 */
export async function sendInTheOriginalsManner(url: string, message: object): Promise<unknown> {
  const schema: object = JSON.parse(await readFile(schemaPath, "utf8"));
  validate ??= new Ajv().compile(schema);
  if (!validate(message)) throw new Error("the message is invalid");
  const { hostname, host, port } = new URL(url);
  const body = JSON.stringify(message);
  const headers = { "Content-Type": "application/json", Connection: "close" };
  const signed = aws4.sign({ host, method: "POST", path: "/", headers, body, service, region }, credentials);
  return new Promise((resolve, reject) => {
    const options = { method: "POST", hostname, port, headers: signed.headers, agent: false } as const;
    const outgoing = request(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve(JSON.parse(text)));
      response.on("error", reject);
    });
    outgoing.on("error", reject).end(body);
  });
}
