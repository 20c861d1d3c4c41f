import { ConnectionError } from "@wirekit/core";
import { retry } from "@wirekit/core/kit";
import { deferred, ManualClock, recordingLogger, until } from "@wirekit/core/testing";

const clock = new ManualClock();
const logger = recordingLogger();
const calls: number[] = [];
const sending = retry(
  async ({ number }) => {
    calls.push(clock.monotonic());
    if (number < 3) throw new ConnectionError("not yet");
    return "sent";
  },
  {
    clock,
    random: () => 0.5,
    policy: { baseDelayMs: 1_000 },
    onRetry: ({ delayMs }) => logger.warn({ delayMs }, "again"),
  },
);
await clock.advance(10_000);
console.log(await sending, calls.join()); // prints: sent 0,500,1500
console.log(logger.texts().join("; ")); // prints: again {"delayMs":500}; again {"delayMs":1000}

const { promise, resolve } = deferred<string>();
let seen = "";
void promise.then((value) => {
  seen = value;
});
resolve("done");
await until(() => seen === "done");
console.log(seen); // prints: done
