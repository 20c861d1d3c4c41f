import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { processed, quickRetry } from "./consuming.ts";
import type { ContractBus } from "./contract-bus.ts";
import { referenceOf, statusUpdate } from "./messages.ts";

export function describeTracing(subject: () => ContractBus): void {
  describe("with a tracer provider", () => {
    const exporter = new InMemorySpanExporter();

    beforeEach(() => {
      exporter.reset();
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
      propagation.setGlobalPropagator(new W3CTraceContextPropagator());
      trace.setGlobalTracerProvider(
        new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
      );
    });

    afterEach(() => {
      trace.disable();
      propagation.disable();
      context.disable();
    });

    it("the span of a handler belongs to the span of the send, and neither shows what is in the message", async () => {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      let tries = 0;
      const consumer = bus.consume({ target, retry: quickRetry }, () => {
        tries += 1;
        if (tries === 1) throw new TypeError("R-secret");
      });
      const done = processed(consumer, 2);
      const { messageId } = await bus.sendMessage(statusUpdate("R-secret"), { target, key: "user-1" });
      await eventually(done);

      const [send] = spans("send", target);
      expect(send?.attributes).toMatchObject({
        "messaging.destination.name": target,
        "messaging.message.id": messageId,
        "messaging.message.body.size": expect.any(Number),
      });
      const handling = spans("process", target);
      expect(handling.map((span) => span.parentSpanContext?.spanId)).toEqual([
        send?.spanContext().spanId,
        send?.spanContext().spanId,
      ]);
      expect(handling.map((span) => span.attributes["error.type"])).toEqual(["TypeError", undefined]);
      const shown = [...handling, send].map((span) =>
        JSON.stringify([span?.attributes, span?.status, span?.events]),
      );
      expect(shown.join()).not.toContain("secret");
    });

    it("says in its span why a message could not be sent", async () => {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      await eventually(bus.close());
      await expect(bus.sendMessage(statusUpdate("R-1"), { target })).rejects.toThrow("closed");
      const [send] = spans("send", target);
      expect(send?.attributes).toMatchObject({ "error.type": "wirekit/closed" });
    });

    it("sends and handles as ever although propagator and tracer throw", async () => {
      const fail = () => {
        throw new Error("an observer has failed");
      };
      propagation.disable();
      propagation.setGlobalPropagator({ inject: fail, extract: fail, fields: () => [] });
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      const handled: string[] = [];
      const consumer = bus.consume({ target }, (message) => handled.push(referenceOf(message)));
      const first = processed(consumer, 1);
      await bus.sendMessage(statusUpdate("R-1"), { target });
      await eventually(first);
      trace.disable();
      trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: fail, startActiveSpan: fail }) });
      const second = processed(consumer, 1);
      await bus.sendMessage(statusUpdate("R-2"), { target });
      await eventually(second);
      expect(handled).toEqual(["R-1", "R-2"]);
      expect(bus.stats().sends).toMatchObject({ accepted: 2, delivered: 2 });
    });

    function spans(operation: string, target: string): ReadableSpan[] {
      return exporter.getFinishedSpans().filter(({ name }) => name === `${operation} ${target}`);
    }
  });

  it("without a tracer provider nothing is written beside a message", async () => {
    const { bus, newTarget, eventually } = subject();
    const target = await newTarget();
    await bus.sendMessage(statusUpdate("R-1"), { target });
    const received = await eventually(bus.receiveMessage({ target, timeoutMs: 30_000 }));
    expect(received?.headers).toEqual({});
  });
}
