import { encodePythonJson } from "@wirekit/core/kit";
import { type EncodedMessage, readBody } from "./encode-message.ts";

/** Shorter texts stand in every answer: cutting them out would leave nothing to read, and hide nothing. */
const minLength = 6;
const maxTexts = 1000;

/**
 * The texts of a message that must not be shown when an answer quotes them: its whole body, and every text in
 * its payload as it is and as it stands in the body.
 */
export function confidentialTexts(message: EncodedMessage): readonly string[] {
  const texts = [message.body];
  collect((readBody(message) as { readonly payload?: unknown } | null)?.payload, texts);
  return texts;
}

function collect(value: unknown, texts: string[]): void {
  if (texts.length >= maxTexts) return;
  if (typeof value === "string" && value.length >= minLength) {
    texts.push(value);
    const written = encodePythonJson(value).slice(1, -1);
    if (written !== value) texts.push(written);
  } else if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) collect(member, texts);
  }
}
