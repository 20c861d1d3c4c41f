/** Where every copy of `@opentelemetry/api` 1.x keeps what the program has registered. */
const registryKey = Symbol.for("opentelemetry.js.api.1");

/** Whether the program has registered a tracer provider. Looked up without loading `@opentelemetry/api`. */
export function isTracingOn(): boolean {
  const registry = (globalThis as { [registryKey]?: { readonly trace?: unknown } })[registryKey];
  return registry?.trace !== undefined;
}
