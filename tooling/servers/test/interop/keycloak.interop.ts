import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../src/gate.ts";
import { type KeycloakServer, startKeycloak } from "../../src/keycloak/start-keycloak.ts";
import { expectGone, report } from "./expect-gone.ts";

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

await describeWith(["keycloak"], "Keycloak", () => {
  let keycloak: KeycloakServer;
  beforeAll(async () => {
    keycloak = await startKeycloak({ tokenLifetimeMs: 30_000 });
    report(keycloak);
  });
  afterAll(() => keycloak?.stop());

  it("gives a token for the password and another for the first, also after a restart by SIGKILL", async () => {
    for (const round of ["first", "restarted"]) {
      if (round === "restarted") await keycloak.restart({ signal: "SIGKILL" });
      const { username, password } = keycloak.credentials;
      const tokens = await grant({ grant_type: "password", username, password });
      const claims = claimsOf(tokens.access_token);
      expect(claims).toMatchObject({ iss: keycloak.issuer, azp: "event-ingestor" });
      // `expires_in` is what is left of it by the time it is answered.
      expect(claims.exp - claims.iat).toBe(30);
      const next = await grant({ grant_type: "refresh_token", refresh_token: tokens.refresh_token });
      expect(next.access_token).not.toBe(tokens.access_token);
    }
  });

  it("refuses a wrong password", async () => {
    const wrong = { grant_type: "password", username: keycloak.credentials.username, password: "wrong" };
    await expect(grant(wrong)).rejects.toThrow("invalid_grant");
  });

  it("leaves nothing behind", () => expectGone(keycloak));

  async function grant(form: Record<string, string>): Promise<Tokens> {
    const body = new URLSearchParams({ client_id: keycloak.clientId, ...form });
    const response = await fetch(keycloak.tokenUrl, { method: "POST", body });
    if (!response.ok) throw new Error(`the answer was ${response.status}: ${await response.text()}`);
    return (await response.json()) as Tokens;
  }
});

function claimsOf(token: string): { readonly iat: number; readonly exp: number } {
  const [, claims = ""] = token.split(".");
  return JSON.parse(Buffer.from(claims, "base64url").toString()) as { iat: number; exp: number };
}
