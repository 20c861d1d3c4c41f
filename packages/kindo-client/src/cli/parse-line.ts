import type { ProducerPayload } from "../wire/producer-payload.ts";
import type { Line } from "./read-lines.ts";

/** What a line says. */
export type ParsedLine =
  | { readonly kind: "blank" }
  /** Whether it is a valid message is for the client to say. */
  | { readonly kind: "message"; readonly message: ProducerPayload }
  | InvalidLine;

/** No message at all. */
export interface InvalidLine {
  readonly kind: "invalid";
  readonly code: "too-long" | "not-json";
  /** What is wrong with it, as the rest of a sentence about it. */
  readonly problem: string;
}

export function parseLine({ bytes }: Line): ParsedLine {
  if (bytes === undefined)
    return { kind: "invalid", code: "too-long", problem: "is longer than any message can be" };
  const text = decoded(bytes);
  if (text === undefined) return { kind: "invalid", code: "not-json", problem: "is not UTF-8" };
  if (text.trim() === "") return { kind: "blank" };
  try {
    return { kind: "message", message: JSON.parse(text) };
  } catch (thrown) {
    return { kind: "invalid", code: "not-json", problem: `is not JSON${positionIn(thrown)}` };
  }
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    // The mark of the file is not part of its first line; anywhere else it is a character like any other.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Where the parser stopped. Its own words quote the message. */
function positionIn(thrown: unknown): string {
  const [, position] = /at position (\d+)/.exec(String(thrown)) ?? [];
  return position === undefined ? "" : ` (character ${Number(position) + 1})`;
}
