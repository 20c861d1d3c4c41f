import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type IClientOptions, type MqttClient, connect as open } from "mqtt";
import { describeWith } from "../../src/gate.ts";
import { type MosquittoServer, startMosquitto } from "../../src/mosquitto/start-mosquitto.ts";
import { expectGone, report } from "./expect-gone.ts";

await describeWith(["mosquitto"], "Mosquitto", () => {
  let mosquitto: MosquittoServer;
  beforeAll(async () => {
    mosquitto = await startMosquitto({ maxInflight: 7 });
    report(mosquitto);
  });
  afterAll(() => mosquitto?.stop());

  it.each(["mqtt", "mqtts", "ws", "wss", "authenticated"] as const)(
    "passes a message on over %s",
    async (name) => {
      const client = await connect(name, name === "authenticated" ? mosquitto.credentials : {});
      try {
        expect(await roundTrip(client, `in/${name}`)).toBe("hello");
      } finally {
        await client.endAsync(true);
      }
    },
  );

  it("announces the window that was asked for", async () => {
    let receiveMaximum: number | undefined;
    const client = await connect("mqtt", {}, (connected) => {
      connected.on("connect", ({ properties }) => {
        receiveMaximum = properties?.receiveMaximum;
      });
    });
    await client.endAsync(true);
    expect(receiveMaximum).toBe(7);
  });

  it("refuses a wrong password", async () => {
    const wrong = connect("authenticated", { username: "wirekit", password: "wrong" });
    await expect(wrong).rejects.toMatchObject({ code: 135 });
  });

  it("answers again after a restart by SIGKILL, and after one in order", async () => {
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      await mosquitto.restart({ signal });
      const client = await connect("wss", {});
      expect(await roundTrip(client, "in/again")).toBe("hello");
      await client.endAsync(true);
    }
  });

  it("leaves nothing behind", () => expectGone(mosquitto));

  async function connect(
    name: keyof MosquittoServer["urls"],
    credentials: Pick<IClientOptions, "username" | "password">,
    watch: (client: MqttClient) => void = () => undefined,
  ): Promise<MqttClient> {
    const options: IClientOptions = {
      protocolVersion: 5,
      reconnectPeriod: 0,
      ca: mosquitto.certificates.ca,
      ...credentials,
    };
    const client = open(mosquitto.urls[name], options);
    watch(client);
    return new Promise((resolve, reject) => {
      client.once("connect", () => resolve(client));
      client.once("error", (error) => {
        client.end(true);
        reject(error);
      });
    });
  }
});

async function roundTrip(client: MqttClient, topic: string): Promise<string> {
  await client.subscribeAsync(topic, { qos: 1 });
  const received = new Promise<string>((resolve) => {
    client.once("message", (_topic, payload) => resolve(payload.toString()));
  });
  await client.publishAsync(topic, "hello", { qos: 1 });
  return received;
}
