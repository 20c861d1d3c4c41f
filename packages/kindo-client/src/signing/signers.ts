import { ConfigError, type Issue } from "@wirekit/core";
import type { Credentials } from "./credentials.ts";
import type { RequestSigner } from "./request-signer.ts";

/** What a signer is made for. */
export interface SignerScope {
  readonly region: string;
  readonly service: string;
  readonly credentials: Credentials;
}

interface KnownSigner {
  readonly region: string;
  readonly service: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly signer: RequestSigner;
}

/**
 * The last signer of each credentials object, so that a key is derived once a day and not once a request. Held by the object: when
 * the caller lets go of it, the key goes with it.
 */
const known = new WeakMap<Credentials, KnownSigner>();

/** The signer that served these credentials last, if it still fits. */
export function knownSigner({ credentials, region, service }: SignerScope): RequestSigner | undefined {
  const last = known.get(credentials);
  const fits =
    last !== undefined &&
    last.region === region &&
    last.service === service &&
    last.secretAccessKey === credentials.secretAccessKey &&
    last.accessKeyId === credentials.accessKeyId;
  return fits ? last.signer : undefined;
}

/** Makes a signer; smithy is loaded with the first one. */
export async function newSigner(scope: SignerScope): Promise<RequestSigner> {
  const { credentials, region, service } = scope;
  checkScope(scope);
  const { RequestSigner } = await import("./request-signer.ts");
  const signer = new RequestSigner(credentials, region, service);
  const { accessKeyId, secretAccessKey } = credentials;
  known.set(credentials, { region, service, accessKeyId, secretAccessKey, signer });
  return signer;
}

function checkScope({ credentials, region, service }: SignerScope): void {
  const issues: Issue[] = [
    ...missing("region", region),
    ...missing("service", service),
    ...missing("credentials.accessKeyId", credentials?.accessKeyId),
    ...missing("credentials.secretAccessKey", credentials?.secretAccessKey),
  ];
  if (issues.length > 0) throw new ConfigError(issues);
}

function missing(path: string, value: unknown): Issue[] {
  return typeof value === "string" && value !== "" ? [] : [{ path, message: "is required" }];
}
