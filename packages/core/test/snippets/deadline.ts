import { systemClock, TimeoutError } from "@wirekit/core";
import { Deadline } from "@wirekit/core/kit";

const deadline = new Deadline(50, systemClock);
const found = await deadline.limit("The look-up", async () => "queue-1");
const hanging = deadline.limit(`Closing ${found}`, () => new Promise<never>(() => {}));
const error = await hanging.catch((thrown: unknown) => thrown);
console.log(error instanceof TimeoutError, deadline.isOver); // prints: true true
