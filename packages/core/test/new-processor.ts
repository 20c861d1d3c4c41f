import { type ConsumerOptions, type Handler, readConsumerOptions } from "../src/inbound/consumer-options.ts";
import type { Delivery, Settlement } from "../src/inbound/delivery.ts";
import { Processor } from "../src/inbound/processor.ts";
import { Troubles } from "../src/kit/troubles.ts";

/** What a processor of a test is made of. */
export interface TestProcessorOptions<D extends Delivery, Message>
  extends Partial<ConsumerOptions<D, Message, unknown>> {
  readonly handler?: Handler<D, Message, unknown> | undefined;
  readonly settle?: ((delivery: D, settlement: Settlement<D>) => unknown) | undefined;
  readonly release?: ((delivery: D) => unknown) | undefined;
}

/** A processor without a consumer around it. */
export function newProcessor<Body, Message = Body>({
  handler = () => undefined,
  settle = () => undefined,
  release = () => undefined,
  ...options
}: TestProcessorOptions<Delivery<Body>, Message>): Processor<Delivery<Body>, Message, unknown> {
  const source = {
    redelivery: "in-place",
    run: async () => undefined,
    settle: () => undefined,
    release: () => undefined,
  } as const;
  const decode = ({ body }: Delivery<Body>) => body as unknown as Message;
  const resolved = readConsumerOptions({ source, decode, ...options }, handler);
  return new Processor(resolved, {
    settle,
    release,
    troubles: new Troubles(resolved.clock),
  });
}
