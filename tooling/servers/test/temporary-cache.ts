import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CacheDirectory, cacheDirectory, createCacheDirectory } from "../src/cache-directory.ts";

/** A cache folder of a test's own. */
export async function createTemporaryCache(): Promise<CacheDirectory> {
  const cache = cacheDirectory({
    WIREKIT_SERVERS_DIR: await mkdtemp(join(tmpdir(), "wirekit-servers-test-")),
  });
  await createCacheDirectory(cache);
  return cache;
}

export async function deleteTemporaryCache(cache: CacheDirectory): Promise<void> {
  await rm(cache.root, { recursive: true, force: true });
}
