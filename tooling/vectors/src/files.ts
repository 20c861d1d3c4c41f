/** The files of cases that the repository carries. */
export const vectorFiles = [
  "aws-messaging/sns-envelopes.json",
  "kiket/manifests/expected.json",
  "kiket/requests.json",
  "kiket/runtime-tokens.json",
  "kiket/signatures.json",
  "kindo/sigv4.json",
  "kindo/validation.json",
  "message-bus/envelopes.json",
  "message-bus/invalid-envelopes.json",
  "message-bus/partitions.json",
  "stellanow/broker-urls.json",
  "stellanow/codegen/encoded.json",
  "stellanow/codegen/file-names.json",
  "stellanow/codegen/unsupported.json",
  "stellanow/invalid-messages.json",
  "stellanow/wrapped-messages.json",
] as const;

/** The files of cases that belong to others. They are read beside the checkout only. */
export const sharedVectorFiles = ["kindo/aws-sigv4-suite.json"] as const;

/** Files that hold no list of cases. */
export const vectorObjectFiles = ["stellanow/codegen/definitions.json"] as const;
