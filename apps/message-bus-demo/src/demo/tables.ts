import { count, latencyCells, type Screen } from "@wirekit/demo-screen";
import type { Booking } from "../ledger.ts";
import type { Account } from "./account.ts";
import type { InstanceReport } from "./instance.ts";
import type { Play } from "./play.ts";

/** What each instance did with what it received. Of one that was killed only the ledger tells. */
export function showCounters(
  screen: Screen,
  {
    reports,
    bookings,
  }: { readonly reports: readonly InstanceReport[]; readonly bookings: readonly Booking[] },
): void {
  const names = [
    ...new Set([...reports.map(({ name }) => name), ...bookings.map(({ bookedBy }) => bookedBy)]),
  ];
  screen.table(
    ["instance", "booked", "received", "handled", "retried", "dead-lettered", "invalid", "left", "copies"],
    names.map((name) => {
      const booked = count(bookings.filter(({ bookedBy }) => bookedBy === name).length);
      const report = reports.find((candidate) => candidate.name === name);
      if (report === undefined) return [`${name}, killed`, booked, ...Array<string>(7).fill("-")];
      const { received, handled, retried, deadLettered, invalid, left, copies } = report;
      return [name, booked, ...[received, handled, retried, deadLettered, invalid, left, copies].map(count)];
    }),
  );
}

export function showLatencies(
  screen: Screen,
  latencies: {
    readonly sentMs: readonly number[];
    readonly handledMs: readonly number[];
    readonly answeredMs: readonly number[];
  },
): void {
  const row = (name: string, valuesMs: readonly number[]) => [
    name,
    count(valuesMs.length),
    ...latencyCells(valuesMs),
  ];
  screen.table(
    ["", "count", "p50", "p95", "max"],
    [
      row("send, until the bus has it", latencies.sentMs),
      row("handle, until the bus knows", latencies.handledMs),
      row("from sending to the answer", latencies.answeredMs),
    ],
  );
}

/** Every payment that was sent, and where it is now. */
export function showAccount(
  screen: Screen,
  accounts: readonly { readonly name: string; readonly account: Account }[],
): void {
  screen.table(
    ["", "sent", "booked", "dead letters", "lost", "out of order", "booked again", "answered"],
    accounts.map(({ name, account }) => {
      const { sent, booked, deadLettered, lost, outOfOrder, bookedAgain, answered } = account;
      return [
        name,
        ...[sent, booked, deadLettered, lost, outOfOrder, bookedAgain.length, answered].map(count),
      ];
    }),
  );
}

export function showRequests(
  screen: Screen,
  requests: Readonly<Record<string, number>> | undefined,
  { sent, answeredMs }: Pick<Play, "sent" | "answeredMs">,
): void {
  if (requests === undefined) return;
  const counted = Object.entries(requests)
    .filter(([, times]) => times > 0)
    .map(([name, times]) => `${count(times)} ${name}`);
  screen.line(
    `${count(sent.length)} payments and ${count(answeredMs.size)} answers took ${counted.join(", ")}`,
  );
}
