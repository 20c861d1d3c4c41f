/**
 * The name on the wire of every field whose name here differs from it. A field that is not listed has one
 * name. The table is written out, rather than computed, so that no rule for letters and digits stands between
 * a field and its name.
 */
const wireNames = {
  addressLine1: "address_line_1",
  addressLine2: "address_line_2",
  bankAccountNumber: "bank_account_number",
  bankNumber: "bank_number",
  createdAt: "created_at",
  deletedAt: "deleted_at",
  externalReference: "external_reference",
  firstName: "first_name",
  idCountryCode: "id_country_code",
  idempotencyKey: "idempotency_key",
  incomingCurrency: "incoming_currency",
  instructionType: "instruction_type",
  ipAddress: "ip_address",
  lastName: "last_name",
  metaData: "meta_data",
  outgoingCurrency: "outgoing_currency",
  payerName: "payer_name",
  reviewResult: "review_result",
  reviewStatus: "review_status",
  suspendedAt: "suspended_at",
  taxId: "tax_id",
  taxIdName: "tax_id_name",
  transactionType: "transaction_type",
} as const;

/** The name on the wire of a field of the envelope, its metadata or a payload. */
export function wireNameOf(field: string): string {
  return Object.hasOwn(wireNames, field) ? wireNames[field as keyof typeof wireNames] : field;
}
