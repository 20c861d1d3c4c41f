/** A valid message as it is on the wire, of about 250 bytes as JSON. */
export const sampleStatusUpdate = {
  meta_data: {
    source: "BANKING_SERVICE",
    created_at: "2021-01-01T00:00:00Z",
    token: "your.jwt.token",
    idempotency_key: "unique-key",
    instruction_type: "STATUS_UPDATE",
  },
  payload: { reference: "REF-1", status: "APPROVED", message: "x".repeat(20) },
};
