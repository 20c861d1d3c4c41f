/**
 * The parts of `AWS4-HMAC-SHA256 Credential=.../.../.../.../aws4_request, SignedHeaders=..., Signature=...`.
 */
export interface Authorization {
  readonly accessKeyId: string;
  readonly scope: {
    readonly date: string;
    readonly region: string;
    readonly service: string;
    readonly terminator: string;
  };
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const algorithm = "AWS4-HMAC-SHA256";
const partNames = ["Credential", "SignedHeaders", "Signature"] as const;

/** The parts of an `Authorization` header, or what is wrong with it. */
export function parseAuthorization(value: string): Authorization | { readonly problem: string } {
  const [scheme = "", ...rest] = value.split(" ");
  if (scheme !== algorithm) return { problem: `Authorization header requires the algorithm ${algorithm}.` };

  const parts = new Map<string, string>();
  for (const part of rest.join(" ").split(",")) {
    const [name = "", ...content] = part.trim().split("=");
    if (parts.has(name)) return { problem: `Authorization header has '${name}' twice.` };
    parts.set(name, content.join("="));
  }
  const absent = partNames.filter((name) => !parts.get(name));
  if (absent.length > 0) {
    const problem = absent.map((name) => `Authorization header requires '${name}' parameter.`).join(" ");
    return { problem };
  }

  // An access key id has no slash; whatever else a credential has too much of is a fault in the scope.
  const credential = (parts.get("Credential") ?? "").split("/");
  if (credential.length !== 5) {
    const form = "<access key id>/<date>/<region>/<service>/aws4_request";
    return { problem: `'Credential' parameter of the Authorization header must be ${form}.` };
  }
  const [accessKeyId = "", date = "", region = "", service = "", terminator = ""] = credential;
  return {
    accessKeyId,
    scope: { date, region, service, terminator },
    signedHeaders: (parts.get("SignedHeaders") ?? "").split(";"),
    signature: parts.get("Signature") ?? "",
  };
}
