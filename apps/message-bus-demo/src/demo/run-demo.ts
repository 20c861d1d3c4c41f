import { createExpectations, createScreen, type Expectations, showVerdict } from "@wirekit/demo-screen";
import { PaymentDesk } from "../payment-desk.ts";
import type { Account } from "./account.ts";
import { closeTheDay } from "./closing.ts";
import { firstPayments } from "./first-payments.ts";
import { handOver } from "./handover.ts";
import { serviceToken, startPaymentDay } from "./payment-day.ts";
import type { Play } from "./play.ts";
import type { Stage } from "./stage.ts";
import { suddenEnd } from "./sudden-end.ts";
import { showAccount } from "./tables.ts";

/**
 * Plays the same day on one bus after the other. Resolves with the exit code: 1 when something was not as the
 * demo claims.
 */
export async function runDemo(
  stream: NodeJS.WriteStream,
  stages: readonly (() => Promise<Stage>)[],
): Promise<number> {
  const expectations = createExpectations();
  const accounts = [];
  for (const openStage of stages) {
    const stage = await openStage();
    try {
      accounts.push({ name: stage.busName, account: await playDay(stream, stage, expectations) });
    } finally {
      await stage.close();
    }
  }
  const screen = createScreen(stream);
  if (accounts.length > 1) {
    screen.title("The same service on each bus", "What became of its payments.");
    showAccount(screen, accounts);
  }
  return showVerdict(screen, expectations);
}

async function playDay(
  stream: NodeJS.WriteStream,
  stage: Stage,
  expectations: Expectations,
): Promise<Account> {
  const screen = createScreen(stream);
  screen.title(`Payments over ${stage.busName}`, stage.where);
  const desk = new PaymentDesk(stage.bus, { targets: stage.targets, serviceToken });
  const play: Play = {
    stage,
    screen,
    // On which bus it was is not to be guessed.
    expectations: {
      expect: (claim, isTrue) => expectations.expect(`${claim} (over ${stage.busName})`, isTrue),
    },
    day: startPaymentDay(),
    desk,
    sent: [],
    sentMs: [],
    sentAt: new Map(),
    answeredMs: new Map(),
    deadLetters: [],
    reports: [],
  };
  desk.hearAnswers(({ reference }) => {
    const sentAt = play.sentAt.get(reference);
    if (sentAt !== undefined && !play.answeredMs.has(reference))
      play.answeredMs.set(reference, performance.now() - sentAt);
  });
  const one = await firstPayments(play);
  const two = await handOver(play, one);
  await suddenEnd(play);
  return await closeTheDay(play, two);
}
