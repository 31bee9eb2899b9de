const { expect } = require('chai');
const { parse } = require('..');

describe('doubled quotes', () => {
  it('are one quote', () => {
    expect([...parse('"say ""hi"" twice"\n')]).to.deep.equal([['say "hi" twice']]);
  });

  it('may be at the end or all there is', () => {
    expect([...parse('"x""",""""\n')]).to.deep.equal([['x"', '"']]);
  });
});
