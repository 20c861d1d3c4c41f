import { expect, it } from "@jest/globals";
import { installedBy, unpackedProgram } from "./debian.ts";

it("reads from a simulated installation what it would add", () => {
  const plan = `NOTE: This is only a simulation!
Inst libcjson1 (1.7.15-1 Debian:12/stable [amd64])
Inst mosquitto (2.0.11-1.2 Debian:12/stable [amd64])
Conf libcjson1 (1.7.15-1 Debian:12/stable [amd64])
`;
  expect(installedBy(plan)).toEqual(["libcjson1", "mosquitto"]);
  expect(installedBy("")).toEqual([]);
});

it("runs an unpacked program with the libraries that were unpacked with it", () => {
  const { command, env } = unpackedProgram("/cache/redis", "usr/bin/redis-server");
  expect(command).toBe("/cache/redis/root/usr/bin/redis-server");
  expect(env.LD_LIBRARY_PATH).toMatch(
    /^\/cache\/redis\/root\/usr\/lib\/\w+-linux-gnu:\/cache\/redis\/root\/lib\//,
  );
});
