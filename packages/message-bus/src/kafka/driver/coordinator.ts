import type { KafkajsBroker, KafkajsCluster } from "./kafkajs-cluster.ts";

/** The broker that coordinates a group: found when it is needed, and once for all who ask at the same time. */
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
      const finding = this.#cluster.findGroupCoordinator({ groupId: this.#groupId });
      this.#found = finding;
      finding.catch(() => this.forget(finding));
    }
    return this.#found;
  }

  /** It is another one by now, or cannot be reached. */
  forget(known: Promise<KafkajsBroker> | undefined = this.#found): void {
    if (this.#found === known) this.#found = undefined;
  }
}
