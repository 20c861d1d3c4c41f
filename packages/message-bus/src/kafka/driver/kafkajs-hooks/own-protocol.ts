import type { KafkajsBroker, RequestProtocol } from "./kafkajs-cluster.ts";

/**
 * The same broker, whose next request is written, or its answer read, by `change` of kafkajs's own protocol.
 * kafkajs looks the protocol of a request up by `lookupRequest`, which is put in front of the broker's own
 * here. Nothing of the broker itself is changed.
 */
export function withProtocol(
  broker: KafkajsBroker,
  change: (protocol: RequestProtocol) => RequestProtocol,
): KafkajsBroker {
  const { lookupRequest: lookup } = broker;
  const lookupRequest: KafkajsBroker["lookupRequest"] = (apiKey, definition) => {
    const make = lookup(apiKey, definition);
    return (request) => change(make(request));
  };
  return Object.create(broker, { lookupRequest: { value: lookupRequest } }) as KafkajsBroker;
}
