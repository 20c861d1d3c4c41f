/** What a broker of kafkajs does for a member. */
export interface KafkajsBroker {
  findGroupCoordinator(request: {
    readonly groupId: string;
    readonly coordinatorType: number;
  }): Promise<{ readonly coordinator: { readonly nodeId: number } }>;
  joinGroup(request: {
    readonly groupId: string;
    readonly sessionTimeout: number;
    readonly rebalanceTimeout: number;
    readonly memberId: string;
    readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  }): Promise<{
    readonly generationId: number;
    readonly leaderId: string;
    readonly memberId: string;
    readonly groupProtocol: string;
    readonly members: readonly {
      readonly memberId: string;
      readonly groupInstanceId?: string | null | undefined;
      readonly memberMetadata: Buffer;
    }[];
  }>;
  syncGroup(request: {
    readonly groupId: string;
    readonly generationId: number;
    readonly memberId: string;
    readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
  }): Promise<{ readonly memberAssignment: Buffer }>;
  heartbeat(request: GenerationOfMember): Promise<unknown>;
  leaveGroup(request: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
  offsetCommit(request: GenerationOfMember & { readonly topics: readonly TopicOffsets[] }): Promise<unknown>;
  offsetFetch(request: {
    readonly groupId: string;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { partition: number }[];
    }[];
  }): Promise<{ readonly responses: readonly TopicOffsets[] }>;
  /** Resolves with what the protocol of the request makes of the answer. */
  fetch(request: FetchRequest): Promise<unknown>;
  initProducerId(request: {
    readonly transactionTimeout: number;
  }): Promise<{ readonly producerId: string; readonly producerEpoch: number }>;
  /** As `fetch`. */
  produce(request: { readonly topicData: readonly never[] }): Promise<unknown>;
  /** How a request of this kind is written, and its answer read, in the version that the broker knows. */
  readonly lookupRequest: (apiKey: number, definition: unknown) => (request: unknown) => RequestProtocol;
}

/**
 * A request to be sent, and what is done with the answer: `decode` gets its bytes, `parse` throws where the
 * broker has refused something.
 */
export interface RequestProtocol {
  readonly request: {
    readonly apiVersion: number;
    /** The body of the request; kafkajs copies `buffer`. */
    encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
  };
  readonly response: {
    decode(bytes: Buffer): Promise<unknown>;
    parse(decoded: unknown): Promise<unknown>;
  };
}

export interface FetchRequest {
  readonly isolationLevel: number;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly FetchedPartitionRequest[];
  }[];
}

export interface GenerationOfMember {
  readonly groupId: string;
  readonly groupGenerationId: number;
  readonly memberId: string;
}

export interface TopicOffsets {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
}

export interface FetchedPartitionRequest {
  readonly partition: number;
  readonly fetchOffset: string;
  readonly maxBytes: number;
}

/** What a cluster of kafkajs does for a member: connections, metadata and requests, and nothing by itself. */
export interface KafkajsCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  removeBroker(address: { readonly host: string; readonly port: number }): void;
  getNodeIds(): readonly string[];
  findBroker(node: { readonly nodeId: string }): Promise<KafkajsBroker>;
  findTopicPartitionMetadata(
    topic: string,
  ): readonly { readonly partitionId: number; readonly leader: number }[];
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
      readonly fromBeginning: boolean;
    }[],
  ): Promise<readonly TopicOffsets[]>;
}
