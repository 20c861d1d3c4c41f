import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";

/** The `.env` file of the working directory is read, unless an environment is handed in. */
export default async function fromEnv({ load }) {
  const { ConfigError, KindoClient } = await load("@wirekit/kindo-client");
  assert.throws(() => KindoClient.fromEnv({}), ConfigError);
  await writeFile(".env", "KINDO_MESSAGE_PRODUCER_URL=https://abc.lambda-url.ap-southeast-2.on.aws/\n");
  try {
    await KindoClient.fromEnv().close();
    assert.throws(() => KindoClient.fromEnv({}), ConfigError);
  } finally {
    await rm(".env");
  }
}
