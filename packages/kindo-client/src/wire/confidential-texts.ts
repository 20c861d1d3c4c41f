import { type EncodedMessage, readBody } from "./encode-message.ts";

/** Shorter ones stand in every answer: cutting them out would leave nothing to read, and hide nothing. */
const minLength = 6;

/**
 * The texts of a message that must not be shown when an answer quotes them: its whole body, and every text
 * and number in its payload.
 */
export function confidentialTexts(message: EncodedMessage): readonly string[] {
  const texts = new Set([message.body]);
  const open: unknown[] = [(readBody(message) as { readonly payload?: unknown } | null)?.payload];
  for (let value = open.pop(); open.length > 0 || value !== undefined; value = open.pop()) {
    if (typeof value === "object" && value !== null)
      for (const member of Object.values(value)) open.push(member);
    else if (typeof value === "string" || typeof value === "number") {
      const text = String(value);
      if (text.length >= minLength) texts.add(text);
    }
  }
  return [...texts];
}
