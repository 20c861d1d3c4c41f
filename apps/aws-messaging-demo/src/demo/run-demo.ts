import { setTimeout as pause } from "node:timers/promises";
import {
  createExpectations,
  createScreen,
  type Expectations,
  milliseconds,
  type Screen,
  showVerdict,
} from "@wirekit/demo-screen";
import type { InvoiceBook } from "../invoice-book.ts";
import type { Order } from "../order-placed.ts";
import { takeDeadLetter } from "./dead-letters.ts";
import type { InvoiceChild } from "./invoice-child.ts";
import type { InvoiceReport } from "./invoice-report.ts";
import type { Elsewhere } from "./messaging-config.ts";
import { poisonOrder, slowOrder, usualOrders, visibilityTimeoutMs, workOf } from "./order-day.ts";
import { openStage, type Stage } from "./stage.ts";
import { accountOf, showAccount, showCounters, showLatencies, showSpans } from "./tables.ts";
import { recordSpans, type SpanRecord } from "./tracing.ts";

const morningOrders = 40;
const rushOrders = 400;
/** A demo that waits longer than this for anything has failed. */
const giveUpMs = 60_000;

interface Play extends Stage {
  readonly screen: Screen;
  readonly expectations: Expectations;
  readonly published: Order[];
  readonly publishedMs: number[];
}

/** Plays the day. Resolves with the exit code: 1 when something was not as the demo claims. */
export async function runDemo(stream: NodeJS.WriteStream, elsewhere: Elsewhere | undefined): Promise<number> {
  const screen = createScreen(stream);
  const expectations = createExpectations();
  const spans = recordSpans();
  const stage = await openStage(elsewhere);
  const play: Play = { ...stage, screen, expectations, published: [], publishedMs: [] };
  try {
    const { endpointUrl } = play.place;
    const where = play.aws === undefined ? "are" : "run in this process,";
    screen.title("An order service and its invoices", `SNS and SQS ${where} at ${endpointUrl}.`);
    const { child, deadLetterIds } = await morning(play);
    const reports = await rush(play, child);
    await closeTheDay(play, { reports, deadLetterIds });
    showTraces(play, { own: spans(), theirs: reports.flatMap((report) => report.spans) });
  } finally {
    await stage.close();
  }
  return showVerdict(screen, expectations);
}

/** Orders as usual, and among them one that cannot be invoiced and one that takes its time. */
async function morning(
  play: Play,
): Promise<{ readonly child: InvoiceChild; readonly deadLetterIds: readonly string[] }> {
  const { screen, expectations, messaging, deadLetterQueue, book } = play;
  screen.heading(`${morningOrders + 2} orders: one is poison, one is slow`);
  const child = await play.startInvoices();
  const poison = poisonOrder();
  const slow = slowOrder();
  await publish(play, [slow, poison, ...usualOrders(morningOrders)]);

  const found = await takeDeadLetter(messaging, deadLetterQueue, { timeoutMs: giveUpMs });
  screen.line(`The poison order is in ${deadLetterQueue.replace(/^demo-[^-]+-[^-]+-/, "")}:`);
  screen.line(`reason ${found.reason}, error ${found.error}, after ${found.attempts} attempts`);
  expectations.expect("the poison order is the dead letter", found.orderId === poison.order_id);
  expectations.expect(
    "it says that its attempts are exhausted",
    found.reason === "attempts-exhausted" && found.attempts === "3",
  );

  const invoices = await invoicesOf(book, morningOrders + 1);
  const slowInvoices = invoices.filter(({ orderId }) => orderId === slow.order_id).length;
  screen.line(
    `The slow order took ${milliseconds(workOf(slow))} on leases of ${milliseconds(visibilityTimeoutMs)}, and was invoiced ${slowInvoices === 1 ? "once" : `${slowInvoices} times`}`,
  );
  expectations.expect("the slow order is invoiced once", slowInvoices === 1);
  expectations.expect("it delayed no other order", invoices.at(-1)?.orderId === slow.order_id);
  return { child, deadLetterIds: [found.orderId] };
}

/** Many orders; the invoice process is told to end in the middle of them, and another one takes over. */
async function rush(play: Play, child: InvoiceChild): Promise<readonly InvoiceReport[]> {
  const { screen, expectations, book } = play;
  screen.heading(`${rushOrders} orders, and SIGTERM in the middle`);
  const before = morningOrders + 1;
  const publishing = publish(play, usualOrders(rushOrders));
  await invoicesOf(book, before + rushOrders / 4);
  const [first, successor] = await Promise.all([child.terminate(), play.startInvoices()]);
  await publishing;
  const invoiced = first.report.handled - before;
  screen.line(
    `The invoice process got SIGTERM after ${invoiced} of them, gave ${first.report.left} back, and ended with exit code ${first.exitCode}`,
  );
  expectations.expect("the process ends with exit code 0", first.exitCode === 0);
  expectations.expect("it ends in the middle of the work", invoiced < rushOrders);

  await invoicesOf(book, before + rushOrders);
  const second = await successor.terminate();
  screen.line(`Another one wrote the other ${second.report.handled} invoices`);
  expectations.expect("its successor ends with exit code 0", second.exitCode === 0);
  return [first.report, second.report];
}

/** Every order is accounted for. */
async function closeTheDay(
  play: Play,
  {
    reports,
    deadLetterIds,
  }: { readonly reports: readonly InvoiceReport[]; readonly deadLetterIds: readonly string[] },
): Promise<void> {
  const { screen, expectations, book, published, publishedMs } = play;
  screen.heading("What became of them");
  showCounters(screen, reports);
  for (const report of reports) {
    const { received, handled, retried, deadLettered, invalid, left } = report;
    expectations.expect(
      "every delivery has one outcome",
      received === handled + retried + deadLettered + invalid + left,
    );
  }
  expectations.expect("the slow order's lease was renewed", (reports[0]?.renewals ?? 0) > 0);
  showLatencies(screen, { publishedMs, handledMs: reports.flatMap(({ latenciesMs }) => latenciesMs) });

  const invoicedIds = (await book.read()).map(({ orderId }) => orderId);
  const account = accountOf(
    published.map((order) => order.order_id),
    invoicedIds,
    deadLetterIds,
  );
  showAccount(screen, account);
  expectations.expect("no order is lost", account.lost === 0);
  expectations.expect(
    "published = invoiced + dead-lettered",
    account.published === account.invoiced + account.deadLettered,
  );
  const lostLeases = reports.reduce((sum, report) => sum + report.lostLeases, 0);
  expectations.expect(
    "no order is invoiced twice, unless a lease was lost",
    account.invoicedTwice <= lostLeases,
  );
  const requests = play.aws?.counts;
  if (requests === undefined) return;
  const { PublishBatch = 0, ReceiveMessage = 0, DeleteMessageBatch = 0 } = requests;
  screen.line(
    `${published.length} publishes in ${PublishBatch} requests; ${ReceiveMessage} receives, ${DeleteMessageBatch} deletes`,
  );
  // Ten at best. On a busy machine a request is repeated, which is none the worse for it.
  expectations.expect("eight publishes or more shared a request", PublishBatch <= published.length / 8);
}

/**
 * The spans of all processes, told apart by name; those of a publish and of its handling belong to one trace.
 */
function showTraces(
  { screen, expectations, place }: Play,
  { own, theirs }: { readonly own: readonly SpanRecord[]; readonly theirs: readonly SpanRecord[] },
): void {
  screen.heading("What was traced");
  if (own.length + theirs.length === 0) {
    screen.line("Nothing: no spans were made.");
    return;
  }
  showSpans(screen, [...own, ...theirs], place.environment);
  const published = new Set(own.map(({ traceId }) => traceId));
  const joined = theirs.filter(({ traceId }) => published.has(traceId)).length;
  screen.line(
    `${joined} of ${theirs.length} spans of the invoice processes continue a trace of the order service`,
  );
  expectations.expect("every invoice continues the trace of its order", joined === theirs.length);
}

/** Every order is published on its own; the client gathers them. */
async function publish(play: Play, orders: readonly Order[]): Promise<void> {
  await Promise.all(
    orders.map(async (order) => {
      const startedAt = performance.now();
      await play.orders.place(order);
      play.published.push(order);
      play.publishedMs.push(performance.now() - startedAt);
    }),
  );
}

/** Resolves with the invoices once there are so many. */
async function invoicesOf(book: InvoiceBook, count: number) {
  const startedAt = performance.now();
  for (;;) {
    const invoices = await book.read();
    if (invoices.length >= count) return invoices;
    if (performance.now() - startedAt > giveUpMs)
      throw new Error(`there are ${invoices.length} invoices of ${count} after ${giveUpMs} ms`);
    await pause(10);
  }
}
