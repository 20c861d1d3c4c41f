import { readVectors } from "@wirekit/vectors";

/** A message as the original writes it, with the name of the golden case it is from. */
export interface GoldenEnvelope {
  readonly name: string;
  readonly category: string;
  /** The original's own text. */
  readonly text: string;
  readonly dictionary: Readonly<Record<string, unknown>>;
}

interface EnvelopeCase {
  readonly name: string;
  readonly category: string;
  readonly expected: string;
}

/** A message of every kind, with all that makes JSON texts differ between writers. */
export const envelopes: readonly GoldenEnvelope[] = readVectors<EnvelopeCase>(
  "message-bus/envelopes.json",
).map(({ name, category, expected: text }) => ({
  name,
  category,
  text,
  dictionary: JSON.parse(text) as GoldenEnvelope["dictionary"],
}));
