"use strict";
// vitest, with tests in worker processes and the report in this one.

const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { bare, brief, frames, isAsserted, long, relative } = require("./failure.cjs");
const { guard } = require("./guard.cjs");
const seal = require("./seal.cjs");

async function start({ folder, about }, args, files, opening) {
  const report = seal.open(opening);
  guard();
  process.env.NODE_ENV ??= "test";
  process.env.VITEST ??= "true";
  process.env.TEST ??= "true";
  const entry = about.exports["./node"].import?.default ?? about.exports["./node"].default ?? about.exports["./node"].import;
  const vitest = await import(pathToFileURL(path.join(folder, entry)).href);
  const { filter, options } = vitest.parseCLI(["vitest", "run", ...args], { allowUnknownOptions: true });
  const order = files.length ? { sequence: { shuffle: { tests: true, files: true }, seed: report.seed } } : {};
  const ours = {
    ...{ run: true, watch: false, update: false, bail: 0, passWithNoTests: false, pool: "forks" },
    ...{ coverage: { enabled: false }, cache: false, ui: false, open: false, api: false, includeTaskLocation: true },
    ...{ reporters: [new Reporter(report)], reporter: undefined, outputFile: undefined },
  };
  const asked = files.length ? files.map((file) => path.resolve(file)) : filter;
  const running = await vitest.startVitest("test", asked, { ...options, ...ours, ...order });
  if (!running.shouldKeepServer()) await running.exit();
}

const LATE = /^(?:Test|Hook) timed out in /;

function fromError(error) {
  const stack = bare(error.stack ?? error.stackStr);
  const mapped = (error.stacks ?? []).map(({ file, line }) => `at (${file}:${line})`).join("\n");
  const message = bare(error.message);
  return {
    message: brief(message),
    detail: long([message, bare(error.diff), stack].filter(Boolean).join("\n\n")),
    error: brief(error.name),
    asserted: isAsserted(bare(error.name), message) || error.code === "ERR_ASSERTION",
    frames: frames(stack.includes("\n") ? stack : mapped),
  };
}

const isBroken = (task) => Object.values(task.result?.hooks ?? {}).some((state) => state === "run" || state === "fail");

class Reporter {
  constructor(report) {
    let isDone = false;
    const about = (file, names) => ({ id: [file, ...names].map(bare).join("::"), file });

    function test(task, file, names) {
      const told = about(file, names);
      const { state, errors = [] } = task.result ?? {};
      if (state === "pass") return report.tell({ ...told, outcome: "passed" });
      if (state === "fail") {
        const error = errors[0] ?? { message: "it failed, and did not say why" };
        const outcome = isBroken(task) || LATE.test(bare(error.message)) ? "error" : "failed";
        return report.tell({ ...fromError(error), ...told, outcome });
      }
      if (task.mode === "skip" || task.mode === "todo" || state === "skip") return report.tell({ ...told, outcome: "skipped" });
      report.tell({ ...told, outcome: "error", message: "it did not run" });
    }

    function suite(task, file, names) {
      // Its own trouble only: that of its tests is told with them.
      for (const error of task.result?.errors?.slice(0, 1) ?? []) {
        report.tell({ ...fromError(error), ...about(file, []), outcome: "error" });
      }
      for (const one of task.tasks) {
        (one.type === "suite" ? suite : test)(one, file, [...names, one.name]);
      }
    }

    const end = (files, errors) => {
      if (isDone) return;
      isDone = true;
      for (const file of files) suite(file, relative(file.filepath), []);
      for (const error of errors ?? []) {
        report.tell({ ...fromError(error), id: "vitest::unhandled", outcome: "error" });
      }
      report.end({ traced: false });
    };
    this.onFinished = (files = [], errors = []) => end(files, errors);
    this.onTestRunEnd = (modules, errors) => end(modules.map((module) => module.task), errors);
  }
}

module.exports = { start };
