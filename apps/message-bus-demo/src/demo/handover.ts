import { count } from "@wirekit/demo-screen";
import type { Instance } from "./instance.ts";
import { everythingBooked, type Play, payUntilAtWork, rush } from "./play.ts";

/** Two instances share the work; one is told to end in the middle of it, and the other one does the rest. */
export async function handOver(play: Play, one: Instance): Promise<Instance> {
  const { screen, expectations, stage } = play;
  const isProcess = one.kill !== undefined;
  screen.heading(
    isProcess
      ? "Two instances share the work, and one gets SIGTERM in the middle"
      : "Two instances share the work, and one is closed in the middle",
  );
  const two = await stage.startInstance("two");
  await payUntilAtWork(play, ["one", "two"]);
  const { paid } = await rush(play);

  const { exitCode, report } = await one.stop();
  play.reports.push(report);
  const atItsEnd = await stage.ledger.read();
  await paid;
  const bookings = await everythingBooked(play);

  const later = bookings.slice(atItsEnd.length);
  const ended = isProcess ? `, and ended with exit code ${exitCode}` : "";
  const gaveBack = report.left === 0 ? "had nothing to give back" : `gave ${report.left} back`;
  screen.line(`one finished what it had begun, ${gaveBack}${ended}`);
  screen.line(`two did the rest, ${count(later.length)} bookings`);
  expectations.expect("the instance that is told to end does so with exit code 0", exitCode === 0);
  expectations.expect("it ends in the middle of the work", later.length > 0);
  expectations.expect(
    "nothing is booked by it after its end, and all else by the other one",
    later.every(({ bookedBy }) => bookedBy === "two"),
  );
  return two;
}
