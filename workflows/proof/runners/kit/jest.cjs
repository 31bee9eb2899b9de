"use strict";
// jest, with tests in worker processes and the report in this one.

const { mkdtempSync } = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { bare, brief, frames, isAsserted, long, relative } = require("./failure.cjs");
const { guard } = require("./guard.cjs");
const { once } = require("./once.cjs");
const seal = require("./seal.cjs");
const { tracing } = require("./touched.cjs");

const given = once();

function options(major, report, files) {
  const workers = Math.max((os.availableParallelism?.() ?? os.cpus().length) - 1, 2);
  // What is traced is counted in this process. Else not even a single file may run where the report is written.
  const where = report.trace ? ["--runInBand"] : [`--maxWorkers=${workers}`];
  if (!report.trace && major >= 29) where.push("--workerIdleMemoryLimit=1024GB");
  const order = files.length && major >= 30 ? ["--randomize", `--seed=${report.seed}`] : [];
  return [
    ...["--ci", "--bail=0", "--coverage=false", "--watchAll=false", "--passWithNoTests=false", "--color=false"],
    ...["--testLocationInResults", "--notify=false", "--onlyChanged=false", "--onlyFailures=false"],
    `--cacheDirectory=${mkdtempSync(path.join(os.tmpdir(), "jest-"))}`,
    `--reporters=${__filename}`,
    ...order,
    ...where,
  ];
}

async function start({ folder, about }, args, files, opening) {
  const report = seal.open(opening);
  given.put(report);
  guard();
  process.env.NODE_ENV ??= "test";
  const bin = path.join(folder, typeof about.bin === "string" ? about.bin : about.bin.jest);
  const ours = options(Number.parseInt(about.version, 10), report, files);
  const asked = files.length ? ["--runTestsByPath", ...files] : [];
  process.argv = [process.execPath, bin, ...args, ...ours, ...asked];
  require(bin);
}

const TYPE = /^([A-Za-z_$][\w$.]*)(?: \[[\w ]+\])?(?:: |\n|$)/;
const THROWN = /^(?:Error: )?thrown: /;
const LATE = /^(?:Error: )?(?:thrown: ")?Exceeded timeout of /;

/** Across the processes come words, and no errors. */
function fromWords(words, details) {
  const text = bare(words);
  const type = THROWN.test(text) ? "" : (TYPE.exec(text)?.[1] ?? "");
  const message = (type ? text.replace(TYPE, "") : text.replace(THROWN, "")).split(/\n\s+at /)[0];
  // jest tells the failures of node's assert in its own words.
  const isNodes = !type && /^assert\b/.test(text) && details?.message !== undefined;
  const error = isNodes ? "AssertionError" : type;
  return {
    message: brief(message || text),
    detail: long(text),
    error: brief(error),
    asserted: isNodes || details?.matcherResult !== undefined || isAsserted(error, message),
    frames: frames(text),
  };
}

const STATES = { passed: "passed", failed: "failed" };

function outcomeOf(one, words) {
  const state = STATES[one.status] ?? "skipped";
  if (state !== "failed") return state;
  const isHook = words.includes("_callCircusHook") && !words.includes("_callCircusTest");
  return isHook || LATE.test(bare(words)) ? "error" : "failed";
}

class Reporter {
  constructor() {
    const report = given.take();
    if (!report) return;
    const look = report.trace ? tracing() : null;
    const touched = new Map();
    const idOf = (file, one) => [file, ...one.ancestorTitles, one.title].map(bare).join("::");
    this.onTestCaseStart = () => look?.();
    this.onTestCaseResult = (test, one) => touched.set(idOf(relative(test.path), one), look?.() ?? []);
    this.onTestResult = (test, result) => {
      const file = relative(test.path);
      for (const one of result.testResults) {
        const id = idOf(file, one);
        const words = one.failureMessages?.[0] ?? "";
        const outcome = outcomeOf(one, words);
        const wrong = outcome === "failed" || outcome === "error";
        const why = wrong ? fromWords(words, one.failureDetails?.[0]) : {};
        report.tell({ ...why, id, outcome, file, touched: touched.get(id) ?? [] });
      }
      const error = result.testExecError;
      if (error || (result.failureMessage && !result.numFailingTests)) {
        const words = error?.stack || error?.message || result.failureMessage;
        report.tell({ ...fromWords(words, error), id: file, outcome: "error", file });
      }
    };
    this.onRunComplete = (contexts, results) => {
      const broken = results.runExecError ? brief(results.runExecError.message) : "";
      // Older ones tell of files only.
      report.end({ traced: look !== null && touched.size > 0, broken });
    };
  }
}

module.exports = Reporter;
module.exports.start = start;
