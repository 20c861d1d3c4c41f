import { closeOnSignals } from "@wirekit/core/node";

const consumer = { close: async () => console.log("the consumer is closed") }; // prints: the consumer is closed
const publisher = { close: async () => console.log("the publisher is closed") }; // prints: the publisher is closed

const { closed } = closeOnSignals([consumer, publisher], { timeoutMs: 20_000, afterwards: "return" });
process.emit("SIGTERM", "SIGTERM"); // what the operating system does
const { signal, isClean } = await closed;
console.log(signal, isClean); // prints: SIGTERM true
