import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { producerPayloadSchema } from "./producer-schema.ts";

it("is the same as the file that is shipped", () => {
  const file = new URL("../../schemas/producer_payload.json", import.meta.url);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(producerPayloadSchema);
});
