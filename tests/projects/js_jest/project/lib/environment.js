'use strict';

const { meant } = require('./kinds');
const { set } = require('./paths');

/** `APP_DB__HOST=x` becomes `{ db: { host: 'x' } }`. */
function fromEnvironment(variables, prefix) {
  const found = {};
  for (const [name, text] of Object.entries(variables)) {
    if (!name.startsWith(prefix)) continue;
    set(found, name.slice(prefix.length).toLowerCase().split('__'), meant(text));
  }
  return found;
}

module.exports = { fromEnvironment };
