import type { KindoArnOptions, KindoUrlOptions } from "../config.ts";

const accepted = '{"tracking_id": "dry-run"}';

/** Options under which a client does everything but send: messages are checked, credentials fetched, requests signed. */
export const dryRun: Pick<KindoUrlOptions, "transport"> & Pick<KindoArnOptions, "lambda"> = {
  transport: async () => ({ status: 200, headers: {}, text: accepted }),
  lambda: { invoke: async () => ({ StatusCode: 200, Payload: new TextEncoder().encode(accepted) }) },
};
