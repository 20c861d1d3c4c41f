import { messageOf } from "../errors/wirekit-error.ts";

type OpenTelemetry = typeof import("@opentelemetry/api");

/** Where every copy of `@opentelemetry/api` 1.x keeps what the program has registered. */
const registryKey = Symbol.for("opentelemetry.js.api.1");

/** Whether the program has registered a tracer provider. Looked up without loading `@opentelemetry/api`. */
export function isTracingOn(): boolean {
  const registry = (globalThis as { [registryKey]?: { readonly trace?: unknown } })[registryKey];
  return registry?.trace !== undefined;
}

/**
 * The program's `@opentelemetry/api`; `undefined` if it cannot be loaded: tracing must not fail what it
 * traces.
 */
export async function loadOpenTelemetry(): Promise<OpenTelemetry | undefined> {
  try {
    return await import("@opentelemetry/api");
  } catch {
    return undefined;
  }
}

/** Tells OpenTelemetry's own `diag` logger of a provider, tracer or propagator that throws. Never throws. */
export function reportTracingFault(api: OpenTelemetry, what: string, thrown: unknown): void {
  try {
    api.diag.error(`${what}: ${messageOf(thrown)}`);
  } catch {
    // The diag logger fails as well.
  }
}
