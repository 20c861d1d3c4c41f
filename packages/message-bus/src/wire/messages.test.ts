import { describe, expect, it } from "@jest/globals";
import { createMessage, type InstructionInput } from "../create-message.ts";
import { InvalidBodyError, InvalidMessageError } from "../errors.ts";
import { MessageBusMessage } from "../message-bus-message.ts";
import { decodeMessage } from "./decode-message.ts";
import { encodeMessage } from "./encode-message.ts";
import { KycEventPayload, NewUserEventPayload } from "./event-payloads.ts";
import { BurnPayload, MintPayload, TransactionPayload } from "./instruction-payloads.ts";
import type { SendableMessage } from "./message.ts";
import { RelayInitiatedEventPayload } from "./onboarding-payloads.ts";

const now = new Date("2021-01-01T00:00:00.999Z");
const tokens = { value: "10", currency: "EURC", reference: "REF-1", chain: "STELLAR" };
const common = { source: "BANKING_SERVICE", serviceToken: "secret-token" };

describe("creating a message", () => {
  it("is the same by the original's name", () => {
    expect(MessageBusMessage.create).toBe(createMessage);
  });

  it("cuts the time of creation off at the second", () => {
    const { metaData } = createMessage({ ...common, instructionType: "MINT", payload: tokens }, { now });
    expect(metaData.createdAt).toBe("2021-01-01T00:00:00Z");
  });

  it("gives every message its own random idempotency key, of version 4", () => {
    const keys = [1, 2].map(
      () => createMessage({ ...common, instructionType: "MINT", payload: tokens }).metaData.idempotencyKey,
    );
    expect(keys[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(keys[0]).not.toBe(keys[1]);
  });

  it("takes the clock and the source of keys as functions too", () => {
    const { metaData } = createMessage(
      { ...common, instructionType: "MINT", payload: tokens },
      { now: () => now, uuid: () => "key-1" },
    );
    expect(metaData).toMatchObject({ createdAt: "2021-01-01T00:00:00Z", idempotencyKey: "key-1" });
  });

  it("refuses an instruction type together with an event", () => {
    const input = { ...common, instructionType: "MINT", event: "NEW_PROFILE", payload: tokens };
    expect(issuesOf(() => createMessage(input as unknown as InstructionInput))).toEqual([
      "meta_data must not have both instruction_type and event",
    ]);
  });

  it("names every fault at once, each by its path on the wire, and never a value", () => {
    const payload = { reference: 7, transactionType: "DEPOSIT", firstName: "\u001f ", fee: "secret-fee" };
    const input = { ...common, source: " ", instructionType: "TRANSACTION", payload };
    const create = () => createMessage(input as unknown as InstructionInput);
    expect(issuesOf(create)).toEqual([
      "meta_data.source must not be blank",
      "payload.external_reference is required",
      "payload.source is required",
      "payload.reference must be text",
      "payload.first_name must not be blank",
      "payload.last_name is required",
      "payload.status is required",
      "payload.incoming_currency is required",
      "payload.outgoing_currency is required",
      "payload.value is required",
      "payload.payer is required when transaction_type is DEPOSIT",
    ]);
    expect(create).not.toThrow(/secret/);
    expect(create).toThrow(/^Invalid message: meta_data.source must not be blank; payload.external_/);
  });

  it("lets empty text stand where the original lets it stand", () => {
    const payload = {
      ...{ externalReference: "E", source: "S", reference: "R", firstName: "J", lastName: "D", status: "S" },
      ...{ incomingCurrency: "EUR", outgoingCurrency: "EURC", value: "1", fee: "0", payee: "" },
      transactionType: "WITHDRAW",
    } as const;
    expect(createMessage({ ...common, instructionType: "TRANSACTION", payload }).payload.payee).toBe("");
  });

  it("takes for blank what Python's strip removes, and nothing else", () => {
    const isBlank = (text: string) => {
      const payload = { reference: text, status: "DONE" };
      const create = () => createMessage({ ...common, instructionType: "STATUS_UPDATE", payload });
      return faultsOf(create).length > 0;
    };
    expect(["\u001c", "\u0085", "\u00a0", "\u2003", "\u3000"].filter((text) => !isBlank(text))).toEqual([]);
    expect(["\ufeff", "\u200b", "\u180e"].filter(isBlank)).toEqual([]);
  });

  it("reads the fields of a class that has them as accessors", () => {
    class Burn {
      get value() {
        return "10";
      }
      currency = "EURC";
      reference = "REF-1";
      chain = "STELLAR";
    }
    const { payload } = createMessage({ ...common, instructionType: "BURN", payload: new Burn() });
    expect(payload).toEqual(tokens);
  });

  it("never takes a payload that was made to burn tokens for one that mints them", () => {
    const burn = BurnPayload.parse(tokens);
    const create = () =>
      createMessage({ ...common, instructionType: "MINT", payload: burn as unknown as MintPayload });
    expect(issuesOf(create)).toEqual(["payload was made as the payload of BURN, and MINT requires its own"]);
    const received = decodeMessage(
      encodeMessage(createMessage({ ...common, instructionType: "BURN", payload: burn })),
    );
    expect(() =>
      createMessage({ ...common, instructionType: "MINT", payload: received.payload as MintPayload }),
    ).toThrow(/payload was made as the payload of BURN/);
    expect(
      createMessage({ ...common, instructionType: "MINT", payload: { ...(burn as object as MintPayload) } })
        .payload,
    ).toEqual(tokens);
  });

  it("does not change the payload it was given, nor share it", () => {
    const payload = Object.freeze({ id: "usr-1" });
    const message = createMessage({ ...common, event: "NEW_USER", payload });
    expect(message.payload).not.toBe(payload);
    expect(message.payload).toEqual({ id: "usr-1" });
  });
});

describe("the schema of a payload", () => {
  it("gives a copy without unknown fields and without what is absent", () => {
    const payload = { ...tokens, message: null, extra: 1 };
    expect(MintPayload.parse(payload)).toStrictEqual(tokens);
    expect(MintPayload.safeParse(payload)).toStrictEqual({ success: true, data: tokens });
  });

  it("names every fault by its path on the wire", () => {
    const parse = () => TransactionPayload.parse({ transactionType: "WITHDRAW", firstName: " " });
    expect(issuesOf(parse)).toEqual(
      expect.arrayContaining([
        "payload.first_name must not be blank",
        "payload.payee is required when transaction_type is WITHDRAW",
      ]),
    );
    expect(MintPayload.safeParse(null)).toMatchObject({
      success: false,
      error: { issues: [{ path: "payload", message: "must be an object" }] },
    });
  });

  it("is a Standard Schema, whose paths are in the names used here", () => {
    const { version, validate } = KycEventPayload["~standard"];
    expect(version).toBe(1);
    const payload = { title: "T", identifier: "I", reviewStatus: "COMPLETED" };
    expect(validate(payload)).toEqual({
      issues: [{ path: ["reviewResult"], message: expect.stringMatching(/^is required/) }],
    });
    expect(validate({ ...payload, reviewResult: "GREEN" })).toEqual({
      value: { ...payload, reviewResult: "GREEN" },
    });
  });

  it("keeps every member of an open payload, whatever its name", () => {
    const payload = JSON.parse('{"__proto__": "a", "constructor": "b"}');
    const parsed = RelayInitiatedEventPayload.parse({ email: "a@b.c", payload });
    expect(JSON.stringify(parsed.payload)).toBe('{"__proto__":"a","constructor":"b"}');
    expect(JSON.stringify(NewUserEventPayload.parse(payload))).toBe('{"__proto__":"a","constructor":"b"}');
  });
});

describe("writing a message", () => {
  const mint = createMessage({ ...common, instructionType: "MINT", payload: tokens });

  it("checks again what may have been changed since it was created", () => {
    const changed = { ...mint, payload: { ...mint.payload, chain: " " } };
    expect(issuesOf(() => encodeMessage(changed))).toEqual(["payload.chain must not be blank"]);
  });

  it("refuses a message whose kind and metadata contradict each other", () => {
    const changed = { ...mint, metaData: { ...mint.metaData, instructionType: "BURN" } };
    const copied = { ...changed, payload: { ...tokens } } as unknown as SendableMessage;
    expect(issuesOf(() => encodeMessage(copied))).toEqual([
      "meta_data.instruction_type says BURN, which the message's own kind contradicts",
    ]);
  });

  it("does not let a known kind past its checks under the name of an unknown one", () => {
    const disguised = { ...mint, kind: "unknown", payload: {} } as unknown as SendableMessage;
    expect(issuesOf(() => encodeMessage(disguised)).length).toBeGreaterThan(0);
  });

  it("names what a plain dictionary holds that JSON cannot carry", () => {
    expect(issuesOf(() => encodeMessage({ payload: { value: 10n } }))[0]).toMatch(/^payload\.value /);
  });

  it("writes a plain dictionary as it is, with or without what belongs into one", () => {
    expect(encodeMessage({})).toBe("{}");
    expect(encodeMessage({ meta_data: { source: null }, payload: 7 })).toBe(
      '{"meta_data": {"source": null}, "payload": 7}',
    );
    expect(encodeMessage(Object.create(null) as SendableMessage)).toBe("{}");
  });

  it.each([null, undefined, "text", 7, []])("refuses %j, which is no dictionary", (value) => {
    expect(issuesOf(() => encodeMessage(value as unknown as SendableMessage))).toEqual(["must be an object"]);
  });
});

describe("reading a message", () => {
  const body = (metaData: object, payload: unknown = { title: "New profile", identifier: "usr-1" }) =>
    JSON.stringify({
      meta_data: { source: "S", created_at: "C", token: "secret-token", idempotency_key: "K", ...metaData },
      payload,
    });

  it("goes by the instruction type where both are given, and keeps both, as the original does", () => {
    const both = { instruction_type: "STATUS_UPDATE", event: "NEW_PROFILE" };
    const message = decodeMessage(body(both, { reference: "R", status: "S" }));
    expect(message).toMatchObject({ kind: "STATUS_UPDATE", payload: { reference: "R", status: "S" } });
    expect(message.metaData.event).toBe("NEW_PROFILE");
    const written = {
      source: "S",
      created_at: "C",
      token: "secret-token",
      idempotency_key: "K",
      instruction_type: "STATUS_UPDATE",
      event: "NEW_PROFILE",
      ip_address: "203.0.113.7",
    };
    const withAddress = decodeMessage(
      body({ ip_address: "203.0.113.7", ...both }, { reference: "R", status: "S" }),
    );
    expect(encodeMessage(withAddress)).toBe(
      encodeMessage({ meta_data: written, payload: { reference: "R", status: "S" } }),
    );
    expect(JSON.parse(encodeMessage({ ...message })).meta_data).toMatchObject(both);
  });

  it.each([
    [
      "an unknown event",
      { instruction_type: "STATUS_UPDATE", event: "NOPE" },
      "meta_data.event must be one of",
    ],
    [
      "an unknown instruction type",
      { instruction_type: "NOPE", event: "NEW_USER" },
      "instruction_type must be one of",
    ],
  ])("refuses %s also where both are given", (_what, kinds, expected) => {
    expect(issuesOf(() => decodeMessage(body(kinds, { reference: "R", status: "S" })))).toEqual([
      expect.stringContaining(expected),
    ]);
  });

  it.each([
    ["left out", '"token": "t"}}'],
    ["null", '"token": "t"}, "payload": null}'],
  ])("reads an UPDATE_PROFILE whose payload is %s, and no other message", (_what, end) => {
    const text = (kind: string) =>
      `{"meta_data": {"source": "S", "created_at": "C", "idempotency_key": "K", ${kind}, ${end}`;
    const message = decodeMessage(text('"instruction_type": "UPDATE_PROFILE"'));
    expect(message).toMatchObject({ kind: "UPDATE_PROFILE", payload: {} });
    expect(encodeMessage(message)).toMatch(/"payload": \{\}\}$/);
    for (const kind of ['"instruction_type": "MINT"', '"event": "NEW_USER"', '"event": "NOPE"'])
      expect(issuesOf(() => decodeMessage(text(kind), { unknownKinds: "pass" }))).toContain(
        "payload is required",
      );
    const input = { ...common, instructionType: "UPDATE_PROFILE" } as Parameters<typeof createMessage>[0];
    expect(issuesOf(() => createMessage(input))).toEqual(["payload is required"]);
  });

  it("keeps the user's own names where a payload is open", () => {
    const payload = JSON.parse(
      '{"external_reference": null, "__proto__": {"a": 1}, "n": [1.5, {"b_c": true}]}',
    );
    const message = decodeMessage(body({ event: "NEW_USER" }, payload));
    expect(JSON.stringify(message.payload)).toBe(JSON.stringify(payload));
  });

  it("names a fault inside an open payload by the user's own name", () => {
    const payload = { email: "a@b.c", payload: { taxId: 1, "odd key": null } };
    expect(issuesOf(() => decodeMessage(body({ event: "RELAY_INITIATED" }, payload)))).toEqual([
      "payload.payload.taxId must be text",
      'payload.payload["odd key"] must be text',
    ]);
  });

  it("refuses an unknown kind, and says which ones there are", () => {
    expect(issuesOf(() => decodeMessage(body({ event: "NOPE" })))).toEqual([
      expect.stringMatching(/^meta_data\.event must be one of NEW_TRANSACTION, .*, RELAY_ONBOARDED$/),
    ]);
  });

  it("lets an unknown kind pass where the reader is older than the sender, and writes it back unchanged", () => {
    const text = body({ event: "ACCOUNT_FROZEN", ip_address: "203.0.113.7" }, { since_when: [1, null] });
    const message = decodeMessage(text, { unknownKinds: "pass" });
    expect(message).toMatchObject({
      kind: "unknown",
      metaData: { event: "ACCOUNT_FROZEN", ipAddress: "203.0.113.7" },
      payload: { since_when: [1, null] },
    });
    expect(JSON.parse(encodeMessage(message))).toEqual(JSON.parse(text));
  });

  it.each([
    ["a large whole number", '{"n": 9007199254740993}'],
    ["a number with a fraction of zero", '{"n": 1.0, "m": 1e2, "l": -0}'],
    ["more digits than a number holds", '{"n": 0.1000000000000000055511151231257827}'],
    ["names that are numbers", '{"b": 1, "10": 2, "2": 3}'],
    ["a name that is there twice", '{"a": 1, "a": 2}'],
    ["escapes and blanks of its own", '{ "a" :  "\\u00e9 é \\/" }'],
  ])("writes %s of an unknown kind as it came, unless something was changed", (_what, payload) => {
    const head =
      '"meta_data": {"idempotency_key": "K", "source": "S", "created_at": "C", "token": "t", "event": "NOPE"';
    const text = `{"payload": ${payload}, ${head}, "extra": 1}}`;
    const message = decodeMessage(text, { unknownKinds: "pass" });
    expect(encodeMessage(message)).toBe(text);
    expect(JSON.parse(encodeMessage({ ...message } as SendableMessage)).payload).toEqual(JSON.parse(payload));
    if (message.kind !== "unknown") throw new Error("a kind that is known was not expected");
    (message.payload as Record<string, unknown>).changed = true;
    expect(JSON.parse(encodeMessage(message)).payload).toEqual({ ...JSON.parse(payload), changed: true });
  });

  it("still checks the metadata of an unknown kind, and everything of a known one", () => {
    const pass = { unknownKinds: "pass" } as const;
    expect(issuesOf(() => decodeMessage(body({ event: 7 }), pass))).toHaveLength(1);
    expect(issuesOf(() => decodeMessage(body({ event: " " }), pass))).toHaveLength(1);
    expect(issuesOf(() => decodeMessage(body({ event: "NOPE", source: " " }), pass))).toHaveLength(1);
    expect(issuesOf(() => decodeMessage(body({ event: "NOPE" }, [1]), pass))).toHaveLength(1);
    expect(issuesOf(() => decodeMessage(body({ event: "NEW_PROFILE" }, {}), pass))).toHaveLength(2);
  });

  it("does not find a field on an object's prototype", () => {
    const text = '{"meta_data": {"__proto__": {"source": "S"}, "event": "NEW_PROFILE"}, "payload": {}}';
    expect(issuesOf(() => decodeMessage(text))).toContain("meta_data.source is required");
  });

  it("tells nothing of a body that is no JSON, not even as the cause", () => {
    const read = () => decodeMessage('{"token": secret-token}');
    expect(read).toThrow(new InvalidBodyError([{ path: "", message: "must be JSON" }]));
    expect(causeOf(read)).toBeUndefined();
  });
});

function issuesOf(task: () => unknown): string[] {
  const faults = faultsOf(task);
  if (faults.length === 0) throw new Error("no fault was found");
  return faults;
}

function faultsOf(task: () => unknown): string[] {
  const error = thrownBy(task);
  if (error === undefined) return [];
  if (!(error instanceof InvalidMessageError) && !(error instanceof InvalidBodyError)) throw error;
  return error.issues.map(({ path, message }) => (path === "" ? message : `${path} ${message}`));
}

function causeOf(task: () => unknown): unknown {
  return (thrownBy(task) as Error).cause;
}

function thrownBy(task: () => unknown): unknown {
  try {
    task();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}
