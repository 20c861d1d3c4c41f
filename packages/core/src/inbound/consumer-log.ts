import type { WirekitError } from "../errors/wirekit-error.ts";
import type { Logger } from "../logger.ts";
import type { Delivery } from "./delivery.ts";
import type { Processed } from "./processor-options.ts";

/** Logs what an operator has to know of: by ids and errors, never with a body or a key, which may be a customer's number. */
export function logProcessed(
  logger: Logger,
  { delivery, outcome, settlement, error }: Processed<Delivery>,
): void {
  if (outcome === "handled") return;
  const fields = { id: delivery.id, attempt: delivery.attempt, code: error?.code, error: error?.message };
  if (outcome === "retried") {
    const afterMs = settlement?.kind === "retry" ? settlement.afterMs : undefined;
    logger.warn({ ...fields, afterMs }, "A message was not handled and is delivered again");
  }
  if (outcome === "dead-lettered")
    logger.error(fields, "A message was given up and written to the dead-letter target");
  if (outcome === "invalid") logger.error(fields, `An invalid message ${whereTo(settlement)}`);
  if (outcome === "left" && settlement?.kind === "leave") {
    logger.error(fields, "A message was given up, and is left to the queue: there is no dead-letter target");
  } else if (outcome === "left") logger.warn(fields, "A message was not handled here");
}

/** In one line, however many there are: a source that holds its messages itself can have tens of thousands waiting. */
export function logLeft(logger: Logger, deliveries: readonly Delivery[], error: WirekitError): void {
  const [first] = deliveries;
  if (first === undefined) return;
  const fields = { count: deliveries.length, firstId: first.id, code: error.code, error: error.message };
  logger.warn(fields, "Messages were not handled here: they left before their turn");
}

function whereTo(settlement: Processed<Delivery>["settlement"]): string {
  return settlement?.kind === "dead-letter"
    ? "was written to the dead-letter target"
    : "is left to the queue";
}
