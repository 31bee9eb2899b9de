import test from 'node:test';
import assert from 'node:assert/strict';
import { accepted, best } from '../src/index.js';

test('a quality may begin with the point', () => {
  assert.deepEqual(accepted('en;q=.3, de;q=.5'), [
    { range: 'de', quality: 0.5 },
    { range: 'en', quality: 0.3 },
  ]);
});

test('such a language is chosen', () => {
  assert.equal(best('de;q=.5, en;q=.3', ['en', 'de']), 'de');
});
