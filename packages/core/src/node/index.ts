export {
  type Closeable,
  type CloseOnSignalsOptions,
  closeOnSignals,
  type ShutdownReport,
  type SignalledProcess,
  type SignalName,
  type SignalWatch,
} from "./close-on-signals.ts";
