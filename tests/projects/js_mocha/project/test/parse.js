const { expect } = require('chai');
const { BadQuote, parse, records } = require('..');

describe('parse', () => {
  it('splits rows and fields', () => {
    expect([...parse('a,b\n1,2\n')]).to.deep.equal([['a', 'b'], ['1', '2']]);
  });

  it('takes any end of line', () => {
    expect([...parse('a\r\nb\rc')]).to.deep.equal([['a'], ['b'], ['c']]);
  });

  it('keeps separators and ends of line in quotes', () => {
    expect([...parse('"a,b","c\nd"\n')]).to.deep.equal([['a,b', 'c\nd']]);
  });

  it('keeps empty fields', () => {
    expect([...parse(',\n"",x')]).to.deep.equal([['', ''], ['', 'x']]);
  });

  it('says where a quote is not closed', () => {
    expect(() => [...parse('a\n"b')]).to.throw(BadQuote, 'row 2');
  });

  it('takes another separator', () => {
    expect([...parse('a;b', { separator: ';' })]).to.deep.equal([['a', 'b']]);
  });
});

describe('records', () => {
  it('are named by the first row', () => {
    expect(records('id,name\n1,x\n2\n')).to.deep.equal([{ id: '1', name: 'x' }, { id: '2', name: '' }]);
  });
});
