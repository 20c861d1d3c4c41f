import { cutOut, type RedactOptions, redacted, searchFor } from "./redact-text.ts";
import { isSecretName } from "./secret-names.ts";

const maxDepth = 16;
/** A value that stands in many places is shown in each: few objects can make an endless text. */
const maxValues = 100_000;

/**
 * Returns a copy of `value` that can be shown. It replaces values under secret names, in objects, maps and
 * lists of pairs, and cuts every known secret out of every text. Errors keep their messages, binary data only
 * its length. Cycles, very deep values and what is beyond 100,000 values are cut off. Never throws.
 */
export function redact(value: unknown, options: RedactOptions = {}): unknown {
  const search = searchFor(options);
  const open = new Set<object>();
  let values = 0;

  function visit(current: unknown, depth: number): unknown {
    values += 1;
    if (values > maxValues) return "[too many]";
    if (typeof current === "string") return cutOut(current, search);
    if (typeof current === "function") return "[function]";
    if (typeof current !== "object" || current === null) return current;
    if (open.has(current)) return "[circular]";
    if (depth > maxDepth) return "[too deep]";
    open.add(current);
    try {
      return show(current, depth);
    } catch {
      return "[unreadable]";
    } finally {
      open.delete(current);
    }
  }

  function show(current: object, depth: number): unknown {
    if (isA<Date>(current, "Date")) return current;
    if (ArrayBuffer.isView(current) || isA<ArrayBuffer>(current, "ArrayBuffer")) {
      return `[${current.byteLength} bytes]`;
    }
    if (isA<Map<unknown, unknown>>(current, "Map")) return showMembers([...current], depth);
    if (isA<Set<unknown>>(current, "Set")) return [...current].map((item) => visit(item, depth + 1));
    if (isSecretPair(current)) return [current[0], redacted];
    if (Array.isArray(current)) return current.map((item) => visit(item, depth + 1));
    return showMembers([...errorMembers(current), ...Object.entries(current)], depth);
  }

  function showMembers(members: readonly (readonly [unknown, unknown])[], depth: number): unknown {
    return Object.fromEntries(
      members.map(([key, item]) => {
        const name = String(key);
        return [cutOut(name, search), isSecretName(name) ? redacted : visit(item, depth + 1)];
      }),
    );
  }
  return visit(value, 0);
}

/** Not `instanceof`: what is logged may come from another realm (a worker, a test runner's sandbox). */
function isA<T>(value: object, tag: string): value is T & object {
  return Object.prototype.toString.call(value) === `[object ${tag}]`;
}

/** `["Authorization", "Bearer ..."]`: headers are often a list of such pairs. */
function isSecretPair(value: object): value is [string, unknown] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && isSecretName(value[0]);
}

/** The message of an error is not among its enumerable members. */
function errorMembers(value: object): [string, unknown][] {
  if (!("message" in value && "stack" in value)) return [];
  const { name, message, stack } = value as Error;
  const members: [string, unknown][] = [
    ["name", name],
    ["message", message],
    ["stack", stack],
  ];
  return "cause" in value ? [...members, ["cause", value.cause]] : members;
}
