import { count } from "@wirekit/demo-screen";
import type { Account } from "./account.ts";
import { accountOf } from "./account.ts";
import type { Instance } from "./instance.ts";
import { everythingAnswered, type Play } from "./play.ts";
import { showAccount, showCounters, showLatencies, showRequests } from "./tables.ts";

/** The last instance ends, and every payment is accounted for. */
export async function closeTheDay(play: Play, last: Instance): Promise<Account> {
  const { screen, expectations, stage, sent, reports } = play;
  screen.heading("What became of them");
  await everythingAnswered(play);
  const { exitCode, report } = await last.stop();
  reports.push(report);
  expectations.expect("the last instance ends with exit code 0", exitCode === 0);

  const bookings = await stage.ledger.read();
  showCounters(screen, { reports, bookings });
  for (const { name, received, handled, retried, deadLettered, invalid, left } of reports) {
    expectations.expect(
      `every delivery to ${name} has one outcome`,
      received === handled + retried + deadLettered + invalid + left,
    );
  }
  showLatencies(screen, {
    sentMs: play.sentMs,
    handledMs: reports.flatMap(({ latenciesMs }) => latenciesMs),
    answeredMs: [...play.answeredMs.values()],
  });

  const account = accountOf({
    sent,
    bookings,
    deadLetters: play.deadLetters.map(({ idempotencyKey }) => idempotencyKey),
    answers: [...play.answeredMs.keys()],
  });
  showAccount(screen, [{ name: stage.busName, account }]);
  const { lost, outOfOrder, bookedAgain } = account;
  expectations.expect("no payment is lost", lost === 0);
  expectations.expect("sent = booked + dead letters", account.sent === account.booked + account.deadLettered);
  expectations.expect("the payments of a customer are booked in their order", outOfOrder === 0);
  expectations.expect("every booked payment is answered", account.answered === account.booked);

  const explained = bookedAgain.filter(({ first }) => first === "three");
  if (bookedAgain.length > 0) {
    screen.line(
      `${count(explained.length)} of ${count(bookedAgain.length)} that were booked again are the work of three: it was killed before it could acknowledge them`,
    );
    screen.line("They have the idempotency keys of the first time, and so the ledger counts them once");
  }
  expectations.expect(
    "nothing is booked again but what three had not acknowledged",
    explained.length === bookedAgain.length,
  );
  showRequests(screen, stage.requests(), play);
  return account;
}
