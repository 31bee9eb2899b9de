// Probot at its quickest: as a middleware, without a log. One handler that does nothing; nothing is kept.

import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createNodeMiddleware, Probot } from "probot";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const probot = new Probot({ appId: 1, privateKey, secret: process.argv[2], logLevel: "fatal" });
const app = (probot) => probot.on("issues.labeled", async () => {});
const middleware = await createNodeMiddleware(app, { probot, webhooksPath: "/webhooks/github" });
const server = createServer((request, response) => middleware(request, response, () => response.writeHead(404).end()));

server.listen(0, "127.0.0.1", () => {
  const { version } = JSON.parse(readFileSync(new URL("node_modules/probot/package.json", import.meta.url)));
  const url = `http://127.0.0.1:${server.address().port}`;
  console.log(JSON.stringify({ url, versions: { probot: version, node: process.versions.node } }));
});
