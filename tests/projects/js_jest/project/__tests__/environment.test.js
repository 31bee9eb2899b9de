const { fromEnvironment, get } = require('..');

test('names are paths', () => {
  const found = fromEnvironment({ APP_DB__HOST: 'x', APP_DB__PORT: '5432', APP_DEBUG: 'true', HOME: '/' }, 'APP_');
  expect(found).toEqual({ db: { host: 'x', port: 5432 }, debug: true });
});

test('paths are looked up', () => {
  expect(get({ a: { b: 0 } }, 'a.b')).toBe(0);
  expect(get({ a: { b: 0 } }, 'a.c', 7)).toBe(7);
  expect(get({ a: null }, 'a.b', 7)).toBe(7);
  expect(get({}, 'constructor')).toBeUndefined();
});
