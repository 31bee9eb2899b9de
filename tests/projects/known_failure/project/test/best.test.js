import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { best } from '../src/index.js';

describe('best', () => {
  it('takes what is wanted most', () => {
    assert.equal(best('de, en;q=0.5', ['en', 'de']), 'de');
  });

  it('takes a region for its language', () => {
    assert.equal(best('de', ['en', 'de-CH']), 'de-CH');
  });

  it('takes what there is otherwise', () => {
    assert.equal(best('fr', ['en'], 'en'), 'en');
    assert.equal(best('', ['en']), null);
  });

  it('takes anything for a star', () => {
    assert.equal(best('fr, *;q=0.1', ['en']), 'en');
  });
});
