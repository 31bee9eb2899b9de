import test from 'node:test';
import assert from 'node:assert/strict';
import { matches } from '../src/index.js';

test('a range matches what it begins', () => {
  assert.ok(matches('de', 'de-AT'));
  assert.ok(!matches('de', 'den'));
});

test('an extended range matches what is between', () => {
  assert.ok(matches('de-*-DE', 'de-Latn-DE'));
});
