/** Basic filtering of RFC 4647: `de` matches `de` and `de-CH`, and `*` everything. */
export function matches(range, tag) {
  const [wanted, given] = [range.toLowerCase(), tag.toLowerCase()];
  return wanted === '*' || given === wanted || given.startsWith(`${wanted}-`);
}
