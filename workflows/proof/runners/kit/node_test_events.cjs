"use strict";
// From the events of node:test to tests: what is nested is named by all that it is in.

const { bare, brief, relative, told } = require("./failure.cjs");

/** Its failures are the question's: it was asked, and this came of it. */
const ASKED = new Set(["testCodeFailure", "uncaughtException", "unhandledRejection"]);

/** As these are now, whatever becomes of the class. */
function hold(stream) {
  for (let proto = Object.getPrototypeOf(stream); proto && proto !== Object.prototype; proto = Object.getPrototypeOf(proto)) {
    for (const name of ["push", "read", "emit", "on", Symbol.asyncIterator]) {
      const own = Object.getOwnPropertyDescriptor(proto, name);
      if (own && typeof own.value === "function" && !Object.hasOwn(stream, name)) {
        Object.defineProperty(stream, name, { value: own.value });
      }
    }
  }
}

function telling(main, report, look) {
  const file = relative(main);
  const names = [];
  const failed = [];
  const ran = new Set();

  function fail(id, nesting, error) {
    const reason = error?.failureType;
    if (reason === "subtestsFailed") {
      // It is what was in it that failed; of a suite nobody asks twice.
      const inner = failed[nesting + 1];
      return { id, outcome: inner?.outcome ?? "failed", file, ...inner?.about, message: brief(error.message) };
    }
    const cause = error?.cause !== undefined && error.cause !== null ? error.cause : error;
    const about = told(cause);
    if (ASKED.has(reason)) return { id, outcome: "failed", file, ...about };
    return { id, outcome: "error", file, ...about, error: typeof cause === "string" ? reason : about.error };
  }

  function outcome(event, id) {
    const { data, type } = event;
    const isSuite = data.details?.type === "suite";
    const error = data.details?.error;
    if (isSuite && (type === "test:pass" || error?.failureType === "subtestsFailed")) return null;
    if (data.todo !== undefined && data.todo !== false) return { id, outcome: "skipped", file };
    if (data.skip !== undefined && data.skip !== false) return { id, outcome: "skipped", file };
    return type === "test:pass" ? { id, outcome: "passed", file } : fail(id, data.nesting, error);
  }

  return {
    begin() {
      look?.();
    },
    done() {
      for (const one of look?.() ?? []) ran.add(one);
    },
    /** At once: node may not get any further. Whether it was the end of the file is seen from outside. */
    thrown(error) {
      report.tell({ id: file, outcome: "error", file, ...told(error) });
    },
    event(event) {
      const { type, data } = event;
      if (type === "test:start") {
        names[data.nesting] = bare(data.name);
        failed[data.nesting + 1] = undefined;
        return;
      }
      if (type !== "test:pass" && type !== "test:fail") return;
      names[data.nesting] = bare(data.name);
      const id = [file, ...names.slice(0, data.nesting + 1)].join("::");
      const result = outcome(event, id);
      if (type === "test:fail") {
        const { outcome: came, error, detail, asserted, frames } = result ?? failed[data.nesting + 1] ?? {};
        failed[data.nesting] ??= { outcome: came, about: { error, detail, asserted, frames } };
      }
      if (result) report.tell({ ...result, touched: [...ran] });
    },
    end() {
      report.end({ traced: look !== null });
    },
  };
}

module.exports = { hold, telling };
