import type { CloseOptions, CloseReport, Health, Logger, WaitOptions } from "../../src/index.ts";
import { ReferenceClient, type ReferenceOptions, type ReferenceStats } from "./reference-client.ts";

// Reference clients that each break one promise of the contract.

export class OpensTimer extends ReferenceClient {
  readonly #timer = setInterval(() => {}, 60_000);

  override close(options?: CloseOptions): Promise<CloseReport<string>> {
    clearInterval(this.#timer);
    return super.close(options);
  }
}

export class StatsLater extends ReferenceClient {
  override stats(): ReferenceStats {
    return Promise.resolve(super.stats()) as unknown as ReferenceStats;
  }
}

export class StatsWithoutPending extends ReferenceClient {
  override stats(): ReferenceStats {
    return { ...super.stats(), pending: 0 };
  }
}

export class StatsWithDate extends ReferenceClient {
  override stats(): ReferenceStats {
    return { ...super.stats(), since: new Date() } as ReferenceStats;
  }
}

export class AlwaysWell extends ReferenceClient {
  override health(): Health {
    const { status } = super.health();
    return { status: status === "degraded" ? "ok" : status, reasons: [] };
  }
}

export class NeverWellAgain extends ReferenceClient {
  #worst: Health | undefined;

  override health(): Health {
    const health = super.health();
    if (health.status === "degraded") this.#worst = health;
    return this.#worst ?? health;
  }
}

export class IllWithoutReason extends ReferenceClient {
  override health(): Health {
    return { ...super.health(), reasons: [] };
  }
}

export class OkAfterClose extends ReferenceClient {
  override health(): Health {
    return { status: "ok", reasons: [] };
  }
}

export class ClosesLate extends ReferenceClient {
  override async close(options?: CloseOptions): Promise<CloseReport<string>> {
    const report = await super.close(options);
    if (report.unconfirmed.length > 0) await new Promise<never>(() => {});
    return report;
  }
}

export class ReportsNothing extends ReferenceClient {
  override async close(options?: CloseOptions): Promise<CloseReport<string>> {
    await super.close(options);
    return { notSent: [], unconfirmed: [], notHandled: 0 };
  }
}

export class ReportsNotSent extends ReferenceClient {
  override async close(options?: CloseOptions): Promise<CloseReport<string>> {
    const { unconfirmed } = await super.close(options);
    return { notSent: unconfirmed, unconfirmed: [], notHandled: 0 };
  }
}

export class CountsCloses extends ReferenceClient {
  #closes = 0;

  override async close(options?: CloseOptions): Promise<CloseReport<string>> {
    const report = await super.close(options);
    this.#closes += 1;
    return { ...report, notHandled: this.#closes - 1 };
  }
}

export class ClosesWhatever extends ReferenceClient {
  override close(): Promise<CloseReport<string>> {
    return super.close({ timeoutMs: 0 });
  }
}

export class ThrowsTypeError extends ReferenceClient {
  override close(options?: CloseOptions): Promise<CloseReport<string>> {
    return super.close(options).catch(() => Promise.reject(new TypeError("bad timeoutMs")));
  }
}

export class ClosesAtOnce extends ReferenceClient {
  override close(options?: CloseOptions): Promise<CloseReport<string>> {
    return super.close(
      options?.timeoutMs === undefined || options.timeoutMs > 100 ? { timeoutMs: 0 } : options,
    );
  }
}

export class NeverDisposes extends ReferenceClient {
  override async [Symbol.asyncDispose](): Promise<void> {}
}

export class TrustsItsLogger extends ReferenceClient {
  readonly #logger: Logger | undefined;

  constructor(options: ReferenceOptions) {
    super(options);
    this.#logger = options.logger;
  }

  override async send(message: string, options?: WaitOptions): Promise<void> {
    await super.send(message, options);
    this.#logger?.info({}, "A message was delivered");
  }
}

export class TrustsItsHook extends ReferenceClient {
  readonly #hook: ReferenceOptions["audit"];

  constructor(options: ReferenceOptions) {
    super({ ...options, audit: undefined });
    this.#hook = options.audit;
  }

  override async send(message: string, options?: WaitOptions): Promise<void> {
    await super.send(message, options);
    this.#hook?.(message);
  }
}

export class TrustsItsListeners extends ReferenceClient {
  readonly #listeners: (() => void)[] = [];

  override on(_name: never, listener: (event: never) => void): () => void {
    this.#listeners.push(listener as () => void);
    return () => {};
  }

  override async send(message: string, options?: WaitOptions): Promise<void> {
    await super.send(message, options);
    for (const listener of this.#listeners) listener();
  }
}
