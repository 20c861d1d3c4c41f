import { ConfigError, type Issue } from "@wirekit/core";

/** @throws ConfigError when Kafka takes no topic of that name. */
export function checkTopic(topic: string, path = "target"): void {
  const issue = topicFault(topic, path);
  if (issue !== undefined) throw new ConfigError([issue]);
}

/** @throws ConfigError naming every option at fault. */
export function checkReceiveOptions({
  topic,
  groupId,
  timeoutMs,
}: {
  readonly topic: string;
  readonly groupId: string;
  readonly timeoutMs: number;
}): void {
  const issues = [
    topicFault(topic, "target"),
    groupId === "" ? { path: "groupId", message: "must not be empty" } : undefined,
    timeoutMs >= 0 && timeoutMs <= maxTimerMs
      ? undefined
      : { path: "timeoutMs", message: `must be a number of milliseconds from 0 to ${maxTimerMs}` },
  ].filter((issue) => issue !== undefined);
  if (issues.length > 0) throw new ConfigError(issues);
}

/** The longest delay that the runtimes' timers take. */
const maxTimerMs = 2_147_483_647;

const topicForm = /^[a-zA-Z0-9._-]{1,249}$/;

function topicFault(topic: unknown, path: string): Issue | undefined {
  const isTopic = typeof topic === "string" && topicForm.test(topic) && topic !== "." && topic !== "..";
  if (isTopic) return undefined;
  return {
    path,
    message: "must be a topic: 1 to 249 letters, digits, dots, underscores and hyphens",
  };
}
