import { ConfigError } from "@wirekit/core";

/** kafkajs, as far as it is used here. */
export type Kafkajs = typeof import("kafkajs");

/**
 * kafkajs, loaded on first use: whoever has another bus, or a driver of his own, need not have it.
 *
 * @throws ConfigError when the package is not installed.
 */
export async function loadKafkajs(): Promise<Kafkajs> {
  try {
    const module: Kafkajs & { readonly default?: Kafkajs } = await import("kafkajs");
    // It is CommonJS: what a loader has not recognised as a named export stands in the default one.
    return module.default ?? module;
  } catch (cause) {
    throw new ConfigError(
      [{ path: "driver", message: "is kafkajs unless given, and needs the package kafkajs: install it" }],
      { cause },
    );
  }
}
