const { layered } = require('..');

test('a date stays a date', () => {
  const since = new Date('2020-01-01');
  expect(layered([{}, { since }]).since).toBe(since);
});

test('so does an instance of a class', () => {
  class Level {
    constructor(name) {
      this.name = name;
    }
  }
  const level = new Level('high');
  expect(layered([{ log: { level: null } }, { log: { level } }]).log.level).toBe(level);
});
