import { messageOf, WirekitError } from "../errors/wirekit-error.ts";
import type { Troubles } from "../kit/troubles.ts";
import { beginClaim, type Claim } from "./claim.ts";
import type { ResolvedConsumerOptions } from "./consumer-options.ts";
import { type Delivery, LeaseLostError } from "./delivery.ts";
import type { DeliveryRun } from "./delivery-run.ts";
import { type Decision, done, type Failures, troubleOf } from "./failures.ts";

type ClaimsOptions<D extends Delivery, Message, Result> = Pick<
  ResolvedConsumerOptions<D, Message, Result>,
  "idempotency" | "clock" | "logger"
>;

/** The areas of `Troubles` for a store that fails: in claiming work, and in noting what became of it. */
const claiming = "idempotency claims";
const noting = "idempotency results";

/** Claims the work of deliveries, and says in `health()` what the idempotency store fails in. */
export class Claims<D extends Delivery, Message, Result> {
  readonly #options: ClaimsOptions<D, Message, Result>;
  readonly #failures: Failures<D>;
  readonly #troubles: Troubles;

  constructor(options: ClaimsOptions<D, Message, Result>, failures: Failures<D>, troubles: Troubles) {
    this.#options = options;
    this.#failures = failures;
    this.#troubles = troubles;
  }

  /** Claims the work of `key`; or returns how the delivery ends without being handled. Never rejects. */
  async begin(run: DeliveryRun<D>, key: string): Promise<Claim<Result> | Decision<D>> {
    const { idempotency, clock, logger } = this.#options;
    const { delivery } = run;
    // There is a key only where there is a store.
    if (idempotency === undefined) return done;
    run.watch();
    try {
      const claim = await beginClaim(idempotency.store, key, {
        ...idempotency,
        clock,
        onLost: () => run.abort(new LeaseLostError("another consumer has its idempotency claim by now")),
        onSuccess: () => this.#troubles.clear(noting),
        onError: (what, thrown) => {
          const fields = { id: delivery.id, error: messageOf(thrown) };
          logger.error(fields, `The idempotency store failed in ${what} a claim`);
          this.#troubles.report(noting, troubleOf(`The idempotency store fails in ${what} a claim`, thrown));
        },
      });
      this.#troubles.clear(claiming);
      if (claim === "done") return { ...done, isDuplicate: true };
      if (claim !== "in-progress") return claim;
      // Never acknowledged: the consumer that handles it may still fail, or die over it.
      const error = new WirekitError("The message is being handled elsewhere", inProgress);
      return this.#failures.retry(delivery, error);
    } catch (thrown) {
      this.#troubles.report(claiming, troubleOf("The idempotency store fails", thrown));
      // Nothing is known of the message, so that this never makes a dead letter of it.
      return this.#failures.retry(delivery, WirekitError.from(thrown));
    }
  }
}

const inProgress = { code: "wirekit/in-progress", retryable: true } as const;
