import { describe, expect, it } from "@jest/globals";
import { readVectors } from "@wirekit/vectors";
import { ValidationError } from "./errors.ts";
import { messageValidator } from "./schema/message-validator.ts";
import { checkMessage, validateMessage } from "./validate-message.ts";

interface ValidationCase {
  readonly name: string;
  readonly category: string;
  readonly message: unknown;
  readonly expected: { readonly valid: boolean; readonly error?: string | null };
  readonly sent?: string;
}

const cases = readVectors<ValidationCase>("kindo/validation.json");

describe("what the original accepts", () => {
  it.each(cases.filter(({ expected }) => expected.valid))(
    "is sent to the byte as it sends it: $name",
    async (vector) => {
      const before = structuredClone(vector.message);
      const { body } = checkMessage(vector.message, await messageValidator());
      expect(body).toBe(vector.sent);
      expect(vector.message).toEqual(before);
      await expect(validateMessage(vector.message)).resolves.toEqual(JSON.parse(vector.sent ?? ""));
    },
  );
});

describe("what the original refuses", () => {
  it.each(cases.filter(({ expected }) => !expected.valid))("is refused: $name", async ({ message }) => {
    await expect(validateMessage(message)).rejects.toThrow(ValidationError);
  });

  // A container is not shown where the original shows it: whatever it holds could be confidential.
  const isShown = ({ category, message }: ValidationCase) =>
    category !== "not-an-object" && !JSON.stringify(message).includes('["x"]');
  const worded = cases.filter((vector) => !vector.expected.valid && isShown(vector));

  it.each(worded)("is refused in its words: $name", async ({ message, expected }) => {
    const error = await refusalOf(message);
    // Where the payload itself is at fault, its kind is named and its value is not.
    const words = (expected.error ?? "").replace("0 is not", "a number is not");
    expect(error.message.startsWith(words)).toBe(true);
  });
});

async function refusalOf(message: unknown): Promise<ValidationError> {
  const error: unknown = await validateMessage(message).catch((thrown: unknown) => thrown);
  if (!(error instanceof ValidationError)) throw new Error("it was not refused");
  return error;
}
