import { ConfigError, type Issue } from "@wirekit/core";

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

/** What is wrong with `topic` as the name of a topic. */
export function findTopicFault(topic: unknown): string | undefined {
  const isTopic = typeof topic === "string" && topicForm.test(topic) && topic !== "." && topic !== "..";
  return isTopic ? undefined : "must be a topic: 1 to 249 letters, digits, dots, underscores and hyphens";
}

function topicFault(topic: unknown, path: string): Issue | undefined {
  const message = findTopicFault(topic);
  return message === undefined ? undefined : { path, message };
}
