/** A private key, and the certificate for it that a client has to trust. Both in PEM. */
export interface Certificate {
  readonly key: string;
  readonly certificate: string;
}

const dnsName = 2;
const ipAddress = 7;

/** Makes a certificate for `localhost` and `127.0.0.1` that is its own authority, valid for a year. */
export async function selfSignedCertificate(): Promise<Certificate> {
  const { generate } = await import("selfsigned");
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: dnsName, value: "localhost" },
          { type: ipAddress, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  return { key, certificate: cert };
}
