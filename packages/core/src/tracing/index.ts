export { type MessagingOperation, type MessagingSpan, messagingSpan } from "./messaging-span.ts";
export { isTracingOn } from "./otel-registry.ts";
export type {
  ActiveSpan,
  SpanAttributes,
  SpanAttributeValue,
  SpanKind,
  SpanOptions,
  TraceContext,
} from "./span-types.ts";
export { extractTraceContext, injectTraceContext } from "./trace-context.ts";
export { withSpan } from "./with-span.ts";
