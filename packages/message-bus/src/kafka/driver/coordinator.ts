import { addressOf } from "./group-errors.ts";
import type { KafkajsBroker, KafkajsCluster } from "./kafkajs-hooks/kafkajs-cluster.ts";
import { brokerMethods, checkKafkajs } from "./kafkajs-hooks/kafkajs-version.ts";

/** The protocol's number for the coordinator of a group; there is another one for transactions. */
const groupCoordinator = 0;

/**
 * The broker that coordinates a group: found when it is needed, and once for all who ask at the same time.
 */
export class Coordinator {
  readonly #cluster: KafkajsCluster;
  readonly #groupId: string;
  #found: Promise<KafkajsBroker> | undefined;

  constructor(cluster: KafkajsCluster, groupId: string) {
    this.#cluster = cluster;
    this.#groupId = groupId;
  }

  find(): Promise<KafkajsBroker> {
    if (this.#found === undefined) {
      const finding = this.#ask();
      this.#found = finding;
      finding.catch(() => this.forget(finding));
    }
    return this.#found;
  }

  /** It is another one by now, or cannot be reached. */
  forget(known: Promise<KafkajsBroker> | undefined = this.#found): void {
    if (this.#found === known) this.#found = undefined;
  }

  /**
   * Asks one broker after the other. kafkajs's own way swallows their answers, so that a refusal looks like a
   * broker that is not there.
   */
  async #ask(): Promise<KafkajsBroker> {
    // Brokers whose connections have failed are forgotten: there may be none left to ask.
    if (this.#cluster.getNodeIds().length === 0) await this.#cluster.refreshMetadata();
    let thrown: unknown = new Error("no broker is known to ask for the coordinator of the group");
    for (const nodeId of this.#cluster.getNodeIds()) {
      try {
        const found: unknown = await this.#cluster.findBroker({ nodeId });
        const broker = checkKafkajs<KafkajsBroker>("broker", found, brokerMethods);
        const request = { groupId: this.#groupId, coordinatorType: groupCoordinator };
        const { coordinator } = await broker.findGroupCoordinator(request);
        return await this.#cluster.findBroker({ nodeId: String(coordinator.nodeId) });
      } catch (error) {
        thrown = error;
      }
    }
    throw thrown;
  }
}

/**
 * A connection that has failed is not used again: kafkajs keeps the half of an answer that it has brought.
 */
export function forgetBroker(cluster: KafkajsCluster, thrown: unknown): void {
  const address = addressOf(thrown);
  if (address !== undefined) cluster.removeBroker(address);
}
