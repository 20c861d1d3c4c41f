const maxLength = 249;

/** Whether a topic may have that name. */
export function isTopicName(name: string): boolean {
  return /^[a-zA-Z0-9._-]+$/.test(name) && name.length <= maxLength && name !== "." && name !== "..";
}
