const { merge } = require('../lib/merge');

test.each([[/^a/], [new Map([[1, 2]])], [new Date(0)]])('%p is not taken apart', (value) => {
  expect(merge({ key: 1 }, { key: value }).key).toBe(value);
});
