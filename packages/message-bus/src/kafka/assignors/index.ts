import type { Assignor } from "./assignor.ts";
import { assignRanges } from "./range.ts";
import { assignRoundRobin } from "./roundrobin.ts";

/** The assignors by the names that members of a group agree on. */
export const assignors: Readonly<Record<"range" | "roundrobin", Assignor>> = {
  range: assignRanges,
  roundrobin: assignRoundRobin,
};
