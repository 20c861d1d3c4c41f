import type { SpanHook } from "@wirekit/core/inbound";
import { failedOutcome } from "@wirekit/core/kit";
import type { BatchOutcome } from "@wirekit/core/outbound";
import {
  extractTraceContext,
  injectTraceContext,
  isTracingOn,
  messagingSpan,
  withSpan,
} from "@wirekit/core/tracing";
import type { BusDelivery } from "./consume-options.ts";
import type { BrokerReceipt, Outgoing } from "./outgoing.ts";

const scope = { name: "@wirekit/message-bus" };

/**
 * Submits one text inside a span, which ends before its caller is told the outcome. Headers say where the
 * span stands in its trace. Without a tracer provider it only calls `submit`, and throws what that throws.
 */
export function submitInSpan<Receipt extends BrokerReceipt>(
  system: string,
  outgoing: Outgoing<Receipt>,
  submit: (outgoing: Outgoing<Receipt>) => void,
): void {
  if (isTracingOn()) void submitTraced(system, outgoing, submit);
  else submit(outgoing);
}

async function submitTraced<Receipt extends BrokerReceipt>(
  system: string,
  outgoing: Outgoing<Receipt>,
  submit: (outgoing: Outgoing<Receipt>) => void,
): Promise<void> {
  const { target, text, message, key, original, deliveryId, signal, timeoutMs } = outgoing;
  const bodyBytes = Buffer.byteLength(text);
  const { name, ...options } = messagingSpan({
    operation: "send",
    system,
    destination: target,
    bodyBytes,
  });
  let ended: BatchOutcome<Receipt> | undefined;
  let reason: unknown;
  try {
    await withSpan(name, { ...options, scope }, async (span) => {
      const headers: Record<string, string> = { ...outgoing.headers };
      await injectTraceContext(headers);
      const { messageId } = await new Promise<Receipt>((resolve, reject) => {
        const settle = (outcome: BatchOutcome<Receipt>, thrown: unknown) => {
          ended = outcome;
          if (outcome.kind === "delivered") resolve(outcome.receipt);
          else reject(thrown);
        };
        submit({
          target,
          text,
          message,
          key,
          headers,
          original,
          deliveryId,
          signal,
          timeoutMs,
          settle,
        });
      });
      span.setAttributes({ "messaging.message.id": messageId });
    });
  } catch (thrown) {
    reason = thrown;
  }
  outgoing.settle(ended ?? failedOutcome(reason), reason);
}

/**
 * Runs each handler inside a span, in the trace of whoever sent the message. For when there is a tracer
 * provider.
 */
export function handlerSpan<D extends BusDelivery, Message>(system: string): SpanHook<D, Message> {
  return ({ delivery }, run) => runInSpan(system, delivery, run);
}

async function runInSpan<T>(
  system: string,
  { id, bytes, received }: BusDelivery,
  run: () => Promise<T>,
): Promise<T> {
  const { name, ...options } = messagingSpan({
    operation: "process",
    system,
    destination: received.target,
    messageId: id,
    bodyBytes: bytes,
    consumerGroup: received.groupId,
  });
  const parent = await extractTraceContext(received.headers);
  return withSpan(name, { ...options, parent, scope }, run);
}
