import { ConfigError } from "../errors/config-error.ts";
import { MessageTooLargeError } from "../errors/message-too-large-error.ts";
import { WirekitError } from "../errors/wirekit-error.ts";
import type { ResolvedBatcherOptions } from "./options.ts";

/** What has to be known of an item before it can be batched, or why it cannot be. */
export type Measured =
  | { readonly kind: "measured"; readonly key: string | undefined; readonly bytes: number }
  | { readonly kind: "unfit"; readonly error: WirekitError };

/** Asks the user's functions for size and key; whatever they do, one item's fault stays with that item. */
export function measure<Item>(
  item: Item,
  options: Pick<ResolvedBatcherOptions<Item, unknown>, "sizeOf" | "keyOf" | "maxEntryBytes">,
): Measured {
  try {
    const bytes = options.sizeOf(item);
    const key = options.keyOf(item);
    if (!Number.isSafeInteger(bytes) || bytes < 0)
      return unfit("sizeOf", "must return a whole number of bytes");
    if (key !== undefined && typeof key !== "string")
      return unfit("keyOf", "must return a text, or undefined");
    if (bytes <= options.maxEntryBytes) return { kind: "measured", key, bytes };
    return { kind: "unfit", error: new MessageTooLargeError({ bytes, maxBytes: options.maxEntryBytes }) };
  } catch (thrown) {
    return { kind: "unfit", error: WirekitError.from(thrown) };
  }
}

function unfit(path: string, message: string): Measured {
  return { kind: "unfit", error: new ConfigError([{ path, message }]) };
}
