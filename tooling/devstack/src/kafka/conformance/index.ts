export { clientTranscript } from "./client-script.ts";
export { type RecordedTranscripts, recordedTranscripts, recordingUrl } from "./recorded.ts";
export type { Transcript } from "./transcript.ts";
export { wireTranscript } from "./wire/index.ts";
