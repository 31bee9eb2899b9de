"use strict";
// Hands something to the one that comes first, which is the tool: project code that finds the module finds nothing.

function once() {
  let held = null;
  let isFull = false;
  return {
    put(value) {
      if (isFull) throw new Error("it was handed over already");
      isFull = true;
      held = value;
    },
    take() {
      const value = held;
      held = null;
      return value;
    },
  };
}

module.exports = { once };
