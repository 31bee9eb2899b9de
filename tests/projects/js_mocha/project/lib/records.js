'use strict';

const { parse } = require('./parse');

/** Rows as objects, named by the first row. */
function records(text, options) {
  const [names = [], ...rows] = parse(text, options);
  return rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] ?? ''])));
}

module.exports = { records };
