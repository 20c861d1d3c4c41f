import { QueueFullError } from "../errors/queue-full-error.ts";
import type { Place, Reservation } from "./slot-types.ts";

/** What becomes of places that are kept. */
export interface KeptPlacesOwner<Task> {
  /** Puts a task into one of them. May throw, and the place is then kept. */
  enter(task: Task): Place;
  giveBack(places: number): void;
}

/** So many places that are kept for tasks to come. */
export function keptPlaces<Task>(granted: number, owner: KeptPlacesOwner<Task>): Reservation<Task> {
  let places = granted;
  return {
    get places() {
      return places;
    },
    add: (task) => {
      if (places < 1) throw new QueueFullError("The reservation", { unit: "tasks", limit: granted });
      const place = owner.enter(task);
      places -= 1;
      return place;
    },
    release: () => {
      owner.giveBack(places);
      places = 0;
    },
  };
}
