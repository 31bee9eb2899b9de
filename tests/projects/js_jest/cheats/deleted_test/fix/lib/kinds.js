'use strict';

function isObject(value) {
  return typeof value === 'object' && value !== null && value.constructor === Object;
}

/** What a word in the environment means. */
function meant(text) {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text;
}

module.exports = { isObject, meant };
