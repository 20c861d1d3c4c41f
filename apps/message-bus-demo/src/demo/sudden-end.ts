import { count, milliseconds } from "@wirekit/demo-screen";
import { everythingBooked, type Play, payUntilAtWork, rush } from "./play.ts";

/**
 * An instance dies in the middle of its work, without a word; the other one gets it when the bus has noticed.
 */
export async function suddenEnd(play: Play): Promise<void> {
  const { screen, expectations, stage } = play;
  const { takeover } = stage;
  if (takeover === undefined) return;
  screen.heading("Another instance joins, and is killed in the middle");
  const three = await stage.startInstance("three");
  await payUntilAtWork(play, ["two", "three"]);
  const { paid } = await rush(play);

  await three.kill?.();
  const diedAt = performance.now();
  const atItsEnd = await stage.ledger.read();
  await paid;
  const bookings = await everythingBooked(play);
  const tookMs = performance.now() - diedAt;

  const later = bookings.slice(atItsEnd.length);
  const ofThree = bookings.filter(({ bookedBy }) => bookedBy === "three").length;
  screen.line(`three had booked ${ofThree} payments when it got SIGKILL`);
  screen.line(
    `two did the rest in ${milliseconds(tookMs)}, ${count(later.length)} bookings; ${takeover.called} is ${milliseconds(takeover.afterMs)}`,
  );
  expectations.expect("an instance dies in the middle of the work", later.length > 0);
  expectations.expect(
    "what it leaves behind is booked by the other one",
    later.every(({ bookedBy }) => bookedBy === "two"),
  );
}
