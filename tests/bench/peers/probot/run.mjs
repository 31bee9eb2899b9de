// Probot as its documentation runs it in production: its own server, and its own log on its output, a line a
// delivery. The address is said on a third stream. One handler that does nothing; nothing is kept.

import { generateKeyPairSync } from "node:crypto";
import { writeSync } from "node:fs";
import { run } from "probot";

const [secret, port] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const env = {
  ...process.env,
  APP_ID: "1",
  PRIVATE_KEY: privateKey,
  WEBHOOK_SECRET: secret,
  WEBHOOK_PATH: "/webhooks/github",
  HOST: "127.0.0.1",
  PORT: port,
};
await run((probot) => probot.on("issues.labeled", async () => {}), { env });
writeSync(3, `${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
