import { count } from "@wirekit/demo-screen";
import { type Account, accountOf } from "./account.ts";
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

  showBookedAgain(play, bookedAgain);
  showRequests(screen, stage.requests(), play);
  return account;
}

/** At least once means that a payment can be booked again. Each such case has a cause. */
function showBookedAgain({ screen, expectations, stage }: Play, bookedAgain: Account["bookedAgain"]): void {
  const ofTheKilled = bookedAgain.filter(({ first }) => first === "three");
  const handedOver = bookedAgain.filter(({ first, again }) => first !== "three" && first !== again);
  const { sharesAnew } = stage;
  if (ofTheKilled.length > 0) {
    screen.line(`${bookedAgainOf(ofTheKilled)} because three was killed before it could acknowledge`);
  }
  if (handedOver.length > 0) screen.line(`${bookedAgainOf(handedOver)} because ${sharesAnew} in the middle`);
  if (bookedAgain.length > 0) {
    screen.line("A copy has the idempotency key of the first time, so the ledger counts each payment once");
  }
  const explained = ofTheKilled.length + (sharesAnew === undefined ? 0 : handedOver.length);
  expectations.expect("whatever is booked again has a cause", explained === bookedAgain.length);
}

function bookedAgainOf({ length }: Account["bookedAgain"]): string {
  return length === 1 ? "1 payment was booked again" : `${count(length)} payments were booked again`;
}
