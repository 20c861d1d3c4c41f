/**
 * What a failure means for the next try.
 *
 * | kind | means | tried again |
 * | --- | --- | --- |
 * | `transient` | a network, a service, a clock or a source of credentials that will recover | yes |
 * | `throttled` | AWS asks for fewer requests | yes |
 * | `denied` | the keys, a policy or an encryption key forbid it | no |
 * | `gone` | the queue, topic or other resource does not exist | no |
 * | `sender` | the request itself is wrong | no |
 */
export type AwsFailureKind = "transient" | "throttled" | "denied" | "gone" | "sender";

/** What AWS's name for an error says. */
export interface KnownFailure {
  readonly kind: AwsFailureKind;
  /**
   * Whether no later try can succeed, until someone gives a right or makes a resource: a consumer ends with
   * it. Keys, clocks, tokens and encryption keys are set right while programs run.
   */
  readonly isFinal: boolean;
  /** Whether a single entry of a batch can cause it for the whole batch. */
  readonly byOneEntry: boolean;
}

/**
 * The names, as AWS's services and its SDK write them. Prefixes (`AWS.SimpleQueueService.`), dots, case and
 * the ending
 * `Exception` make no difference.
 */
const names = {
  transient: `
    InternalError InternalFailure InternalServerError ServiceFailure ServiceUnavailable KMSInternal DependencyTimeout KeyUnavailable
    RequestTimeout RequestTimeoutException TimeoutError AbortError
    RequestTimeTooSkewed RequestExpired RequestInTheFuture
    ExpiredToken TokenRefreshRequired CredentialsProviderError TokenProviderError ProviderError IDPCommunicationError
    OverLimit QueueDeletedRecently PurgeQueueInProgress ConcurrentAccess OperationAborted StaleTag`,
  throttled: `
    Throttling Throttled RequestThrottled RequestLimitExceeded TooManyRequests SlowDown BandwidthLimitExceeded
    ProvisionedThroughputExceeded LimitExceeded KMSThrottling KMSThrottled EC2Throttled PriorRequestNotComplete
    TransactionInProgress`,
  /** A policy forbids it. */
  policy: `
    AccessDenied AuthorizationError NotAuthorized Unauthorized UnauthorizedOperation Forbidden AllAccessDisabled`,
  /** The keys, the signature or the account are not in order. */
  identity: `
    AuthFailure InvalidClientTokenId UnrecognizedClient SignatureDoesNotMatch InvalidSignature IncompleteSignature
    MissingAuthenticationToken InvalidAccessKeyId InvalidToken InvalidSecurityToken InvalidIdentityToken IDPRejectedClaim
    OptInRequired AccountProblem RegionDisabled`,
  /** The encryption key may not or cannot be used. */
  encryption: `
    KMSAccessDenied KMSDisabled KMSInvalidState KMSInvalidKeyUsage KMSNotFound KMSOptInRequired Disabled InvalidKeyUsage
    InvalidGrantToken IncorrectKey`,
  /** The queue or topic itself. */
  gone: `
    QueueDoesNotExist NonExistentQueue TopicNotFound`,
  missing: `
    NotFound ResourceNotFound InvalidAddress NoSuchBucket NoSuchKey`,
  sender: `
    UnsupportedOperation EmptyBatchRequest TooManyEntriesInBatchRequest BatchEntryIdsNotDistinct InvalidBatchEntryId
    InvalidSecurity InvalidAction UnknownOperation QueueNameExists InvalidAttributeName TopicLimitExceeded
    SubscriptionLimitExceeded FilterPolicyLimitExceeded TagLimitExceeded MalformedPolicyDocument InvalidState
    EndpointError EndpointDisabled ConfigError`,
  /** `sender` too, but one entry of a batch can cause them. */
  oneEntry: `
    InvalidParameter InvalidParameterValue InvalidParameterCombination InvalidMessageContents InvalidAttributeValue MissingParameter
    Validation ValidationError ReceiptHandleIsInvalid MessageNotInflight InvalidIdFormat BatchRequestTooLong Serialization
    MalformedQueryString InvalidQueryParameter MalformedInput RequestEntityTooLarge PayloadTooLarge InvalidCiphertext
    URIError RangeError`,
};

type Group = keyof typeof names;

/** What the names of a group mean. */
const groups: Readonly<Record<Group, KnownFailure>> = {
  transient: passing("transient"),
  throttled: passing("throttled"),
  policy: { kind: "denied", isFinal: true, byOneEntry: false },
  identity: passing("denied"),
  encryption: passing("denied"),
  gone: { kind: "gone", isFinal: true, byOneEntry: false },
  missing: passing("gone"),
  sender: passing("sender"),
  oneEntry: { kind: "sender", isFinal: false, byOneEntry: true },
};

function passing(kind: AwsFailureKind): KnownFailure {
  return { kind, isFinal: false, byOneEntry: false };
}

/** Names that no list can hold, because services add to them. */
const families: readonly (readonly [RegExp, Group])[] = [
  [/throttl|toomanyrequests|slowdown|rateexceeded/, "throttled"],
  [/^kms/, "encryption"],
  [/accessdenied|notauthorized|unauthorized/, "policy"],
  [/nonexistent|doesnotexist|notfound$|^nosuch/, "missing"],
];

const table = /* @__PURE__ */ makeTable();

function makeTable(): ReadonlyMap<string, KnownFailure> {
  return new Map(namesByGroup().map(([name, group]) => [plainName(name), groups[group]]));
}

/** All names of the table, each with the group that it stands in. */
export function namesByGroup(): readonly (readonly [name: string, group: Group])[] {
  return (Object.keys(names) as Group[]).flatMap((group) =>
    names[group]
      .trim()
      .split(/\s+/)
      .map((name) => [name, group] as const),
  );
}

/** What the name of an error says; `undefined` if it is not known. */
export function lookUpFailure(name: string): KnownFailure | undefined {
  const plain = plainName(name);
  const known = table.get(plain);
  if (known !== undefined) return known;
  const group = families.find(([pattern]) => pattern.test(plain))?.[1];
  return group && groups[group];
}

/**
 * `AWS.SimpleQueueService.NonExistentQueue`, `KMS.ThrottlingException`, `KmsThrottled`: one form for the same
 * thing.
 */
function plainName(name: string): string {
  return name
    .replace(/^.*#/, "")
    .replace(/^AWS\.Simple\w+Service\.|^com\.amazonaws?\.[\w.]*\./, "")
    .replace(/:.*$/, "")
    .replace(/Exception$/, "")
    .replaceAll(".", "")
    .toLowerCase();
}
