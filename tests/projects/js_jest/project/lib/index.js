'use strict';

const { merge } = require('./merge');
const { fromEnvironment } = require('./environment');
const { get } = require('./paths');

/** One object of all layers; a later one wins, and what none of them is is changed. */
function layered(layers) {
  return layers.reduce((below, above) => merge(below, above || {}), {});
}

module.exports = { fromEnvironment, get, layered, merge };
