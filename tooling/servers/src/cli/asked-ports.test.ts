import { expect, it } from "@jest/globals";
import { InvalidArgumentError } from "commander";
import { addAskedPort } from "./asked-ports.ts";

it("takes a server's first port, and others by name", () => {
  const first = addAskedPort("redis=6379");
  expect(first).toEqual({ redis: { redis: 6379 } });
  const second = addAskedPort("kafka=9092", first);
  expect(addAskedPort("kafka.saslSsl=9094", second)).toEqual({
    redis: { redis: 6379 },
    kafka: { plaintext: 9092, saslSsl: 9094 },
  });
});

it.each([
  ["postgres=5432", "with a server of kafka"],
  ["6379", "Expected <server>=<port>"],
  ["redis=", "Expected <server>=<port>"],
  ["redis=-1", "Expected <server>=<port>"],
  ["redis.tls=1", "redis has the ports redis."],
  ["redis=0", "from 1 to 65535"],
  ["redis=65536", "from 1 to 65535"],
])("refuses %s", (text, reason) => {
  expect(() => addAskedPort(text)).toThrow(InvalidArgumentError);
  expect(() => addAskedPort(text)).toThrow(reason);
});
