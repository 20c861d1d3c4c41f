import { type Closeable, closeOnSignals } from "@wirekit/core/node";

declare const consumer: Closeable;
declare const publisher: Closeable;

const { closed } = closeOnSignals([consumer, publisher], { timeoutMs: 20_000, afterwards: "return" });
const { signal, isClean } = await closed;
console.log(`closed on ${signal}`, isClean ? "in time" : "not in time");
