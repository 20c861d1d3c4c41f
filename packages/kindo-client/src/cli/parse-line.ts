import type { ProducerPayload } from "../wire/producer-payload.ts";
import type { Line } from "./read-lines.ts";

/** What a line says. */
export type ParsedLine =
  | { readonly kind: "blank" }
  /** Whether it is a valid message is for the client to say. */
  | { readonly kind: "message"; readonly message: ProducerPayload }
  | { readonly kind: "invalid"; readonly problem: string };

export function parseLine({ number, bytes }: Line): ParsedLine {
  const text = decoded(bytes, number === 1);
  if (text === undefined) return { kind: "invalid", problem: "is not UTF-8" };
  if (text.trim() === "") return { kind: "blank" };
  try {
    return { kind: "message", message: JSON.parse(text) };
  } catch (thrown) {
    return { kind: "invalid", problem: `is not JSON${positionIn(thrown)}` };
  }
}

function decoded(bytes: Uint8Array, isFirst: boolean): string | undefined {
  try {
    // Only the first line may begin with a byte order mark; anywhere else it is a character like any other.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: !isFirst }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Where the parser stopped. Its own words quote the message. */
function positionIn(thrown: unknown): string {
  const [, position] = /at position (\d+)/.exec(String(thrown)) ?? [];
  return position === undefined ? "" : ` (character ${Number(position) + 1})`;
}
