const { expect } = require('chai');
const { parse, write } = require('..');

it('what was written is read back as it was', () => {
  const rows = [['"', 'a"b', '""'], ['plain', 'c,"d"', '']];
  expect([...parse(write(rows))]).to.deep.equal(rows);
});
