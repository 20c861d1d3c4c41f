import { expect, it } from "@jest/globals";
import { mosquittoConfiguration } from "./configuration.ts";

const text = mosquittoConfiguration({
  ports: { mqtt: 1, mqtts: 2, ws: 3, wss: 4, authenticated: 5 },
  certificates: {
    caPath: "",
    ca: "",
    certificatePath: "/run/server.crt",
    keyPath: "/run/server.key",
    bundlePath: "",
  },
  passwordPath: "/run/passwords",
  maxInflight: 7,
  runAs: "alice",
});
const [common = "", ...listeners] = text.split("\n\n");

it("has one listener for each port, on this machine only", () => {
  expect(listeners.map((block) => block.split("\n")[0])).toEqual(
    [1, 2, 3, 4, 5].map((port) => `listener ${port} 127.0.0.1`),
  );
});

it("asks for a password on one of them, and for a certificate of ours on two", () => {
  expect(listeners.map((block) => block.includes("allow_anonymous true"))).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
  expect(listeners[4]).toContain("password_file /run/passwords");
  expect(listeners.map((block) => block.includes("certfile /run/server.crt"))).toEqual([
    false,
    true,
    false,
    true,
    false,
  ]);
});

it("runs as the user who started it, with the window that was asked for", () => {
  expect(common).toContain("user alice");
  expect(common).toContain("max_inflight_messages 7");
});
