import aws4 from "aws4";
import { Pool } from "undici";
import { credentials, region, service } from "./sample-message.ts";

/** The least that sends a signed message: a pool of connections and a signer, and no more. */
export function openPool(url: string, connections: number) {
  const { origin, host } = new URL(url);
  const pool = new Pool(origin, { connections });
  return {
    async send(message: object): Promise<unknown> {
      const body = JSON.stringify(message);
      const headers = { "Content-Type": "application/json" };
      const request = { host, method: "POST", path: "/", headers, body, service, region };
      const signed = aws4.sign(request, credentials);
      const response = await pool.request({
        method: "POST",
        path: "/",
        headers: signed.headers as Record<string, string>,
        body,
      });
      return response.body.json();
    },
    close: () => pool.close(),
  };
}
