const ENTRY = /^\s*([a-z0-9*-]+)\s*(?:;\s*q\s*=\s*(\d(?:\.\d{0,3})?)\s*)?$/i;

/** `de, en;q=0.5` as a list, the most wanted first. What cannot be read is passed over. */
export function accepted(header) {
  const found = [];
  for (const part of header.split(',')) {
    const entry = ENTRY.exec(part);
    if (!entry) continue;
    const quality = Number(entry[2] || 1);
    found.push({ range: entry[1].toLowerCase(), quality });
  }
  return found.sort((one, other) => other.quality - one.quality);
}
