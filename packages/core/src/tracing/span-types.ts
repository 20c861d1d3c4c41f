/** What a span can say about itself. `undefined` says nothing. */
export type SpanAttributes = Readonly<Record<string, SpanAttributeValue | undefined>>;
export type SpanAttributeValue = string | number | boolean | string[] | number[] | boolean[];

/** The part that what the span stands for has in a conversation. */
export type SpanKind = "internal" | "client" | "server" | "producer" | "consumer";

declare const opaque: unique symbol;

/** A place in a trace, as it came over the wire: an OpenTelemetry `Context`. */
export interface TraceContext {
  readonly [opaque]: true;
}

export interface SpanOptions {
  /** Default `"internal"`. */
  readonly kind?: SpanKind | undefined;
  readonly attributes?: SpanAttributes | undefined;
  /** What the span belongs to. Default: the span that is active where it is begun. */
  readonly parent?: TraceContext | undefined;
  /** The package that makes the span. Default `@wirekit/core`. */
  readonly scope?: { readonly name: string; readonly version?: string | undefined } | undefined;
}

/** The span that is under way. */
export interface ActiveSpan {
  /** Adds what became known since the span was begun. */
  setAttributes(attributes: SpanAttributes): void;
}
