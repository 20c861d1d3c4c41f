import type { CommonFault, ErrorFault, Faults } from "../faults/fault.ts";
import type { FaultScript } from "../faults/fault-script.ts";
import { aboveZero, count, oneOf, optional, type Rule, text } from "../faults/rules.ts";
import { commonFaults, errorRules, type OnMember, type Vocabulary } from "../faults/vocabulary.ts";
import { type ErrorName, errorNames } from "./errors.ts";
import { type ApiName, layouts, type RequestOf } from "./protocol/layouts.ts";

/** What can go wrong with a request to the broker. */
export type KafkaFault =
  | CommonFault
  /** The answer carries this error code wherever such an answer has room for one. */
  | ErrorFault<ErrorName>
  /** The request has its effect and its answer never comes; what comes after it is answered. */
  | { readonly kind: "no-answer" }
  /**
   * The request has its effect; so many bytes (default half) of the answer come, then the connection ends.
   */
  | { readonly kind: "truncate"; readonly afterBytes?: number | undefined };

/** Which requests a fault strikes: a bare text stands for the API. */
export type KafkaOn = ApiName | KafkaOnMembers;

export interface KafkaOnMembers {
  readonly api?: ApiName | undefined;
  /** The node at which they come in. */
  readonly nodeId?: number | undefined;
  /** The client id that they carry. */
  readonly clientId?: string | undefined;
  /** A topic that they name. */
  readonly topic?: string | undefined;
  /** The group that they are about. */
  readonly groupId?: string | undefined;
}

/** A request as faults see it. */
export type KafkaRequest = {
  [Name in ApiName]: {
    readonly api: Name;
    readonly version: number;
    /** Empty where the client names none. */
    readonly clientId: string;
    readonly nodeId: number;
    /** There unless a fault strikes before the request is read. */
    readonly body?: RequestOf<Name> | undefined;
  };
}[ApiName];

export type KafkaFaults = Faults<KafkaFault, KafkaOn, KafkaRequest>;
export type KafkaFaultScript = FaultScript<KafkaFault, KafkaOn, KafkaRequest>;

const apiNames = Object.keys(layouts) as ApiName[];

/** The topics that a request names, by API; those that are not here name none. */
const topicsOf: { readonly [Name in ApiName]?: (body: RequestOf<Name>) => readonly string[] } = {
  Produce: ({ topics }) => topics.map(({ name }) => name),
  Fetch: ({ topics }) => topics.map(({ name }) => name),
  ListOffsets: ({ topics }) => topics.map(({ name }) => name),
  OffsetCommit: ({ topics }) => topics.map(({ name }) => name),
  OffsetFetch: ({ topics }) => (topics ?? []).map(({ name }) => name),
  CreateTopics: ({ topics }) => topics.map(({ name }) => name),
  Metadata: ({ topics }) => topics ?? [],
  DeleteTopics: ({ topicNames }) => topicNames,
};

/** The group that a request is about, by API; those that are not here are about none. */
const groupOf: { readonly [Name in ApiName]?: (body: RequestOf<Name>) => string } = {
  FindCoordinator: ({ key }) => key,
  JoinGroup: ({ groupId }) => groupId,
  SyncGroup: ({ groupId }) => groupId,
  Heartbeat: ({ groupId }) => groupId,
  LeaveGroup: ({ groupId }) => groupId,
  OffsetCommit: ({ groupId }) => groupId,
  OffsetFetch: ({ groupId }) => groupId,
};

function byBody<Said>(
  table: { readonly [Name in ApiName]?: (body: RequestOf<Name>) => Said },
  matches: (said: Said, value: unknown) => boolean,
): OnMember<KafkaRequest> {
  return {
    rule: text,
    known: "by-body",
    matches: ({ api, body }, value) => {
      const read = table[api] as ((body: RequestOf<ApiName>) => Said) | undefined;
      return read !== undefined && body !== undefined && matches(read(body), value);
    },
  };
}

function nodeIdRule(nodes: number): Rule {
  const holds = (value: unknown) => aboveZero.holds(value) && Number(value) <= nodes;
  return { must: `the id of a node, from 1 to ${nodes}`, presence: "required", holds };
}

/** The words that a broker of so many nodes knows. */
export function kafkaVocabulary(nodes: number): Vocabulary<KafkaFault["kind"], KafkaOn, KafkaRequest> {
  return {
    faults: {
      ...commonFaults,
      error: errorRules(oneOf(errorNames)),
      "no-answer": {},
      truncate: { afterBytes: optional(count) },
    },
    on: {
      api: { rule: oneOf(apiNames), known: "by-head", matches: ({ api }, value) => api === value },
      nodeId: {
        rule: nodeIdRule(nodes),
        known: "by-head",
        matches: ({ nodeId }, value) => nodeId === value,
      },
      clientId: { rule: text, known: "by-head", matches: ({ clientId }, value) => clientId === value },
      topic: byBody(topicsOf, (topics, value) => topics.includes(value as string)),
      groupId: byBody(groupOf, (groupId, value) => groupId === value),
    },
    shortFor: "api",
    findOnFault({ api, topic, groupId }) {
      if (api !== undefined && topic !== undefined && !topicsOf[api]) return `.topic: ${api} names no topic`;
      if (api !== undefined && groupId !== undefined && !groupOf[api])
        return `.groupId: ${api} is about no group`;
      return undefined;
    },
  };
}
