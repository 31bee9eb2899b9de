'use strict';

function write(rows, { separator = ',' } = {}) {
  return rows.map((row) => row.map((field) => quoted(String(field), separator)).join(separator)).join('\n') + '\n';
}

function quoted(field, separator) {
  const needed = [separator, '"', '\n', '\r'].some((sign) => field.includes(sign));
  return needed ? `"${field.replaceAll('"', '""')}"` : field;
}

module.exports = { write };
