export interface Clock {
  now(): number;
}

export const machineClock: Clock = { now: () => Date.now() };
