import { takeDeadLetters } from "./dead-letters.ts";
import type { Instance } from "./instance.ts";
import { everythingBooked, giveUpMs, type Play, pay } from "./play.ts";
import { withoutPrefix } from "./stage.ts";

/**
 * Payments as usual; among them one that cannot be booked, one that is not valid, and one that is asked for
 * twice.
 */
export async function firstPayments(play: Play): Promise<Instance> {
  const { screen, expectations, stage, day, desk } = play;
  const { bus, targets } = stage;
  screen.heading("62 payments: one is poison, one has no direction, one is asked for twice");
  const instance = await stage.startInstance("one");

  const poison = day.poison();
  const [once, ...others] = day.wave();
  if (once === undefined) throw new Error("nobody asks for a payment");
  const { payment: invalid, message } = day.withoutDirection();
  play.sent.push(invalid);
  await Promise.all([
    pay(play, [once, ...others, poison]),
    desk.pay(once),
    bus.sendMessage(message, { target: targets.payments, key: invalid.customer }),
    pay(play, [...day.wave(), ...day.wave()]),
  ]);

  play.deadLetters.push(...(await takeDeadLetters(bus, targets, { count: 2, timeoutMs: giveUpMs })));
  for (const [what, payment] of [
    ["The poison payment", poison],
    ["The one without a direction", invalid],
  ] as const) {
    const found = play.deadLetters.find(({ idempotencyKey }) => idempotencyKey === payment.idempotencyKey);
    screen.line(
      `${what} is in ${withoutPrefix(targets.deadLetters)}: ${found?.reason}, ${found?.error}, at attempt ${found?.attempts}`,
    );
    const isAsExpected =
      payment === poison
        ? found?.reason === "attempts-exhausted" && found.error === "payments/unknown-currency"
        : found?.reason === "invalid" && found.error === "message-bus/invalid-body";
    expectations.expect(`${what.toLowerCase()} is a dead letter that says why`, isAsExpected);
  }

  const bookings = await everythingBooked(play);
  const behind = play.sent.filter(
    ({ customer }, index) => customer === poison.customer && index > play.sent.indexOf(poison),
  );
  const firstBehind = bookings.findIndex(
    ({ idempotencyKey }) => idempotencyKey === behind[0]?.idempotencyKey,
  );
  const meanwhile = bookings
    .slice(0, firstBehind)
    .filter(({ customer }) => customer !== poison.customer).length;
  screen.line(
    `${behind.length} payments of ${poison.customer} waited behind it; ${meanwhile} of other customers did not`,
  );
  expectations.expect("a poison payment holds back its customer only", behind.length === 2 && meanwhile > 0);

  const timesBooked = bookings.filter(({ idempotencyKey }) => idempotencyKey === once.idempotencyKey).length;
  screen.line(
    `${once.reference} was asked for twice, and booked ${timesBooked === 1 ? "once" : `${timesBooked} times`}`,
  );
  expectations.expect("what is asked for twice is booked once", timesBooked === 1);
  return instance;
}
