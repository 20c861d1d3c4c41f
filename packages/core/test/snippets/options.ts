import { ConfigError, type Env, type Overrides, type RetryPolicy } from "@wirekit/core";
import { Faults, makeFromEnv, option, env as parse, readOptions } from "@wirekit/core/kit";

interface StoreOptions {
  readonly url: string;
  readonly timeoutMs?: number | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
}

const rules = {
  url: option.text({ presence: "required", pattern: /^https:/, expected: "must begin with https:" }),
  timeoutMs: option.durationMs({ minimum: 1, default: 30_000 }),
  retry: option.retry({ maxAttempts: 5 }),
};

const variables = {
  url: { name: "STORE_URL", parse: parse.url },
  timeoutMs: { name: "STORE_TIMEOUT_SECONDS", parse: parse.secondsAsMs },
};

class Store {
  readonly timeoutMs: number;

  static fromEnv(env: Env = process.env, overrides: Overrides<StoreOptions> = {}): Store {
    return makeFromEnv<StoreOptions, Store>({ variables, env, overrides }, (options) => new Store(options));
  }

  constructor(options: StoreOptions) {
    const faults = new Faults();
    const { timeoutMs } = readOptions(options, rules, faults);
    faults.throwIfAny();
    this.timeoutMs = timeoutMs;
  }
}

function faultsOf(make: () => unknown): readonly string[] {
  try {
    make();
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.issues.map(({ path, message }) => `${path} ${message}`) : [];
  }
}

console.log(Store.fromEnv({ STORE_URL: "https://x.test", STORE_TIMEOUT_SECONDS: "5" }).timeoutMs); // prints: 5000
for (const fault of faultsOf(() => Store.fromEnv({ STORE_TIMEOUT_SECONDS: "soon" }))) console.log(fault);
// prints: STORE_TIMEOUT_SECONDS must be a number of seconds above 0
// prints: STORE_URL (or the option url) is required
const misspelt = { url: "https://x.test", timeout: 5, retry: { maxAttempts: 0 } };
for (const fault of faultsOf(() => new Store(misspelt))) console.log(fault);
// prints: timeout is not an option; did you mean timeoutMs?
// prints: retry.maxAttempts must be a whole number of at least 1, or Infinity
