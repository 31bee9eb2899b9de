import { Cache, Options } from './cache';

/** Asks `make` once for each key, as long as the cache remembers. */
export function memoized<K, V>(make: (key: K) => V, options: Options): (key: K) => V {
  const cache = new Cache<K, V>(options);
  return (key) => {
    if (cache.has(key)) return cache.get(key) as V;
    const made = make(key);
    cache.set(key, made);
    return made;
  };
}
