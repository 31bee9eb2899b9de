/** `€ 12.50`, and red where it is reduced. */
export function badge(cents, { was } = {}) {
  const text = `€ ${(cents / 100).toFixed(2)}`;
  return was > cents ? `<b class="reduced">${text}</b>` : `<b>${text}</b>`;
}
