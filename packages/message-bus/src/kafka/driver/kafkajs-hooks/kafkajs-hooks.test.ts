import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";

const kafka = new URL("../../", import.meta.url);

/** What reaches into kafkajs past its public interface, or is not kafkajs's to be made. */
const hooks: readonly (readonly [string, RegExp])[] = [
  ["a private module", /(?<!@)kafkajs\/(?!package\.json)/],
  ["the look-up of protocols", /lookupRequest/],
  ["the cluster of an assigner", /partitionAssigners/],
  ["a partitioner", /createPartitioner/],
  ["a copy of an object with other methods", /Object\.create\(|Object\.defineProperty\((?!headers|texts)/],
  ["kafkajs's own producer, consumer or admin", /\.(producer|consumer|admin)\(/],
];

const sources = readdirSync(kafka, { recursive: true, encoding: "utf8" }).filter(
  (path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.includes("kafkajs-hooks"),
);

it.each(hooks)("only the hooks use %s of kafkajs", (_, pattern) => {
  const users = sources.filter((path) => {
    const code = readFileSync(new URL(path, kafka), "utf8").replaceAll(
      /\/\*[\s\S]*?\*\/|\/\/.*|from ".*"/g,
      "",
    );
    return pattern.test(code);
  });
  expect(users).toEqual([]);
});

it("only the driver knows of kafkajs", () => {
  const users = sources.filter((path) =>
    /from "kafkajs"|import\("kafkajs"\)/.test(readFileSync(new URL(path, kafka), "utf8")),
  );
  expect(users.filter((path) => !path.startsWith("driver/"))).toEqual([]);
});
