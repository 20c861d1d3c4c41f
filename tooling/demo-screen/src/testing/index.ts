export { type PlayedDemo, type PlayOptions, playDemo } from "./play-demo.ts";
export { type RecordingStream, recordingStream } from "./recording-stream.ts";
export { cellsOf, rowBelow, rowOf } from "./tables.ts";
