import { type Answer, jsonAnswer } from "../http/answer.ts";
import type { ReceivedRequest } from "../http/received-request.ts";
import { invalidMessage, type Producer } from "./producer.ts";

/** Answers a signed request to the Function URL. Any path and query will do: a Function URL has no routes. */
export function answerFunctionUrl(request: ReceivedRequest, produce: Producer): Answer {
  if (request.method !== "POST") {
    return jsonAnswer(405, { message: `${request.method} is not allowed` }, { allow: "POST" });
  }
  const [mediaType = ""] = (request.headers["content-type"] ?? "").split(";");
  if (mediaType.trim().toLowerCase() !== "application/json") {
    return jsonAnswer(415, { message: "Content-Type must be application/json" });
  }
  const result = produce(request.body, {
    door: "function-url",
    request: request.number,
    idempotencyKey: request.headers["idempotency-key"],
  });
  if (result.kind === "invalid") return jsonAnswer(400, invalidMessage(result.faults));
  return jsonAnswer(200, { tracking_id: result.trackingId });
}
