// Comes into the process of one test file before the file does: what node:test reports there is signed at once,
// so that neither standard output nor the way that the process ends has a say.

import { afterEach, before, beforeEach } from "node:test";
import events from "./node_test_events.cjs";
import { armed } from "./node_test_reporter.mjs";
import seal from "./seal.cjs";
import touched from "./touched.cjs";

const report = seal.open(seal.take());
const look = report.trace ? touched.tracing() : null;
const told = events.telling(process.argv[1], report, look);
const isArmed = armed(told);

// Whoever asks for a hook makes node load its reporters, which it would else do when the file is loaded.
before(() => {});
if (look) {
  beforeEach(told.begin);
  afterEach(told.done);
}
process.on("uncaughtExceptionMonitor", told.thrown);
await isArmed;
