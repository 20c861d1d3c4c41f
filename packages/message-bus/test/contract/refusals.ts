import { describe, expect, it } from "@jest/globals";
import { ConfigError } from "@wirekit/core";
import {
  InvalidMessageError,
  type MessageBus,
  type MessageHandler,
  type Received,
  type SendableMessage,
  type SendOptions,
} from "../../src/index.ts";
import type { ContractBus } from "./contract-bus.ts";
import { referenceOf, statusUpdate } from "./messages.ts";

class Envelope {
  readonly source = "S";
}

const { metaData, ...withoutMetaData } = statusUpdate("R-1");
const { instructionType: _, ...withoutKind } = metaData;

/** What callers without types send, and what is said of it. */
const noMessages: readonly (readonly [string, unknown, RegExp])[] = [
  ["undefined", undefined, /must be an object/],
  ["null", null, /must be an object/],
  ["a list", [statusUpdate("R-1")], /must be an object/],
  ["a text", JSON.stringify({ meta_data: {}, payload: {} }), /must be an object/],
  ["a number", 7, /must be an object/],
  ["true", true, /must be an object/],
  ["a function", () => statusUpdate("R-1"), /must be an object/],
  ["a Date", new Date(), /instance of a class/],
  ["a Map", new Map([["meta_data", {}]]), /instance of a class/],
  ["a Buffer", Buffer.from("{}"), /instance of a class/],
  ["a promise", Promise.resolve(statusUpdate("R-1")), /instance of a class/],
  ["an Error", new Error("no message"), /instance of a class/],
  ["an instance of any class", new Envelope(), /instance of a class/],
  ["a message without metadata", { ...withoutMetaData, metaData: undefined }, /meta_data is required/],
  ["a message whose metadata are null", { ...withoutMetaData, metaData: null }, /meta_data is required/],
  [
    "a message of no kind",
    { metaData: withoutKind, payload: {} },
    /must have either instruction_type or event/,
  ],
  ["a message without a payload", { metaData }, /payload is required/],
  ["a message whose payload is a list", { metaData, payload: [] }, /payload must be an object/],
  [
    "a message whose open payload is a Map",
    { metaData: { ...withoutKind, event: "NEW_USER" }, payload: new Map() },
    /payload must be a plain object/,
  ],
];

const signal = AbortSignal.timeout(600_000);
/** What a send cannot be told, by the option that is named. */
const wrongSends: readonly (readonly [string, Record<string, unknown>])[] = [
  ["key", { key: Buffer.from("user-1") }],
  ["key", { key: 7 }],
  ["key", { key: null }],
  ["key", { key: {} }],
  ["key", { key: "half of a pair \ud83d" }],
  ["target", { target: undefined }],
  ["target", { target: null }],
  ["target", { target: "" }],
  ["target", { target: 7 }],
  ["target", { target: ["payments"] }],
  ["timeoutMs", { timeoutMs: Number.NaN }],
  ["timeoutMs", { timeoutMs: -1 }],
  ["timeoutMs", { timeoutMs: 2 ** 31 }],
  ["timeoutMs", { timeoutMs: null }],
  ["timeoutMs", { timeoutMs: "1000" }],
  ["signal", { signal: "abort" }],
  ["signal", { signal: {} }],
  ["signal", { signal: null }],
  ["timeoutMS is not an option; did you mean timeoutMs", { timeoutMS: 1 }],
  ["keys is not an option; did you mean key", { keys: "k" }],
  ["headers is not an option", { headers: {} }],
];

const wrongReceives: readonly (readonly [string, Record<string, unknown>])[] = [
  ...wrongSends.filter(([name]) => /^(target|signal|timeoutMs)$/.test(name)),
  ["timeoutMs", { timeoutMs: Number.POSITIVE_INFINITY }],
  ["groupId", { groupId: "" }],
  ["groupId", { groupId: 7 }],
  ["groupId", { groupId: null }],
  ["unknownKinds", { unknownKinds: "ignore" }],
  ["visibilityTimeoutMs", { visibilityTimeoutMs: Number.NaN }],
  ["visibilityTimeoutMs", { visibilityTimeoutMs: -1 }],
  ["visibilityTimeoutMs", { visibilityTimeoutMs: 2 ** 31 }],
  ["groupID is not an option; did you mean groupId", { groupID: "g" }],
];

const wrongConsumes: readonly (readonly [string, Record<string, unknown>])[] = [
  ...wrongReceives.filter(([name]) => /^(target|groupId|groupID.*|unknownKinds|visibility.*)$/.test(name)),
  ["concurrency", { concurrency: Number.NaN }],
  ["concurrency", { concurrency: -1 }],
  ["concurrency", { concurrency: "10" }],
  ["concurrency", { concurrency: null }],
  ["handlerTimeoutMs", { handlerTimeoutMs: 2 ** 31 }],
  ["abandonAfterMs", { abandonAfterMs: Number.NaN }],
  ["retry.maxAttempts", { retry: { maxAttempts: Number.NaN } }],
  ["retry.attempts is not an option", { retry: { attempts: 3 } }],
  ["deadLetter", { deadLetter: "payments-dead" }],
  ["deadLetter.target", { deadLetter: { target: 7 } }],
  ["deadLetter.sink", { deadLetter: { sink: "payments-dead" } }],
  ["idempotency.store", { idempotency: {} }],
  ["idempotency.store", { idempotency: { store: new Map() } }],
  ["classify", { classify: "retry" }],
  ["onProcessed", { onProcessed: 7 }],
  ["concurency is not an option; did you mean concurrency", { concurency: 5 }],
];

/** What callers without types do, on every bus. */
export function describeRefusals(subject: () => ContractBus): void {
  describe("what cannot be meant", () => {
    it.each(noMessages)(
      "is refused by name where %s is sent, and nothing goes out",
      async (_what, value, why) => {
        const { bus, newTarget, eventually } = subject();
        const target = await newTarget();
        const noMessage = value as SendableMessage;
        const refused = await eventually(bus.sendMessage(noMessage, { target }).catch((thrown) => thrown));
        expect(refused).toBeInstanceOf(InvalidMessageError);
        expect(refused.message).toMatch(why);
        const outcomes = await eventually(bus.sendMany([noMessage, statusUpdate("R-2")], { target }));
        expect(outcomes).toMatchObject([
          { kind: "not-sent", error: { code: "message-bus/invalid-message" } },
          { kind: "delivered" },
        ]);
        const received = await eventually(bus.receiveMessage({ target, timeoutMs: 30_000 }));
        expect(received?.kind === "message" && referenceOf(received.message)).toBe("R-2");
      },
    );

    it("is refused by name with every option of a send, and holds up nothing behind it", async () => {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      const refused: Promise<unknown>[] = [];
      for (const [, wrong] of wrongSends) {
        const options = { target, key: "user-1", signal, ...wrong } as unknown as SendOptions;
        refused.push(bus.sendMessage(statusUpdate("R-1"), options).catch((thrown: unknown) => thrown));
        refused.push(bus.sendMany([statusUpdate("R-1")], options).then(([outcome]) => outcome));
      }
      const sent = bus.sendMessage(statusUpdate("R-2"), { target, key: "user-1" });
      await eventually(sent);
      const answers = await eventually(Promise.all(refused));
      for (const [index, [name]] of wrongSends.entries()) {
        const [thrown, outcome] = answers.slice(index * 2) as [Error, { kind: string; error: Error }];
        expect(thrown).toBeInstanceOf(ConfigError);
        expect(thrown.message).toContain(name);
        expect(outcome.kind).toBe("not-sent");
        expect(outcome.error.message).toContain(name);
      }
      const received = await eventually(bus.receiveMessage({ target, timeoutMs: 30_000 }));
      expect(received?.kind === "message" && referenceOf(received.message)).toBe("R-2");
    });

    it("is refused for one of many, and the others are sent", async () => {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      const keys: unknown[] = ["user-1", Buffer.from("user-2"), "user-3"];
      const key = ((_message: unknown, index: number) => keys[index]) as () => string;
      const messages = keys.map((_key, index) => statusUpdate(`R-${index}`));
      expect(await eventually(bus.sendMany(messages, { target, key }))).toMatchObject([
        { kind: "delivered" },
        { kind: "not-sent", error: { message: expect.stringContaining("key must be a text") } },
        { kind: "delivered" },
      ]);
    });

    it.each([undefined, null, "text", 7])("is refused where %p stands for all options", async (nothing) => {
      const { bus } = subject();
      const options = nothing as never;
      await expect(bus.sendMessage(statusUpdate("R-1"), options)).rejects.toThrow(ConfigError);
      expect(await bus.sendMany([statusUpdate("R-1")], options)).toMatchObject([{ kind: "not-sent" }]);
      await expect(bus.sendMany(nothing as never, { target: "payments" })).rejects.toThrow(
        /messages must be a list/,
      );
      await expect(bus.receiveMessage(options)).rejects.toThrow(ConfigError);
      await expect(bus.acknowledge(nothing as never)).rejects.toThrow(
        /received must be what a bus has received/,
      );
      expect(() => bus.consume(options, () => undefined)).toThrow(ConfigError);
    });

    it("is refused by name with every option of a receive", async () => {
      const { bus, newTarget } = subject();
      const target = await newTarget();
      for (const [name, wrong] of wrongReceives) {
        const options = { target, timeoutMs: 1, ...wrong } as Parameters<MessageBus["receiveMessage"]>[0];
        await expect(bus.receiveMessage(options)).rejects.toMatchObject({
          name: "ConfigError",
          message: expect.stringContaining(name),
        });
      }
      const forever = { target, timeoutMs: 1 } as Parameters<MessageBus["messages"]>[0];
      await expect(bus.messages(forever).next()).rejects.toThrow(/timeoutMs is not an option/);
    });

    it("is refused by name with every option of an acknowledgement", async () => {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      await eventually(bus.sendMessage(statusUpdate("R-1"), { target }));
      const received = await eventually(bus.receiveMessage({ target, timeoutMs: 30_000 }));
      for (const wrong of [
        { timeoutMs: Number.NaN },
        { timeoutMs: -1 },
        { signal: "abort" },
        { timeOutMs: 1 },
      ]) {
        const [name] = Object.keys(wrong);
        await expect(bus.acknowledge(received as Received, wrong as object)).rejects.toMatchObject({
          name: "ConfigError",
          message: expect.stringContaining(String(name)),
        });
      }
      await eventually(bus.acknowledge(received as Received));
    });

    it("is refused by name with every option of a consumer, and without a handler", async () => {
      const { bus, newTarget } = subject();
      const target = await newTarget();
      for (const [name, wrong] of wrongConsumes) {
        const options = { target, ...wrong } as Parameters<MessageBus["consume"]>[0];
        expect(() => bus.consume(options, () => undefined)).toThrow(
          expect.objectContaining({ name: "ConfigError", message: expect.stringContaining(name) }),
        );
      }
      for (const handler of [undefined, null, {}, "handle"]) {
        expect(() => bus.consume({ target }, handler as unknown as MessageHandler<unknown>)).toThrow(
          /handler must be a function/,
        );
      }
    });
  });
}
