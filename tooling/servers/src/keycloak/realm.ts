import type { Credentials } from "../credentials.ts";

/** One realm with one public client and one user. */
export interface Realm {
  readonly name: string;
  readonly clientId: string;
  readonly tokenSeconds: number;
  readonly credentials: Credentials;
}

/** The realm in the form that Keycloak imports. */
export function realmFile({ name, clientId, tokenSeconds, credentials }: Realm): string {
  const { username, password } = credentials;
  return JSON.stringify({
    realm: name,
    enabled: true,
    sslRequired: "none",
    accessTokenLifespan: tokenSeconds,
    clients: [
      {
        clientId,
        enabled: true,
        publicClient: true,
        standardFlowEnabled: false,
        directAccessGrantsEnabled: true,
      },
    ],
    users: [
      {
        username,
        // A user without these would have to complete the profile before a first token.
        email: `${username}@example.com`,
        emailVerified: true,
        firstName: "Wirekit",
        lastName: "Test",
        enabled: true,
        credentials: [{ type: "password", value: password, temporary: false }],
      },
    ],
  });
}
