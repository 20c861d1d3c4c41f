import type { ApiName } from "../protocol/layouts.ts";
import type { Api } from "./api.ts";
import { apiVersions } from "./api-versions.ts";
import { createTopics } from "./create-topics.ts";
import { deleteTopics } from "./delete-topics.ts";
import { fetch } from "./fetch.ts";
import { findCoordinator } from "./find-coordinator.ts";
import { heartbeat } from "./heartbeat.ts";
import { initProducerId } from "./init-producer-id.ts";
import { joinGroup } from "./join-group.ts";
import { leaveGroup } from "./leave-group.ts";
import { listOffsets } from "./list-offsets.ts";
import { metadata } from "./metadata.ts";
import { offsetCommit } from "./offset-commit.ts";
import { offsetFetch } from "./offset-fetch.ts";
import { produce } from "./produce.ts";
import { saslAuthenticate } from "./sasl-authenticate.ts";
import { saslHandshake } from "./sasl-handshake.ts";
import { syncGroup } from "./sync-group.ts";

/** What answers the requests of each API. */
export const apis: { readonly [Name in ApiName]: Api<Name> } = {
  ApiVersions: apiVersions,
  CreateTopics: createTopics,
  DeleteTopics: deleteTopics,
  Fetch: fetch,
  FindCoordinator: findCoordinator,
  Heartbeat: heartbeat,
  InitProducerId: initProducerId,
  JoinGroup: joinGroup,
  LeaveGroup: leaveGroup,
  ListOffsets: listOffsets,
  Metadata: metadata,
  OffsetCommit: offsetCommit,
  OffsetFetch: offsetFetch,
  Produce: produce,
  SaslAuthenticate: saslAuthenticate,
  SaslHandshake: saslHandshake,
  SyncGroup: syncGroup,
};
