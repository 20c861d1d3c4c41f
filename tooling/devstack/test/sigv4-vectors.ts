import { readVectors } from "@wirekit/vectors";
import type { Credentials } from "../src/lambda-url/index.ts";

/** A request that the original client signed. */
export interface Sigv4Vector {
  readonly name: string;
  readonly request: { readonly method: string; readonly url: string; readonly body: string };
  readonly credentials: Credentials;
  readonly region: string;
  readonly service: string;
  readonly timestamp: string;
  readonly expected: {
    readonly canonicalRequest: string;
    readonly signature: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  /** Path and query as they stand in the URL. */
  readonly target: string;
  /** The `Host` header that was signed. */
  readonly host: string;
}

export function sigv4Vectors(): readonly Sigv4Vector[] {
  const vectors = readVectors<Sigv4Vector>("kindo/sigv4.json");
  return vectors.map((vector) => ({ ...vector, target: targetOf(vector), host: hostOf(vector) }));
}

/**
 * Cut out rather than parsed: a URL parser would rewrite what is unusual, which is what these cases are
 * about.
 */
function targetOf({ request }: Sigv4Vector): string {
  const target = request.url.replace(/^https?:\/\/[^/?]+/, "");
  return target.startsWith("/") ? target : `/${target}`;
}

function hostOf({ expected }: Sigv4Vector): string {
  const line = expected.canonicalRequest.split("\n").find((candidate) => candidate.startsWith("host:"));
  return line?.slice("host:".length) ?? "";
}
