export { createExpectations, type Expectations } from "./expectations.ts";
export { count, latencyCells, milliseconds, percentile } from "./numbers.ts";
export type { Progress } from "./progress.ts";
export { createScreen, type Screen, type TableOptions } from "./screen.ts";
export { showVerdict } from "./verdict.ts";
