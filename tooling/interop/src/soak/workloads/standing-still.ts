import { sleep } from "@wirekit/core/kit";
import type { RunningServer } from "@wirekit/servers";
import type { Fault } from "../workload.ts";

/** The server answers nothing for a while, and then goes on as if nothing had been. */
export function standingStill(server: Pick<RunningServer, "pause" | "resume">): Fault {
  return {
    name: "the server stands still",
    strike: async (random) => {
      server.pause();
      await sleep(random.between(500, 4_000));
      server.resume();
    },
  };
}
