// What node is given as its reporter. It tells once, and the first that takes it is node.

import events from "./node_test_events.cjs";

let told = null;
let take = null;

/** Done when node has taken it. Nobody else can come between. */
export function armed(teller) {
  if (take) throw new Error("it is armed already");
  told = teller;
  return new Promise((resolve) => (take = resolve));
}

export default async function* reporter(stream) {
  const teller = told;
  told = null;
  if (!teller) return;
  events.hold(stream);
  take();
  for await (const event of stream) teller.event(event);
  teller.end();
}
