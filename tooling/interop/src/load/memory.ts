/** What a process holds, in bytes, once everything is collected that can be. Needs `--expose-gc`. */
export function memoryInUse(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
