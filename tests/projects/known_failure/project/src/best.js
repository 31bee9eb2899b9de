import { accepted } from './header.js';
import { matches } from './ranges.js';

/** The one of `available` that is wanted most; what is refused with `q=0` is never taken. */
export function best(header, available, otherwise = null) {
  const wanted = accepted(header);
  const refused = wanted.filter((one) => one.quality === 0);
  for (const { range, quality } of wanted) {
    if (quality === 0) continue;
    const found = available.find((tag) => matches(range, tag) && !refused.some((no) => matches(no.range, tag)));
    if (found !== undefined) return found;
  }
  return otherwise;
}
