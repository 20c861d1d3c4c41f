import process from "node:process";

/** The demo, which has started this process; nobody, where the program is run by itself. */
export interface Parent {
  tell(message: "ready" | object): void;
  /** Lets go of it, so that this process can end by itself. */
  leave(): void;
}

/** Ends this process, as by SIGTERM, when the demo has died: then nobody else tells it to. */
export function watchParent(): Parent {
  const end = () => process.kill(process.pid, "SIGTERM");
  process.once("disconnect", end);
  // It may have died while this program was loaded; `undefined` means that there was none.
  if (process.connected === false) end();
  return {
    tell: (message) => {
      // It may be gone at this moment; that is for `end` to deal with.
      if (process.connected) process.send?.(message, undefined, undefined, () => {});
    },
    leave: () => {
      process.off("disconnect", end);
      if (process.connected) process.disconnect?.();
    },
  };
}
