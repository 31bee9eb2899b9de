const { expect } = require('chai');
const { write } = require('..');

describe('write', () => {
  it('quotes what needs it', () => {
    expect(write([['a', 'b,c'], [1, 'say "x"']])).to.equal('a,"b,c"\n1,"say ""x"""\n');
  });
});
