import { expect, it } from "@jest/globals";
import { jsonOf, sendRaw } from "../../test/raw-http.ts";
import { sigv4Vectors } from "../../test/sigv4-vectors.ts";
import { startLambdaUrl } from "./lambda-url.ts";

it.each(sigv4Vectors())(
  "accepts, byte for byte, what the original client put on the wire: $name",
  async (vector) => {
    const { region, service, timestamp } = vector;
    await using server = await startLambdaUrl({
      credentials: vector.credentials,
      region,
      service,
      now: () => Date.parse(timestamp),
      hosts: [vector.host],
    });
    const headers = [["Host", vector.host], ...Object.entries(vector.expected.headers)] as [string, string][];
    const request = { target: vector.target, headers, body: vector.request.body };

    const response = await sendRaw(server.url, request);
    expect(response.status).toBe(200);
    expect(jsonOf(response)).toEqual({ tracking_id: server.stored[0]?.trackingId });
    expect(server.requests[0]?.body.toString("utf8")).toBe(vector.request.body);

    await expect(sendRaw(server.url, { ...request, body: `${request.body} ` })).resolves.toMatchObject({
      status: 403,
    });
  },
);
