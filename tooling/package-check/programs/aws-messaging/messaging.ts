import {
  AwsMessaging,
  awsMessagingConfig,
  defineEvent,
  type EventSchema,
  publish,
  SubscriptionRegistry,
} from "@wirekit/aws-messaging";

interface User {
  readonly id: string;
}

export function run(schema: EventSchema<User>): Promise<void> {
  // `undefined` stands for "not given", whatever the user's compiler makes of optional properties.
  const config = awsMessagingConfig({ regionName: "eu-west-1", environment: undefined });
  const UserCreated = defineEvent({ topic: "user-events", schema });
  const messaging = new AwsMessaging({ ...config, logger: undefined });
  const disposable: AsyncDisposable = messaging;
  void messaging.publishEvent(UserCreated({ id: "u-1" }));
  // @ts-expect-error the event has no such form
  void publish(config, UserCreated, { id: 1 });
  // @ts-expect-error a region is required
  awsMessagingConfig({});
  const subscriptions = new SubscriptionRegistry().subscribe(
    "user-events",
    UserCreated,
    ({ id }, { signal }) => {
      const text: string = id;
      signal.throwIfAborted();
      return text;
    },
  );
  void disposable[Symbol.asyncDispose]();
  return messaging.runConsumer(subscriptions, { signal: AbortSignal.timeout(1_000) });
}
