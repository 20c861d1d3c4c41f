import type { Certificates } from "../run/certificates.ts";
import { host } from "../run/ports.ts";

/** What the broker listens on. */
export type MosquittoPort = "mqtt" | "mqtts" | "ws" | "wss" | "authenticated";

/** What the broker is told. */
export function mosquittoConfiguration(broker: {
  readonly ports: Readonly<Record<MosquittoPort, number>>;
  readonly certificates: Certificates;
  readonly passwordPath: string;
  readonly maxInflight: number;
  /** Started by root, the broker would change to a user who may not read its files. */
  readonly runAs: string;
}): string {
  const { ports, certificates, passwordPath, maxInflight, runAs } = broker;
  const open = "allow_anonymous true";
  const tls = [`certfile ${certificates.certificatePath}`, `keyfile ${certificates.keyPath}`];
  // WebSocket listeners keep to the address given only when they are told the kind of it.
  const webSocket = ["protocol websockets", "socket_domain ipv4"];
  const listeners: Readonly<Record<MosquittoPort, readonly string[]>> = {
    mqtt: [open],
    mqtts: [open, ...tls],
    ws: [...webSocket, open],
    wss: [...webSocket, open, ...tls],
    authenticated: ["allow_anonymous false", `password_file ${passwordPath}`],
  };
  const blocks = (Object.keys(listeners) as MosquittoPort[]).map((name) =>
    [`listener ${ports[name]} ${host}`, ...listeners[name]].join("\n"),
  );
  const common = [
    "per_listener_settings true",
    `user ${runAs}`,
    "persistence false",
    // Unlike standard output, it is not held back until there is a page of it.
    "log_dest stderr",
    "log_type all",
    `max_inflight_messages ${maxInflight}`,
  ].join("\n");
  return `${[common, ...blocks].join("\n\n")}\n`;
}
