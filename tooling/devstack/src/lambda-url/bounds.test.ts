import { expect, it, jest } from "@jest/globals";
import { openSocket, rawRequestBytes, readToEnd } from "../../test/raw-http.ts";
import { credentials, signedAt, signedRequest } from "../../test/signed-request.ts";
import { startLambdaUrl } from "./lambda-url.ts";

it("keeps the latest requests and messages, so many bytes of them, and counts the others", async () => {
  const warn = jest.spyOn(process, "emitWarning").mockImplementation(() => {});
  await using server = await startLambdaUrl({ credentials, now: () => signedAt, maxLogBytes: 20_000 });
  const request = rawRequestBytes(signedRequest());
  for (let sent = 0; sent < 40; sent += 1) {
    const socket = openSocket(server.url);
    socket.write(request);
    await readToEnd(socket);
  }
  const kept = [server.requests.length, server.stored.length] as const;
  for (const count of kept) expect(count).toBeLessThan(40);
  expect(server.forgotten).toEqual({ requests: 40 - kept[0], stored: 40 - kept[1] });
  expect(server.requests.at(-1)).toMatchObject({ number: 40 });
  await expect(server.received(1)).rejects.toThrow("number 1 is gone");
  await expect(server.received(40)).resolves.toMatchObject({ number: 40 });
  await expect(startLambdaUrl({ credentials, maxLogBytes: -1 })).rejects.toThrow("maxLogBytes");
  expect(warn).toHaveBeenCalledTimes(2);
  warn.mockRestore();
});
