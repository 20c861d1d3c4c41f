import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";
import type { Exchange, SaslMechanism, Users } from "./exchange.ts";

const iterations = 4096;

/**
 * The server's side of SCRAM (RFC 5802): each side proves to the other that it knows the password, and
 * neither sends it. Without channel binding, as in Kafka.
 */
export function scramExchange(mechanism: Exclude<SaslMechanism, "PLAIN">, users: Users): Exchange {
  const hash = mechanism === "SCRAM-SHA-512" ? "sha512" : "sha256";
  const failure = { kind: "failure", reason: `wrong credentials for ${mechanism}` } as const;
  let challenge: Challenge | undefined;

  return (token) => {
    const message = token.toString("utf8");
    if (challenge === undefined) {
      challenge = newChallenge(message, users);
      return challenge ? { kind: "challenge", token: Buffer.from(challenge.serverFirst) } : failure;
    }
    const signature = serverSignature(hash, challenge, message);
    return signature ? { kind: "success", token: Buffer.from(`v=${signature}`) } : failure;
  };
}

interface Challenge {
  readonly password: string;
  readonly salt: Buffer;
  readonly nonce: string;
  /** The header that says how the client binds its channel; it comes back in its last message. */
  readonly channelBinding: string;
  readonly clientFirst: string;
  readonly serverFirst: string;
}

/** The client's first message: `n,,n=user,r=nonce`. */
function newChallenge(message: string, users: Users): Challenge | undefined {
  const match = /^(?<header>[ny],[^,]*,)(?<bare>n=(?<user>[^,]*),r=(?<nonce>[^,]+)(?:,.*)?)$/.exec(message);
  const { header = "", bare = "", user = "", nonce: clientNonce = "" } = match?.groups ?? {};
  const name = user.replaceAll("=2C", ",").replaceAll("=3D", "=");
  const password = Object.hasOwn(users, name) ? users[name] : undefined;
  if (!match || password === undefined) return undefined;
  const salt = randomBytes(16);
  const nonce = `${clientNonce}${randomBytes(18).toString("base64url")}`;
  const serverFirst = `r=${nonce},s=${salt.toString("base64")},i=${iterations}`;
  return { password, salt, nonce, channelBinding: header, clientFirst: bare, serverFirst };
}

/**
 * What proves the server to the client, once the client's proof in its last message, `c=...,r=nonce,p=proof`,
 * is right.
 */
function serverSignature(hash: string, challenge: Challenge, message: string): string | undefined {
  const match = /^(?<bare>c=(?<binding>[^,]*),r=(?<nonce>[^,]*)),p=(?<proof>[^,]+)$/.exec(message);
  const { bare, binding = "", nonce, proof = "" } = match?.groups ?? {};
  if (nonce !== challenge.nonce || base64(binding).toString() !== challenge.channelBinding) return undefined;

  const hmac = (key: Buffer, text: string) => createHmac(hash, key).update(text).digest();
  const size = hash === "sha512" ? 64 : 32;
  const salted = pbkdf2Sync(challenge.password, challenge.salt, iterations, size, hash);
  const conversation = `${challenge.clientFirst},${challenge.serverFirst},${bare}`;
  const clientKey = hmac(salted, "Client Key");
  const clientSignature = hmac(createHash(hash).update(clientKey).digest(), conversation);
  const expected = Buffer.from(clientKey.map((byte, index) => byte ^ (clientSignature[index] ?? 0)));
  const given = base64(proof);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return hmac(hmac(salted, "Server Key"), conversation).toString("base64");
}

function base64(text: string): Buffer {
  return Buffer.from(text, "base64");
}
