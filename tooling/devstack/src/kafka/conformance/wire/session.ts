import { Writer } from "@platformatic/kafka";
import { errorName } from "../../errors.ts";
import { layouts } from "../../protocol/layouts.ts";
import { RawClient, readResponse, writeRequest } from "../raw-client.ts";
import type { TranscriptWriter } from "../transcript.ts";

/** Versions, logging in where nobody has to, and frames that a broker does not accept. */
export async function sessionScript(address: string, log: TranscriptWriter): Promise<void> {
  const client = await RawClient.open(address);
  // The header of newer versions ends in a list of tagged fields, here an empty one.
  client.write(
    Writer.create()
      .append(frame(layouts.ApiVersions.key, 99).subarray(4))
      .appendUnsignedInt8(0)
      .prependLength().buffer,
  );
  const refused = await client.frame();
  const versions = refused === "closed" ? refused : readResponse("ApiVersions", 0, refused);
  log.note("versions asked for in a version that nobody knows", {
    error: versions === "closed" ? versions : errorName(versions.errorCode),
    keys: versions === "closed" ? versions : versions.apiKeys.map(({ apiKey }) => apiKey),
  });
  const known = await client.request("ApiVersions", 2, {});
  log.note(
    "versions asked for in one that is known",
    known === "closed" ? known : errorName(known.errorCode),
  );
  log.note(
    "handshake where nobody logs in",
    await client.request("SaslHandshake", 1, { mechanism: "PLAIN" }),
  );
  const token = await client.request("SaslAuthenticate", 1, { authBytes: Buffer.from("\0user\0password") });
  log.note("token where nobody logs in", token === "closed" ? token : errorName(token.errorCode));
  log.note(
    "the connection afterwards",
    (await client.request("ApiVersions", 0, {})) === "closed" ? "closed" : "open",
  );
  client.close();

  const bad: Readonly<Record<string, Buffer>> = {
    "an API that nobody knows": frame(999, 0),
    "a version that nobody knows": frame(layouts.Metadata.key, 99),
    "a negative size": Buffer.from([0xff, 0xff, 0xff, 0xff]),
    "a size beyond all bounds": Buffer.from([0x7f, 0xff, 0xff, 0xff]),
    "an empty frame": Buffer.from([0, 0, 0, 0]),
    "a request that ends too early": cutShort(
      writeRequest("Heartbeat", 3, 1, "raw", { groupId: "group", generationId: 1, memberId: "member" }),
    ),
    "a list longer than its frame": Writer.create()
      .append(frame(layouts.Metadata.key, 1).subarray(4))
      .appendInt32(0x7fffffff)
      .prependLength().buffer,
  };
  for (const [step, bytes] of Object.entries(bad)) {
    const connection = await RawClient.open(address);
    connection.write(bytes);
    log.note(step, (await connection.frame()) === "closed" ? "closed" : "answered");
    connection.close();
  }
}

/** A request without a body. */
function frame(apiKey: number, version: number): Buffer {
  return Writer.create()
    .appendInt16(apiKey)
    .appendInt16(version)
    .appendInt32(1)
    .appendString("raw", false)
    .prependLength().buffer;
}

/** The same request without its last three bytes, in a frame that says so. */
function cutShort(request: Buffer): Buffer {
  return Writer.create().append(request.subarray(4, -3)).prependLength().buffer;
}
