import test from 'node:test';
import assert from 'node:assert/strict';

test('keeps the padding of base64', () => {
  assert.fail('the padding is lost');
});
