import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../run-command.ts";

/** A throwaway authority, and a certificate of its for `localhost` and `127.0.0.1`. */
export interface Certificates {
  /** The authority's certificate, PEM: what a client has to trust. */
  readonly caPath: string;
  readonly ca: string;
  readonly certificatePath: string;
  readonly keyPath: string;
  /** Key and certificate in one file. */
  readonly bundlePath: string;
}

const days = "365";
/** Elliptic curves, because making their keys takes no time. */
const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Makes both, in the folder `tls` below `directory`. */
export async function createCertificates(directory: string): Promise<Certificates> {
  const tls = join(directory, "tls");
  await mkdir(tls, { mode: 0o700 });
  const openssl = (...args: readonly string[]) => runCommand("openssl", args, { cwd: tls });
  const authority = ["-keyout", "ca.key", "-out", "ca.crt", "-days", days, "-subj", "/CN=wirekit-test-ca"];
  await openssl("req", "-x509", ...newKey, ...authority);
  await openssl("req", ...newKey, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost");
  await writeFile(join(tls, "server.ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  const issuer = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", days];
  const request = ["-req", "-in", "server.csr", "-extfile", "server.ext", "-out", "server.crt"];
  await openssl("x509", ...request, ...issuer);

  const [ca, certificate, key] = await Promise.all(
    ["ca.crt", "server.crt", "server.key"].map((name) => readFile(join(tls, name), "utf8")),
  );
  await writeFile(join(tls, "server.pem"), `${key}${certificate}`, { mode: 0o600 });
  return {
    caPath: join(tls, "ca.crt"),
    ca: ca ?? "",
    certificatePath: join(tls, "server.crt"),
    keyPath: join(tls, "server.key"),
    bundlePath: join(tls, "server.pem"),
  };
}
