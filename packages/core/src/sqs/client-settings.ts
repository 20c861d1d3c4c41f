/** Settings of a client of the AWS SDK, as far as they are looked at here. */
interface ClientSettings {
  readonly requestHandler: object;
}

/**
 * Settings of a client of the AWS SDK that ends its requests by itself, each after `timeoutMs` at most, and is to be asked without a signal. A
 * signal makes a request an eighth to a fifth dearer for the process: the SDK builds its chain of middleware anew for every one that comes with it.
 * Not for long polls.
 */
export function endingByTimeOut<Settings extends ClientSettings>(settings: Settings, timeoutMs: number) {
  const requestHandler: Settings["requestHandler"] = settings.requestHandler;
  return {
    ...settings,
    cacheMiddleware: true,
    requestHandler: {
      ...requestHandler,
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
      // An answer that has begun is no longer in the request's time.
      socketTimeout: timeoutMs,
    },
  };
}

/**
 * Takes the SDK's log of requests out of a client that nobody has given a logger. By itself it copies each request and each answer, to hand them to a
 * logger that throws them away.
 */
export function withoutRequestLog<Client extends LoggingClient>(client: Client): Client {
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}

/** A client of the AWS SDK, as far as it is looked at here. */
interface LoggingClient {
  readonly middlewareStack: { remove(name: string): boolean };
}
