const { layered, merge } = require('..');

describe('merge', () => {
  test('goes key by key, all the way down', () => {
    expect(merge({ db: { host: 'a', port: 1 } }, { db: { port: 2 } })).toEqual({ db: { host: 'a', port: 2 } });
  });

  test.each([
    ['a number', 1],
    ['null', null],
    ['an array', [1, 2]],
    ['a text', 'x'],
  ])('%s is taken as it is', (_, value) => {
    expect(merge({ key: { old: true } }, { key: value })).toEqual({ key: value });
  });

  test('undefined changes nothing', () => {
    expect(merge({ a: 1 }, { a: undefined })).toEqual({ a: 1 });
  });

  test('what is given stays as it was', () => {
    const below = Object.freeze({ a: Object.freeze({ b: 1 }) });
    merge(below, { a: { c: 2 } });
    expect(below).toEqual({ a: { b: 1 } });
  });

});

test('the last layer wins', () => {
  expect(layered([{ a: 1, b: 1 }, null, { b: 2 }])).toEqual({ a: 1, b: 2 });
});
