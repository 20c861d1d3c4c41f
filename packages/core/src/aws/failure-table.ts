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
  /** Whether a single entry of a batch can cause it for the whole batch. */
  readonly byOneEntry: boolean;
}

/**
 * The names, as AWS's services and its SDK write them. Prefixes (`AWS.SimpleQueueService.`), dots, case and
 * the ending
 * `Exception` make no difference.
 */
const names: Readonly<Record<AwsFailureKind | "oneEntry", string>> = {
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
  denied: `
    AccessDenied AuthorizationError AuthFailure NotAuthorized Unauthorized UnauthorizedOperation Forbidden InvalidClientTokenId
    UnrecognizedClient SignatureDoesNotMatch InvalidSignature IncompleteSignature MissingAuthenticationToken InvalidAccessKeyId
    InvalidToken InvalidSecurityToken InvalidIdentityToken IDPRejectedClaim OptInRequired AccountProblem AllAccessDisabled
    RegionDisabled KMSAccessDenied KMSDisabled KMSInvalidState KMSInvalidKeyUsage KMSNotFound KMSOptInRequired Disabled
    InvalidKeyUsage InvalidGrantToken IncorrectKey`,
  gone: `
    QueueDoesNotExist NonExistentQueue NotFound ResourceNotFound TopicNotFound InvalidAddress NoSuchBucket NoSuchKey`,
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

/** Names that no list can hold, because services add to them. */
const families: readonly (readonly [RegExp, AwsFailureKind])[] = [
  [/throttl|toomanyrequests|slowdown|rateexceeded/, "throttled"],
  [/accessdenied|notauthorized|unauthorized/, "denied"],
  [/nonexistent|doesnotexist|notfound$|^nosuch/, "gone"],
];

const table = /* @__PURE__ */ makeTable();

function makeTable(): ReadonlyMap<string, KnownFailure> {
  const known = new Map<string, KnownFailure>();
  for (const [group, listed] of Object.entries(names)) {
    const byOneEntry = group === "oneEntry";
    const kind = byOneEntry ? "sender" : (group as AwsFailureKind);
    for (const name of listed.trim().split(/\s+/)) known.set(plainName(name), { kind, byOneEntry });
  }
  return known;
}

/** What the name of an error says; `undefined` if it is not known. */
export function lookUpFailure(name: string): KnownFailure | undefined {
  const plain = plainName(name);
  const known = table.get(plain);
  if (known !== undefined) return known;
  const kind = families.find(([pattern]) => pattern.test(plain))?.[1];
  return kind && { kind, byOneEntry: false };
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
