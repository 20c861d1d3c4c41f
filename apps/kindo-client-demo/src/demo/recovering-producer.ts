import { showResult } from "./show-result.ts";
import { type Stage, withOrderService } from "./stage.ts";
import { type StepResult, stepOfSends, timed } from "./tally.ts";

/** A producer that is overloaded for a moment: the client comes back, and the message arrives once. */
export async function sendToRecoveringProducer(stage: Stage): Promise<StepResult> {
  const { screen, expectations, producer } = stage;
  screen.heading("A producer that fails twice, and recovers");

  const storedBefore = producer.stored.length;
  const overload = producer.faults.next(
    { kind: "answer", status: 503, body: { message: "Service Unavailable" } },
    { times: 2 },
  );
  const result = await withOrderService(stage, {}, (orders) =>
    timed(() => orders.notifyUser({ userId: "12345", subject: "Shipped", content: "It is on its way." })),
  );
  showResult(screen, "user.notification", result);
  overload.cancel();

  const attempts = result.kind === "delivered" ? result.receipt.attempts : undefined;
  expectations.expect("the message is delivered with the third try", attempts === 3);
  expectations.expect("it is stored once", producer.stored.length - storedBefore === 1);
  return stepOfSends("producer that recovers", [result]);
}
