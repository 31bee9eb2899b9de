"use strict";
// node --test, with the report out of reach: each file in a process of its own that has a key of its own.
//
// node's own reads what a file's process prints, which is anybody's to print.

const { spawn } = require("node:child_process");
const { randomBytes } = require("node:crypto");
const os = require("node:os");
const path = require("node:path");
const { build } = require("./built.cjs");
const seal = require("./seal.cjs");

const report = seal.open(seal.take());
const args = process.argv.slice(2);
const why = build(args);
const at = args.indexOf("--");
const flags = args.slice(0, at);
const files = args.slice(at + 1);
const inside = (name) => path.join(__dirname, name);
const OURS = [
  `--import=${inside("node_test.mjs")}`,
  `--test-reporter=${inside("node_test_reporter.mjs")}`,
  "--test-reporter-destination=stdout",
];

function ran(file) {
  return new Promise((resolve) => {
    const key = randomBytes(32).toString("hex");
    const stdio = ["pipe", "inherit", "inherit", "pipe"];
    const child = spawn(process.execPath, [...OURS, ...flags, path.resolve(file)], { stdio });
    const parts = [];
    child.stdio[3].on("data", (part) => parts.push(part)).on("error", () => {});
    child.stdin.on("error", () => {});
    child.stdin.end(JSON.stringify({ key, report: 3, seed: report.seed, trace: report.trace }));
    child.on("error", (problem) => resolve({ key, text: "", how: String(problem) }));
    child.on("close", (code, signal) => resolve({ key, text: Buffer.concat(parts).toString(), how: signal ?? code }));
  });
}

/** One more test, by the file's own name: that of its being run at all. */
const broken = (file, message) => ({ id: file, file, outcome: "error", message });

function results(file, { key, text, how }) {
  const lines = seal.read(text, key);
  if (lines === null) return [broken(file, "something else than its tests wrote in the report of this file")];
  const isWhole = lines.at(-1)?.end === lines.length - 1;
  const told = lines.filter((line) => line.id !== undefined);
  const tests = told.filter((line) => line.id !== file);
  const thrown = told.filter((line) => line.id === file).slice(-1);
  const isWrong = tests.some((test) => test.outcome === "failed" || test.outcome === "error");
  if (!isWhole || (how !== 0 && !isWrong)) {
    if (thrown.length) return [...tests, ...thrown];
    const why = isWhole ? "though no test of it failed" : "before its tests did";
    return [...tests, broken(file, `this file ended with ${how}, ${why}`)];
  }
  // For node, too, a file without tests is one.
  return tests.length ? tests : [{ id: file, file, outcome: "passed" }];
}

async function main() {
  if (why || !files.length) return report.end({ broken: why || "there are no test files" });
  const waiting = [...files];
  let wrong = false;
  async function work() {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      for (const test of results(file, await ran(file))) {
        wrong ||= test.outcome === "failed" || test.outcome === "error";
        report.tell(test);
      }
    }
  }
  const many = Math.max((os.availableParallelism?.() ?? os.cpus().length) - 1, 1);
  await Promise.all(Array.from({ length: many }, work));
  report.end({ traced: report.trace });
  process.exitCode = wrong ? 1 : 0;
}

main();
