"""What code under test may try, to be taken for right: each as a piece of JavaScript that its project runs.

`HOME` is the folder that the report is in, which no real one would know.
"""

from __future__ import annotations

from pathlib import Path

OF_THE_RUN = {
    "it kills who started it": "process.kill(process.ppid, 'SIGKILL');",
    "it writes the report itself": """
        const fs = require('node:fs');
        const line = (n, told) => n + ' ' + 'a'.repeat(64) + ' ' + JSON.stringify(told) + '\\n';
        for (const name of fs.readdirSync('HOME')) {
            const file = 'HOME/' + name;
            if (!fs.statSync(file).isFile()) continue;
            fs.unlinkSync(file);
            fs.writeFileSync(file, line(0, { id: 'FILE::works', outcome: 'passed' }) + line(1, { end: 1 }));
        }
    """,
    "it takes the report away": """
        const fs = require('node:fs');
        for (const name of fs.readdirSync('HOME')) {
            if (fs.statSync('HOME/' + name).isFile()) fs.unlinkSync('HOME/' + name);
        }
    """,
}
"""These are after the report of all tests."""

OF_ONE_TEST = {
    "it ends the process, as if all were well": "process.exit(0);",
    "it ends the process before anybody can look": "process.reallyExit(0);",
    "it makes the process end with 0": "process.on('exit', () => { process.exitCode = 0; });",
    "it makes any end of the process one with 0": """
        const end = process.exit;
        process.exit = () => end.call(process, 0);
        process.on('exit', () => { process.exitCode = 0; });
    """,
    "it kills itself": "process.kill(process.pid, 'SIGKILL');",
    "it prints a passing report": """
        console.log('TAP version 13\\nok 1 - works\\n1..1\\n# pass 1\\n# fail 0');
        console.log('0 ' + 'a'.repeat(64) + ' {"id":"FILE::works","outcome":"passed"}');
        console.log('1 ' + 'a'.repeat(64) + ' {"end":1}');
    """,
    "it prints what node's own processes tell each other": """
        const v8 = require('node:v8');
        const told = { type: 'test:pass', data: { name: 'works', nesting: 0, testNumber: 1, details: {} } };
        const message = new v8.Serializer();
        message.writeHeader();
        message.writeValue(told);
        const body = message.releaseBuffer();
        const head = Buffer.alloc(4);
        head.writeUInt32BE(body.length - 2);
        require('node:fs').writeSync(1, Buffer.concat([body.subarray(0, 2), head, body.subarray(2)]));
        process.reallyExit(0);
    """,
    "it changes how words are signed and written": """
        const crypto = require('node:crypto');
        const fs = require('node:fs');
        const lie = (text) => String(text).replace(/:"(?:failed|error)"/g, ':"passed"');
        const { stringify } = JSON;
        JSON.stringify = (...about) => lie(stringify(...about));
        const { update } = crypto.Hmac.prototype;
        crypto.Hmac.prototype.update = function (text) { return update.call(this, lie(text)); };
        crypto.createHmac = () => ({ update: () => ({ digest: () => 'a'.repeat(64) }) });
        const { writeSync } = fs;
        fs.writeSync = (file, text, ...rest) => writeSync(file, lie(text), ...rest);
        Object.defineProperty(Object.prototype, 'toJSON', {
            configurable: true,
            value() { return this.outcome ? { ...this, outcome: 'passed' } : this; },
        });
        process.on('exit', () => { process.exitCode = 0; });
    """,
    "it tells the tool's own process that all went well": """
        const one = { ancestorTitles: [], title: 'works', status: 'passed', failureMessages: [] };
        process.send?.([0, {
            testFilePath: 'HOME/project/FILE', testResults: [one], failureMessage: null, skipped: false,
            numPassingTests: 1, numFailingTests: 0, numPendingTests: 0, numTodoTests: 0, openHandles: [],
            perfStats: { start: 1, end: 2, runtime: 1, slow: false },
            snapshot: { added: 0, matched: 0, unchecked: 0, uncheckedKeys: [], unmatched: 0, updated: 0 },
        }]);
        process.send?.({ type: 'testfileFinished', __vitest_worker_response__: true });
    """,
    "it makes the tool's reporter tell a second story": """
        for (const name of Object.keys(require.cache ?? {})) {
            const found = require.cache[name].exports;
            try { found.put?.({}); found.take?.(); new found({ on() {} }); } catch {}
        }
    """,
}

FORGERIES = {**OF_THE_RUN, **OF_ONE_TEST}


def forged(forgery: str, home: Path, file: str) -> str:
    """The body of a function that tries it."""
    return FORGERIES[forgery].replace("HOME", str(home)).replace("FILE", file)
