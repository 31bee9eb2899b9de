"use strict";
// mocha runs tests in its own process, and so does this: what it holds is taken hold of before they are loaded.

const { spawnSync } = require("node:child_process");
const { existsSync } = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { bare, relative, told } = require("./failure.cjs");
const { once } = require("./once.cjs");
const seal = require("./seal.cjs");
const { tracing } = require("./touched.cjs");

const given = once();
const OURS = { reporter: __filename, bail: false, watch: false, parallel: false, color: false, dryRun: false, "full-trace": true, fullTrace: true };
const THEIRS = ["reporter", "R", "reporter-option", "reporterOption", "reporterOptions", "O", "reporter-options"];
const NOT_NOW = ["b", "w", "p", "j", "jobs", "c", "colors", "dry-run", "inspect", "inspect-brk"];

async function start({ folder }, args, files, opening) {
  const load = (name) => {
    const file = ["cjs", "js"].map((end) => path.join(folder, "lib", "cli", `${name}.${end}`)).find(existsSync);
    return require(file);
  };
  const loading = load("options");
  const options = loading.loadOptions(args);
  // Older ones take no options, and would read them once more.
  loading.loadOptions = () => options;
  for (const name of [...THEIRS, ...NOT_NOW]) delete options[name];
  Object.assign(options, OURS);
  if (files.length) options._ = files;
  const { isNodeFlag, unparseNodeFlags } = load("node-flags");
  const names = Object.keys(options).filter((name) => isNodeFlag(name));
  const flags = (options["node-option"] ?? []).map((flag) => `--${flag}`);
  flags.push(...unparseNodeFlags(Object.fromEntries(names.map((name) => [name, options[name]]))));
  if (flags.length && !process.env.REDFIRST_AGAIN) {
    const again = [...flags, ...process.execArgv, ...process.argv.slice(1)];
    const env = { ...process.env, REDFIRST_AGAIN: "1" };
    const ran = spawnSync(process.execPath, again, { input: opening, stdio: ["pipe", "inherit", "inherit"], env });
    if (ran.signal) process.kill(process.pid, ran.signal);
    process.exitCode = ran.status ?? 1;
    return;
  }
  delete process.env.REDFIRST_AGAIN;
  for (const name of [...names, "node-option"]) delete options[name];
  const report = seal.open(opening);
  given.put(report);
  // It loads all files before it asks for a reporter, and ends where one cannot be loaded.
  process.on("exit", () => {
    if (given.take()) report.end({ broken: "mocha could not load the tests" });
  });
  const cli = await import(pathToFileURL(path.join(folder, "lib", "cli", "cli.js")).href);
  (cli.main ?? cli.default.main)([], options);
}

function idOf(runnable) {
  const names = typeof runnable.titlePath === "function" ? runnable.titlePath() : [runnable.title];
  return [relative(runnable.file ?? ""), ...names.map(bare)].join("::");
}

class Reporter {
  constructor(runner) {
    const report = given.take();
    if (!report) return;
    const look = report.trace ? tracing() : null;
    const held = [];
    const tell = (touched) => {
      for (const test of held.splice(0)) report.tell({ ...test, touched });
    };
    const on = (name, react) => runner.on(name, react);
    const result = (test, outcome, error) => {
      const about = outcome === "passed" || outcome === "skipped" ? {} : told(error);
      held.push({ ...about, id: idOf(test), outcome, file: relative(test.file ?? "") });
    };
    on("start", () => look?.());
    on("test", () => look?.());
    on("pass", (test) => result(test, "passed"));
    on("pending", (test) => result(test, "skipped"));
    on("fail", (test, error) => {
      const isLate = error?.code === "ERR_MOCHA_TIMEOUT";
      if (test.type !== "hook") return result(test, isLate ? "error" : "failed", error);
      const whose = test.ctx?.currentTest;
      if (whose) return result(whose, "error", error);
      const file = relative(test.file ?? test.parent?.file ?? "");
      held.push({ ...told(error), id: file || bare(test.title), outcome: "error", file });
    });
    on("test end", () => tell(look?.() ?? []));
    on("end", () => {
      tell([]);
      report.end({ traced: look !== null });
    });
  }
}

module.exports = Reporter;
module.exports.start = start;
