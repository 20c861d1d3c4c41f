import { sendDocumentedExamples } from "./demo/documented-examples.ts";
import { sendInvalidMessage } from "./demo/invalid-message.ts";
import { sendOrderDay } from "./demo/order-day.ts";
import { sendToProducerThatIsDown } from "./demo/producer-down.ts";
import { sendToRecoveringProducer } from "./demo/recovering-producer.ts";
import { runDemo } from "./demo/run-demo.ts";
import { sendWithWrongSecret } from "./demo/wrong-secret.ts";

process.exitCode = await runDemo(process.stdout, [
  sendDocumentedExamples,
  sendOrderDay,
  sendInvalidMessage,
  sendWithWrongSecret,
  sendToRecoveringProducer,
  sendToProducerThatIsDown,
]);
