import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { saslMechanisms } from "./exchange.ts";
import { Login } from "./sasl.ts";

const users = { alice: "open sesame", "a,b=c": "p" };

describe("a login", () => {
  it("is not needed where there are no users", () => {
    const login = new Login(undefined, saslMechanisms);
    expect(login.trusted).toBe(true);
    expect(login.handshake("PLAIN", "tokens")).toBe("out-of-turn");
    expect(login.step(Buffer.from("\0alice\0open sesame"))).toBeUndefined();
  });

  it("begins with a mechanism that is offered, and ends with any other", () => {
    const login = new Login(users, ["PLAIN"]);
    expect(login.handshake("SCRAM-SHA-256", "tokens")).toBe("unknown-mechanism");
    expect(login.state).toBe("failed");
    expect(login.handshake("PLAIN", "tokens")).toBe("out-of-turn");
  });

  it("takes no token before the mechanism is agreed on, and none when it is over", () => {
    const login = new Login(users, saslMechanisms);
    expect(login.step(Buffer.from("\0alice\0open sesame"))).toBeUndefined();
    login.handshake("PLAIN", "tokens");
    expect(login.step(Buffer.from("\0alice\0open sesame"))?.kind).toBe("success");
    expect(login.step(Buffer.from("\0alice\0open sesame"))).toBeUndefined();
  });
});

describe("PLAIN", () => {
  it.each([
    ["the right password", "\0alice\0open sesame", "success"],
    ["one's own name to act as", "alice\0alice\0open sesame", "success"],
    ["another's name to act as", "bob\0alice\0open sesame", "failure"],
    ["a wrong password", "\0alice\0close sesame", "failure"],
    ["an unknown user", "\0bob\0open sesame", "failure"],
    ["a name that every object has", "\0constructor\0", "failure"],
    ["nothing", "", "failure"],
    ["too much", "\0alice\0open sesame\0", "failure"],
  ])("with %s", (_, token, kind) => {
    const login = begun("PLAIN");
    expect(login.step(Buffer.from(token))?.kind).toBe(kind);
    expect(login.trusted).toBe(kind === "success");
  });
});

describe.each([
  ["SCRAM-SHA-256", "sha256", 32],
  ["SCRAM-SHA-512", "sha512", 64],
] as const)("%s", (mechanism, hash, size) => {
  it("lets in who knows the password, and proves that it knows it too", () => {
    const { verdict, serverProof, expectedServerProof } = exchange({
      user: "alice",
      password: "open sesame",
    });
    expect(verdict).toBe("success");
    expect(serverProof).toBe(expectedServerProof);
  });

  it("lets in a user whose name has to be written in another way", () => {
    expect(exchange({ user: "a=2Cb=3Dc", password: "p" }).verdict).toBe("success");
  });

  it("keeps out who does not know the password, or says another nonce or another channel", () => {
    expect(exchange({ user: "alice", password: "guess" }).verdict).toBe("failure");
    expect(exchange({ user: "bob", password: "open sesame" }).verdict).toBe("failure");
    expect(exchange({ user: "alice", password: "open sesame", nonce: "mine" }).verdict).toBe("failure");
    expect(exchange({ user: "alice", password: "open sesame", binding: "y,," }).verdict).toBe("failure");
  });

  it("keeps out whoever sends anything else", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 3 }), (messages) => {
        const login = begun(mechanism);
        for (const message of messages) login.step(Buffer.from(message));
        expect(login.trusted).toBe(false);
      }),
    );
  });

  interface Attempt {
    readonly user: string;
    readonly password: string;
    readonly nonce?: string;
    readonly binding?: string;
  }

  /** The client's side, as RFC 5802 has it. */
  function exchange({ user, password, nonce, binding = "n,," }: Attempt) {
    const login = begun(mechanism);
    const clientFirst = `n=${user},r=client-nonce`;
    const challenge = login.step(Buffer.from(`n,,${clientFirst}`));
    if (challenge?.kind !== "challenge") return { verdict: challenge?.kind };
    const serverFirst = `${challenge.token}`;
    const [, serverNonce = "", salt = "", iterations] = /^r=(.+),s=(.+),i=(\d+)$/.exec(serverFirst) ?? [];
    const bare = `c=${Buffer.from(binding).toString("base64")},r=${nonce ?? serverNonce}`;
    const conversation = `${clientFirst},${serverFirst},${bare}`;
    const hmac = (key: Buffer, text: string) => createHmac(hash, key).update(text).digest();
    const salted = pbkdf2Sync(password, Buffer.from(salt, "base64"), Number(iterations), size, hash);
    const clientKey = hmac(salted, "Client Key");
    const signature = hmac(createHash(hash).update(clientKey).digest(), conversation);
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0))).toString(
      "base64",
    );
    const end = login.step(Buffer.from(`${bare},p=${proof}`));
    return {
      verdict: end?.kind,
      serverProof: end?.kind === "success" ? `${end.token}` : undefined,
      expectedServerProof: `v=${hmac(hmac(salted, "Server Key"), conversation).toString("base64")}`,
    };
  }
});

function begun(mechanism: string): Login {
  const login = new Login(users, saslMechanisms);
  expect(login.handshake(mechanism, "tokens")).toBe("ok");
  return login;
}
