'use strict';

const QUOTE = '"';

class BadQuote extends SyntaxError {
  constructor(row) {
    super(`row ${row}: a quote is not closed`);
    this.row = row;
  }
}

/** Rows of fields, one by one. */
function* parse(text, { separator = ',' } = {}) {
  let row = [];
  let field = '';
  let quoted = false;
  let number = 1;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (quoted) {
      if (sign === QUOTE && text[at + 1] === QUOTE) {
        field += QUOTE;
        at++;
      } else if (sign === QUOTE) {
        quoted = false;
      } else {
        field += sign;
      }
    } else if (sign === QUOTE) {
      quoted = true;
    } else if (sign === separator) {
      row.push(field);
      field = '';
    } else if (sign === '\n' || sign === '\r') {
      if (sign === '\r' && text[at + 1] === '\n') at++;
      yield [...row, field];
      [row, field] = [[], ''];
      number++;
    } else {
      field += sign;
    }
  }
  if (quoted) throw new BadQuote(number);
  if (field !== '' || row.length > 0) yield [...row, field];
}

module.exports = { BadQuote, parse };
