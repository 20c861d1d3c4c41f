export {
  type Closeable,
  type CloseOnSignalsOptions,
  closeOnSignals,
  type ShutdownReport,
  type SignalledProcess,
  type SignalWatch,
} from "./close-on-signals.ts";
