"use strict";
// Builds what tests load, before they do: after the report's key was taken, and where no build can change what
// tests are or how they are run.

const { spawnSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const { existsSync, readdirSync, readFileSync } = require("node:fs");
const path = require("node:path");

const SECONDS = 300;
const ENDINGS = ["", ".js", ".cjs", ".mjs", ".ts", ".json", ".node", "/index.js", "/index.cjs", "/index.mjs", ".d.ts"];
const TESTS = /(?:^|\/)(?:tests?|__tests__|specs?|__snapshots__|__mocks__)\/|[._-](?:test|spec)\.[cm]?[jt]sx?$|\.snap$/;
const SETTINGS =
  /(?:^|\/)(?:package\.json|\.mocharc.*|\.babelrc.*|\.swcrc.*|(?:jest|vitest|vite|babel|karma)\.(?:config|workspace|setup).*|tsconfig.*\.json|\.(?:c8|nyc)rc.*)$/;
const NOT_LOOKED_INTO = new Set(["node_modules", ".git"]);

function* files(folder, from = "") {
  for (const entry of readdirSync(path.join(folder, from), { withFileTypes: true })) {
    const at = from ? `${from}/${entry.name}` : entry.name;
    if (entry.isDirectory() && !NOT_LOOKED_INTO.has(entry.name)) yield* files(folder, at);
    else if (entry.isFile()) yield at;
  }
}

const digest = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

function held() {
  const found = new Map();
  for (const at of files(process.cwd())) if (TESTS.test(at) || SETTINGS.test(at)) found.set(at, digest(at));
  for (const name of readdirSync(__dirname)) found.set(path.join(__dirname, name), digest(path.join(__dirname, name)));
  return found;
}

/** What of it is another now. What steers tests must not come to be, either. */
function changed(before) {
  for (const [at, was] of before) if (!existsSync(at) || digest(at) !== was) return at;
  const isNew = (at) => !at.includes("/") && SETTINGS.test(at) && !before.has(at);
  return [...files(process.cwd())].find(isNew) ?? readdirSync(__dirname).find((name) => !before.has(path.join(__dirname, name)));
}

/** Takes its own argument from those given; a sentence where the run is to end. */
function build(args) {
  if (!args[0]?.startsWith("--build=")) return "";
  const { wanted, lines } = JSON.parse(args.shift().slice("--build=".length));
  if (process.env.REDFIRST_AGAIN) return "";
  const isThere = (place) => ENDINGS.some((ending) => existsSync(place + ending));
  const before = held();
  const bins = [];
  for (let at = process.cwd(); ; at = path.dirname(at)) {
    bins.push(path.join(at, "node_modules", ".bin"));
    if (at === path.dirname(at)) break;
  }
  const env = { ...process.env, PATH: [...bins, process.env.PATH].join(path.delimiter) };
  for (const line of lines) {
    if (wanted.every(isThere)) break;
    const ran = spawnSync("sh", ["-c", line], { stdio: ["ignore", 2, 2], env, timeout: SECONDS * 1000, killSignal: "SIGKILL" });
    // What could not be built shows itself in the tests that load it.
    if (ran.status !== 0) console.error(`\`${line}\` ended with ${ran.signal ?? ran.status}`);
  }
  const other = changed(before);
  return other === undefined ? "" : `building the project changed ${other}, which steers its tests`;
}

module.exports = { build };
