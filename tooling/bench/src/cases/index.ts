import type { BenchmarkCase } from "../harness/benchmark-case.ts";
import { loading } from "./loading.ts";
import { sending } from "./sending.ts";
import { signing } from "./signing.ts";

export const cases: readonly BenchmarkCase[] = [signing, sending, loading];
